#pragma once
// After a syntax error: the statement without its broken part, so that what is wrong in the rest is found, too.
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "grammar/build/tree_parser.h"
#include "grammar/lexer/token.h"

namespace sluice::grammar {

struct Repair {
  std::vector<Token> tokens;
  // Whether names and types of the rest can be looked at. Where a list of columns or tables was cut they cannot: what
  // is missing from it would look like a mistake elsewhere.
  bool can_bind = true;
};

// A misspelt keyword is taken for the one that was suggested, a reserved word for a name. Otherwise the clause that
// holds the error becomes a `?` whose text is the clause, up to the next clause keyword; or the element of a list goes.
// `is_text`: the tokens are those of the source, and not of an earlier repair.
std::optional<Repair> repaired(std::span<const Token> tokens, bool is_text, const Mismatch& mismatch,
                               const Error& error, std::string_view source);

}  // namespace sluice::grammar
