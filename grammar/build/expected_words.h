#pragma once
// What would fit where a token does not, in words.
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/lexer/token.h"

namespace sluice::grammar {

// The word of a keyword; empty for other tokens.
std::string_view keyword_of(TokenKind kind);

// Where an expression may go on, its operators are of no help.
bool is_operator(TokenKind kind);

bool takes_expression(const std::set<TokenKind>& expected);
bool takes_name(const std::set<TokenKind>& expected);

// The keywords among them; of those that may be names only where no name fits.
std::vector<std::string> expected_words(const std::set<TokenKind>& expected);

// "Expected a name, `(` or FROM.": what a person would write next; empty where that is too much.
std::string expected_in_words(const std::set<TokenKind>& expected);

}  // namespace sluice::grammar
