#include "grammar/string_pairs.h"

#include "grammar/lexer/lexer.h"

namespace sluice::grammar {

std::vector<StringPair> string_pairs(std::string_view source) {
  using enum TokenKind;
  std::vector<StringPair> out;
  std::vector<Token> tokens = tokenize(source).tokens;
  for (size_t i = 2; i < tokens.size(); ++i) {
    const Token &key = tokens[i - 2], &equals = tokens[i - 1], &value = tokens[i];
    bool is_pair = key.kind == STRING_LITERAL && equals.kind == EQ && value.kind == STRING_LITERAL;
    if (is_pair) out.push_back({key.span(), value.span()});
  }
  return out;
}

}  // namespace sluice::grammar
