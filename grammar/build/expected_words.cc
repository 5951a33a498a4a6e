#include "grammar/build/expected_words.h"

#include <algorithm>

#include <fmt/format.h>

#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

constexpr size_t kExpectedShownMax = 6;

std::string_view mark_of(TokenKind kind) {
  switch (kind) {
    case LPAREN:
      return "(";
    case RPAREN:
      return ")";
    case LBRACKET:
      return "[";
    case RBRACKET:
      return "]";
    case LBRACE:
      return "{";
    case RBRACE:
      return "}";
    case COMMA:
      return ",";
    case SEMICOLON:
      return ";";
    case COLON:
      return ":";
    case DOT:
      return ".";
    case ARROW:
      return "=>";
    case EQ:
      return "=";
    case NE:
      return "<>";
    case LT:
      return "<";
    case GT:
      return ">";
    case LE:
      return "<=";
    case GE:
      return ">=";
    case PLUS:
      return "+";
    case MINUS:
      return "-";
    case STAR:
      return "*";
    case SLASH:
      return "/";
    case PERCENT:
      return "%";
    case CONCAT:
      return "||";
    default:
      return {};
  }
}

template <class... Kinds>
bool is_one_of(TokenKind kind, Kinds... kinds) {
  return ((kind == kinds) || ...);
}

}  // namespace

std::string_view keyword_of(TokenKind kind) {
  auto keyword = std::ranges::find(kKeywords, kind, &Keyword::kind);
  return keyword == std::end(kKeywords) ? std::string_view{} : keyword->word;
}

bool is_operator(TokenKind kind) {
  return is_one_of(kind, EQ, NE, LT, GT, LE, GE, PLUS, MINUS, STAR, SLASH, PERCENT, CONCAT, K_AND, K_OR, K_IS, K_IN,
                   K_NOT, K_BETWEEN, K_LIKE, K_ILIKE, K_RLIKE, K_SIMILAR, K_ESCAPE, K_OVERLAPS, K_CONTAINS, K_EQUALS,
                   K_PRECEDES, K_SUCCEEDS, K_IMMEDIATELY, K_MEMBER, K_SUBMULTISET, K_MULTISET, K_FORMAT, LBRACKET, DOT,
                   DOT_STAR, K_OVER, K_FILTER, K_WITHIN, K_IGNORE, K_RESPECT, LPAREN_QUERY);
}

bool takes_expression(const std::set<TokenKind>& expected) {
  return expected.contains(K_CASE) && expected.contains(INTEGER_LITERAL);
}
bool takes_name(const std::set<TokenKind>& expected) { return expected.contains(IDENTIFIER); }

std::vector<std::string> expected_words(const std::set<TokenKind>& expected) {
  std::vector<std::string> words;
  bool names = takes_name(expected);
  for (TokenKind kind : expected) {
    std::string_view word = keyword_of(kind);
    if (!word.empty() && !(names && !is_reserved(word))) words.emplace_back(word);
  }
  return words;
}

std::string expected_in_words(const std::set<TokenKind>& expected) {
  std::vector<std::string> parts;
  if (takes_expression(expected)) {
    parts.emplace_back("an expression");
  } else {
    bool tail = expected.contains(K_AND) && expected.contains(K_OR);
    if (takes_name(expected)) parts.emplace_back("a name");
    if (expected.contains(STRING_LITERAL)) parts.emplace_back("a string");
    if (expected.contains(INTEGER_LITERAL)) parts.emplace_back("a number");
    if (expected.contains(TYPE_WORD)) parts.emplace_back("a type");
    for (TokenKind kind : expected) {
      if (tail && is_operator(kind)) continue;
      if (!mark_of(kind).empty()) parts.push_back(fmt::format("`{}`", mark_of(kind)));
    }
    for (const std::string& word : expected_words(expected)) {
      if (!(tail && is_operator(find_word(word).kind)) && !expected.contains(TYPE_WORD)) parts.push_back(word);
    }
    if (expected.contains(End)) parts.emplace_back("the end of the statement");
  }
  if (parts.empty() || parts.size() > kExpectedShownMax) return {};
  std::string out = "Expected ";
  for (size_t i = 0; i < parts.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == parts.size() ? " or " : ", ") + parts[i];
  }
  return out + ".";
}

}  // namespace sluice::grammar
