#pragma once
// Where the statements of a script begin and end, and whether one is small enough to be parsed. Everything behind this
// file recurses over a statement, so a statement that passes here cannot exhaust the stack.
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "grammar/lexer/token.h"
#include "grammar/limits.h"

namespace sluice::grammar {

// Splits at `;`, but not inside STATEMENT SET BEGIN .. END. The `;` belongs to no statement; empty ones are left out.
std::vector<std::span<const Token>> split_statements(std::span<const Token> tokens);

// What keeps the statement from being parsed, if anything.
std::optional<Failure> find_excess(std::span<const Token> statement);

}  // namespace sluice::grammar
