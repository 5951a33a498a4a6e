#pragma once
// Where the statements of a script begin and end, and whether one is small enough to be parsed. Everything behind this
// file recurses over a statement, so a statement that passes here cannot exhaust the stack.
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "grammar/lexer/token.h"

namespace sluice::grammar {

inline constexpr size_t kStatementBytesMax = 4 << 20;
// Elements of one list: select items, rows of VALUES, columns, options.
inline constexpr size_t kListLengthMax = 65'536;
// Parentheses, brackets, CASE and nested types within each other.
inline constexpr size_t kNestingDepthMax = 256;
// The longest path through the syntax tree. A chain such as a + b + c or a UNION b UNION c is as high as it is long;
// a chain of ANDs or ORs is flat and does not count.
inline constexpr size_t kTreeHeightMax = 1'000;

// Splits at `;`, but not inside STATEMENT SET BEGIN .. END. The `;` belongs to no statement; empty ones are left out.
std::vector<std::span<const Token>> split_statements(std::span<const Token> tokens);

// What keeps the statement from being parsed, if anything.
std::optional<Failure> find_excess(std::span<const Token> statement);

}  // namespace sluice::grammar
