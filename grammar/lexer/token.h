#pragma once
// Tokens: what kind, and which bytes of the text.
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "token_kinds.h"  // Generated from the tokens of antlr/SluiceParser.g4.

namespace sluice::grammar {

struct Token {
  TokenKind kind = TokenKind::End;
  uint32_t begin = 0;
  uint32_t end = 0;

  SourceSpan span() const { return {begin, end}; }
};

inline std::string_view text_of(const Token& token, std::string_view source) {
  return source.substr(token.begin, token.end - token.begin);
}

}  // namespace sluice::grammar
