#pragma once
// Our tokens in the shape in which ANTLR's parser reads them. Start and stop are byte offsets into the script.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <antlr4-runtime.h>

#include "grammar/lexer/token.h"

namespace sluice::grammar {

class ParserToken final : public antlr4::Token {
 public:
  ParserToken(size_t type, sluice::grammar::Token token, size_t index) : type_(type), token_(token), index_(index) {}

  const sluice::grammar::Token& token() const { return token_; }

  std::string getText() const override { return {}; }
  size_t getType() const override { return type_; }
  size_t getLine() const override { return 0; }
  size_t getCharPositionInLine() const override { return 0; }
  size_t getChannel() const override { return DEFAULT_CHANNEL; }
  size_t getTokenIndex() const override { return index_; }
  size_t getStartIndex() const override { return token_.begin; }
  size_t getStopIndex() const override { return token_.end - 1; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  antlr4::CharStream* getInputStream() const override { return nullptr; }
  std::string toString() const override { return {}; }

 private:
  size_t type_;
  sluice::grammar::Token token_;
  size_t index_;
};

// The tokens of one statement, and an EOF at the end of the last one.
class StatementTokens final : public antlr4::TokenStream {
 public:
  explicit StatementTokens(std::span<const sluice::grammar::Token> tokens) {
    tokens_.reserve(tokens.size() + 1);
    for (const auto& token : tokens) tokens_.emplace_back(static_cast<size_t>(token.kind), token, tokens_.size());
    sluice::grammar::Token end;
    if (!tokens.empty()) end = {TokenKind::End, tokens.back().end, tokens.back().end};
    tokens_.emplace_back(EOF, end, tokens_.size());
  }

  void consume() override {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  size_t LA(ssize_t k) override { return LT(k)->getType(); }
  antlr4::Token* LT(ssize_t k) override {
    size_t index = k > 0 ? at_ + static_cast<size_t>(k) - 1 : at_ - static_cast<size_t>(-k);
    return &tokens_[std::min(index, tokens_.size() - 1)];
  }
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}
  size_t index() override { return at_; }
  void seek(size_t index) override { at_ = std::min(index, tokens_.size() - 1); }
  size_t size() override { return tokens_.size(); }
  std::string getSourceName() const override { return {}; }
  antlr4::Token* get(size_t index) const override { return const_cast<ParserToken*>(&tokens_[index]); }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  std::string getText(const antlr4::misc::Interval&) override { return {}; }
  std::string getText() override { return {}; }
  std::string getText(antlr4::RuleContext*) override { return {}; }
  std::string getText(antlr4::Token*, antlr4::Token*) override { return {}; }

 private:
  std::vector<ParserToken> tokens_;
  size_t at_ = 0;
};

}  // namespace sluice::grammar
