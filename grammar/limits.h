#pragma once
// How large a statement may be. Whatever is larger gets an error; whatever is not can be walked recursively, because
// neither the parser nor anyone behind it meets a tree that is deeper.
#include <cstddef>

namespace sluice::grammar {

inline constexpr size_t kStatementBytesMax = 4 << 20;
// Elements of one list: select items, rows of VALUES, columns, options.
inline constexpr size_t kListLengthMax = 65'536;
// Parentheses, brackets, CASE and nested types within each other.
inline constexpr size_t kNestingDepthMax = 256;
// The longest path through the syntax tree. A chain such as a + b + c or a UNION b UNION c is as high as it is long;
// a chain of ANDs or ORs is flat and does not count.
inline constexpr size_t kTreeHeightMax = 1'000;

}  // namespace sluice::grammar
