#pragma once
// The comments and empty lines between the tokens of a script, each at the token with which it is printed.
#include <span>
#include <string_view>
#include <vector>

#include "grammar/lexer/token.h"

namespace sluice::grammar {

struct Comment {
  std::string_view text;      // With its marks, without blanks behind it.
  bool blank_before = false;  // An empty line stands before it.
  bool starts_line = false;
  bool ends_line = false;  // A line break must follow.
};

// What surrounds one token.
struct Surroundings {
  std::vector<Comment> before;  // On lines of their own; the first one starts a line.
  std::vector<Comment> after;   // On the token's line.
  bool blank_before = false;    // An empty line stands before the token itself.
};

// One for each token. `tokens` ends with End, which has the comments at the end of the text before it. A comment in
// front of a comma or semicolon goes behind it.
std::vector<Surroundings> attach_comments(std::span<const Token> tokens, std::string_view source);

// Puts what surrounds a token that is not printed in front of the one behind it.
void pass_on(Surroundings& dropped, Surroundings& next);

}  // namespace sluice::grammar
