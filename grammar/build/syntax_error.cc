// What to say about a token that does not fit.
#include <algorithm>

#include "base/diagnostics.h"
#include "grammar/build/tree_parser.h"
#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

constexpr size_t kExpectedShownMax = 6;
constexpr size_t kSuspectBytesMin = 3;  // Shorter names are near to too many keywords.
constexpr size_t kLongWordBytesMin = 6;

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

std::string_view word_of(TokenKind kind) {
  auto keyword = std::ranges::find(kKeywords, kind, &Keyword::kind);
  return keyword == std::end(kKeywords) ? std::string_view{} : keyword->word;
}

// Where an expression may go on, its operators are of no help.
bool is_operator(TokenKind kind) {
  auto one_of = [&](auto... kinds) { return ((kind == kinds) || ...); };
  return one_of(EQ, NE, LT, GT, LE, GE, PLUS, MINUS, STAR, SLASH, PERCENT, CONCAT, K_AND, K_OR, K_IS, K_IN, K_NOT,
                K_BETWEEN, K_LIKE, K_ILIKE, K_RLIKE, K_SIMILAR, K_ESCAPE, K_OVERLAPS, K_CONTAINS, K_EQUALS, K_PRECEDES,
                K_SUCCEEDS, K_IMMEDIATELY, K_MEMBER, K_SUBMULTISET, K_MULTISET, K_FORMAT, LBRACKET, DOT, DOT_STAR,
                K_OVER, K_FILTER, K_WITHIN, K_IGNORE, K_RESPECT, LPAREN_QUERY);
}

bool takes_expression(const std::set<TokenKind>& expected) {
  return expected.contains(K_CASE) && expected.contains(INTEGER_LITERAL);
}
bool takes_name(const std::set<TokenKind>& expected) { return expected.contains(IDENTIFIER); }

std::vector<std::string> expected_words(const std::set<TokenKind>& expected) {
  std::vector<std::string> words;
  bool names = takes_name(expected);
  for (TokenKind kind : expected) {
    std::string_view word = word_of(kind);
    if (!word.empty() && !(names && !is_reserved(word))) words.emplace_back(word);
  }
  return words;
}

// "a name, `(` or FROM": what a person would write next.
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

bool is_word(const Token& token) {
  return token.kind == IDENTIFIER || token.kind == RESERVED_WORD || token.kind == TYPE_WORD ||
         token.kind == FUNCTION_NAME || token.kind == ARGUMENT_NAME || token.kind >= kKeywords[0].kind;
}

// A misspelt keyword is often swallowed as an alias or a name, and only what follows it does not fit: in
// `SELECT a FORM t` it is `t`. So the word before is a suspect, too.
struct Suspicion {
  size_t token = 0;
  std::string hint;
};
// Short words are near to too many others: those must at least begin alike.
std::string keyword_hint(const Token& token, const std::vector<std::string>& words, std::string_view source) {
  std::string word = to_upper(text_of(token, source));
  if (!is_word(token) || word.size() < 2 || std::ranges::find(words, word) != words.end()) return {};
  std::vector<std::string> candidates;
  for (const std::string& candidate : words) {
    if (word.size() >= kLongWordBytesMin || candidate[0] == word[0]) candidates.push_back(candidate);
  }
  return did_you_mean(word, candidates);
}

// Keywords that end a clause or begin the next one: what a name that swallowed a keyword may have been.
const std::vector<std::string>& clause_words() {
  static const std::vector<std::string> kWords = {
      "FROM",    "WHERE", "GROUP",   "HAVING", "ORDER",     "LIMIT", "OFFSET",  "UNION", "INTERSECT", "EXCEPT",
      "JOIN",    "INNER", "CROSS",   "LEFT",   "RIGHT",     "FULL",  "NATURAL", "ON",    "USING",     "WINDOW",
      "QUALIFY", "AS",    "VALUES",  "SELECT", "PARTITION", "SET",   "INTO",    "WITH",  "COMMENT",   "AND",
      "OR",      "LIKE",  "BETWEEN", "FETCH",  "THEN",      "ELSE",  "WHEN",    "END"};
  return kWords;
}

std::optional<Suspicion> suspect(std::span<const Token> tokens, const Mismatch& mismatch, std::string_view source) {
  size_t at = mismatch.token;
  if (at < tokens.size()) {
    std::string hint = keyword_hint(tokens[at], expected_words(mismatch.expected), source);
    if (!hint.empty()) return Suspicion{at, std::move(hint)};
  }
  if (at == 0) return {};
  const Token& before = tokens[at - 1];
  if (before.kind != IDENTIFIER || before.end - before.begin < kSuspectBytesMin) return {};
  std::string hint = keyword_hint(before, clause_words(), source);
  if (hint.empty()) return {};
  return Suspicion{at - 1, std::move(hint)};
}

std::string hint_for(const Token& token, const Mismatch& mismatch, std::string_view source) {
  std::string text(text_of(token, source));
  if (takes_name(mismatch.expected) && is_word(token) && is_reserved(text)) {
    return fmt::format("`{0}` is a reserved word; as a name it needs back-ticks: `` `{0}` ``.", text);
  }
  if (token.kind == STRING_LITERAL && takes_name(mismatch.expected)) {
    return "Names are in back-ticks, not in quotes.";
  }
  return expected_in_words(mismatch.expected);
}

}  // namespace

Failure syntax_error(std::span<const Token> tokens, const Mismatch& mismatch, std::string_view source) {
  if (tokens.empty()) return fail(ErrorCode::SyntaxError, SourceSpan{0, 0}, "the text is empty");
  if (auto suspicion = suspect(tokens, mismatch, source)) {
    const Token& token = tokens[suspicion->token];
    return fail(ErrorCode::SyntaxError, token.span(), "`{}` is not expected here", text_of(token, source))
        .hint(std::move(suspicion->hint));
  }
  if (mismatch.token >= tokens.size()) {
    uint32_t end = tokens.back().end;
    return fail(ErrorCode::SyntaxError, SourceSpan{end - 1, end}, "the statement ends too early")
        .hint(expected_in_words(mismatch.expected));
  }
  const Token& token = tokens[mismatch.token];
  return fail(ErrorCode::SyntaxError, token.span(), "`{}` is not expected here", text_of(token, source))
      .hint(hint_for(token, mismatch, source));
}

}  // namespace sluice::grammar
