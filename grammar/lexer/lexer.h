#pragma once
// Text -> tokens. Written by hand, because ANTLR's lexer would unpack its own automaton in every process, and because
// the parser wants words and parentheses told apart by what surrounds them (context.h).
#include <string_view>
#include <vector>

#include "base/result.h"
#include "grammar/lexer/token.h"

namespace sluice::grammar {

struct Tokens {
  std::vector<Token> tokens;    // The last one is End.
  std::vector<Failure> errors;  // Text that is no token, in order. Its tokens are UNKNOWN_CHARACTER.
};

Tokens tokenize(std::string_view source);

}  // namespace sluice::grammar
