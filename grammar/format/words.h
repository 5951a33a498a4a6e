#pragma once
// How a token is written, and whether a blank stands between two of them.
#include <cstddef>
#include <string>
#include <string_view>

#include "SluiceParser.h"
#include "grammar/lexer/token.h"

namespace sluice::grammar {

// A token in its place: the rule around it, and the one around that.
struct PlacedToken {
  TokenKind kind = TokenKind::End;
  size_t rule = 0;
  size_t outer_rule = 0;
};
PlacedToken place_of(antlr4::tree::TerminalNode* node);

// Keywords are in upper case, names as they are.
std::string word_of(const PlacedToken& token, std::string_view text);

bool is_blank_between(const PlacedToken& left, const PlacedToken& right);

}  // namespace sluice::grammar
