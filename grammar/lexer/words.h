#pragma once
// What a word is before its neighbours are looked at. Words are not case sensitive.
#include <string>
#include <string_view>
#include <vector>

#include "grammar/lexer/token.h"

namespace sluice::grammar {

struct Word {
  TokenKind kind = TokenKind::IDENTIFIER;
  bool is_function = false;  // A reserved word that is a function's name in front of `(`.
};

Word find_word(std::string_view text);

// Whether Flink's grammar reserves the word, so that it needs back-ticks to be a name.
bool is_reserved(std::string_view text);

// Whether the word, in upper case, is a function that needs no parentheses: CURRENT_DATE and its like.
bool is_time_function(std::string_view word);

// All words with a meaning, for suggestions and completion, sorted.
const std::vector<std::string>& known_words();

std::string to_upper(std::string_view text);  // ASCII letters only.

}  // namespace sluice::grammar
