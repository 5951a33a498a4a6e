#pragma once
// LIKE patterns, analysed once: most are a text with `%` at its ends and need no matcher.
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class LikePattern {
 public:
  // `escape` is one character or empty. A pattern with a lone escape character is not valid.
  LikePattern(std::string_view pattern, std::string_view escape);
  bool is_valid() const { return valid_; }
  bool matches(std::string_view text) const;

 private:
  enum class Kind : uint8_t { Equals, Prefix, Suffix, Contains, General };
  struct Token {
    enum Kind : uint8_t { Text, AnyOne, AnyMany } kind;
    std::string text;
  };
  bool matches_from(std::string_view text, size_t token) const;
  void add(Token::Kind kind, std::string_view text);
  void classify();

  bool valid_ = true;
  Kind kind_ = Kind::General;
  std::string literal_;
  std::vector<Token> tokens_;
};

}  // namespace sluice
