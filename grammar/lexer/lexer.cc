#include "grammar/lexer/lexer.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "grammar/lexer/context.h"
#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '$'; }

struct Punctuation {
  std::string_view text;
  TokenKind kind;
};
// Longer ones before their prefixes.
constexpr Punctuation kPunctuation[] = {
    {"=>", TokenKind::ARROW},  {"<>", TokenKind::NE},       {"<=", TokenKind::LE},      {">=", TokenKind::GE},
    {"||", TokenKind::CONCAT}, {"(", TokenKind::LPAREN},    {")", TokenKind::RPAREN},   {",", TokenKind::COMMA},
    {".", TokenKind::DOT},     {";", TokenKind::SEMICOLON}, {"=", TokenKind::EQ},       {"<", TokenKind::LT},
    {">", TokenKind::GT},      {"+", TokenKind::PLUS},      {"-", TokenKind::MINUS},    {"*", TokenKind::STAR},
    {"/", TokenKind::SLASH},   {"%", TokenKind::PERCENT},   {"[", TokenKind::LBRACKET}, {"]", TokenKind::RBRACKET},
    {"{", TokenKind::LBRACE},  {"}", TokenKind::RBRACE},    {":", TokenKind::COLON},    {"?", TokenKind::QUESTION},
    {"|", TokenKind::PIPE},    {"^", TokenKind::CARET},     {"$", TokenKind::DOLLAR},
};

// Marks of other scripts that look like ours, as editors and chats put them in.
struct Lookalike {
  std::string_view text, meant;
};
constexpr Lookalike kLookalikes[] = {{"\uFF0C", ","}, {"\uFF1B", ";"}, {"\uFF1A", ":"}, {"\uFF08", "("},
                                     {"\uFF09", ")"}, {"\uFF1D", "="}, {"\u00A0", " "}, {"\u3000", " "},
                                     {"\u2018", "'"}, {"\u2019", "'"}, {"\u201C", "'"}, {"\u201D", "'"}};

const Lookalike* lookalike_at(std::string_view text) {
  auto found = std::ranges::find_if(kLookalikes, [&](const Lookalike& one) { return text.starts_with(one.text); });
  return found == std::end(kLookalikes) ? nullptr : &*found;
}

// The bytes of the UTF-8 character that begins the text; 0 where it is none.
size_t character_size(std::string_view text) {
  auto lead = static_cast<unsigned char>(text[0]);
  size_t size = lead < 0x80 ? 1 : lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (lead >= 0xF5 || size > text.size()) return 0;
  bool is_whole = std::ranges::all_of(text.substr(1, size == 0 ? 0 : size - 1), is_continuation);
  return is_whole ? size : 0;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) { out_.tokens.reserve(source.size() / 4 + 2); }

  Tokens run() && {
    while (skip_space(), at_ < source_.size()) next();
    add(TokenKind::End, at_);
    return std::move(out_);
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  bool starts_with(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  void add(TokenKind kind, size_t end) {
    out_.tokens.push_back({kind, static_cast<uint32_t>(at_), static_cast<uint32_t>(end)});
    at_ = end;
  }
  // With what is to stand there instead, where that is certain.
  void reject(size_t end, std::string message, std::string hint, std::string change = {}) {
    SourceSpan span{static_cast<uint32_t>(at_), static_cast<uint32_t>(end)};
    Failure failure = fail(ErrorCode::SyntaxError, span, "{}", message).hint(std::move(hint));
    if (!change.empty()) failure = std::move(failure).change(span, std::move(change));
    out_.errors.push_back(std::move(failure));
    add(TokenKind::UNKNOWN_CHARACTER, end);
  }
  // Something that is opened here and never closed: the rest of the line goes with it up to a `;`, so that the
  // statements behind are still looked at.
  void reject_unclosed(std::string_view what, std::string_view closing) {
    size_t line_end = std::min(source_.find_first_of(";\n", at_), source_.size());
    size_t marked_end = line_end < source_.size() && source_[line_end] == ';' ? line_end + 1 : line_end;
    SourceSpan span{static_cast<uint32_t>(at_), static_cast<uint32_t>(marked_end)};
    if (const Token* before = string_before()) {
      span.begin = before->begin;
      out_.errors.push_back(fail(ErrorCode::UnterminatedText, span, "the string ends at a quote that is meant as text")
                                .hint("A quote inside a string is written twice: `'it''s'`.")
                                .change({before->end, before->end}, "'"));
    } else {
      if (starts_literal()) span.begin = out_.tokens.back().begin;
      out_.errors.push_back(
          fail(ErrorCode::UnterminatedText, span, "the {} that begins here is not closed", what)
              .hint(closing == "`" ? "Close it with a back-tick." : fmt::format("Close it with `{}`.", closing)));
    }
    add(TokenKind::UNKNOWN_CHARACTER, line_end);
  }
  // In 'it's': the string 'it', where what follows touches it up to here.
  const Token* string_before() const {
    size_t count = out_.tokens.size();
    if (count < 2 || peek() != '\'' || out_.tokens[count - 1].end != at_) return nullptr;
    const Token& text = out_.tokens[count - 2];
    bool touches = text.kind == TokenKind::STRING_LITERAL && text.end == out_.tokens[count - 1].begin;
    return touches ? &text : nullptr;
  }
  // DATE '2024-01-01 and its like.
  bool starts_literal() const {
    using enum TokenKind;
    if (out_.tokens.empty() || peek() != '\'') return false;
    TokenKind kind = out_.tokens.back().kind;
    return kind == K_DATE || kind == K_TIME || kind == K_TIMESTAMP || kind == K_INTERVAL;
  }

  void skip_space() {
    while (at_ < source_.size()) {
      char c = source_[at_];
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        ++at_;
      } else if (starts_with("--") || starts_with("//")) {
        at_ = std::min(source_.find('\n', at_), source_.size());
      } else if (starts_with("/*") && !starts_with("/*+")) {
        size_t end = source_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return;
        at_ = end + 2;
      } else {
        return;
      }
    }
  }

  // The end of the word that begins here; marks that look like ours and broken characters are no part of it.
  size_t word_end() const {
    size_t end = at_;
    while (end < source_.size() && is_word(source_[end])) {
      std::string_view rest = source_.substr(end);
      bool is_plain = (rest[0] & 0x80) == 0;
      size_t size = is_plain ? 1 : character_size(rest);
      if (size == 0 || (!is_plain && lookalike_at(rest) != nullptr)) return end;
      end += size;
    }
    return end;
  }

  // Whether what stands here is no part of any word, and was reported.
  bool reject_strange() {
    if ((peek() & 0x80) == 0) return false;
    if (const Lookalike* mark = lookalike_at(source_.substr(at_))) {
      std::string_view what = mark->meant == " " ? "a blank that is none of SQL's" : "is not the one of SQL";
      std::string message = mark->meant == " " ? std::string(what) : fmt::format("`{}` {}", mark->text, what);
      reject(at_ + mark->text.size(), message, fmt::format("Write `{}`.", mark->meant), std::string(mark->meant));
      return true;
    }
    if (character_size(source_.substr(at_)) > 0) return false;
    reject(at_ + 1, "a byte that is no UTF-8", "Save the file as UTF-8.");
    return true;
  }

  void next() {
    char c = peek();
    if (reject_strange()) return;
    if (c == '\'') return string(0, TokenKind::STRING_LITERAL, false);
    if (is_letter(c) || (c == '$' && is_word(peek(1)))) return word();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (c == '`') return quoted_identifier();
    if (starts_with("==")) return reject(at_ + 2, "`==` is no operator", "Write `=`.", "=");
    if (starts_with("/*+")) {
      in_hint_ = true;
      return add(TokenKind::HINT_BEGIN, at_ + 3);
    }
    if (starts_with("/*")) return reject_unclosed("comment", "*/");
    if (in_hint_ && starts_with("*/")) {
      in_hint_ = false;
      return add(TokenKind::HINT_END, at_ + 2);
    }
    for (const Punctuation& mark : kPunctuation) {
      if (starts_with(mark.text)) return add(mark.kind, at_ + mark.text.size());
    }
    unknown();
  }

  void unknown() {
    if (starts_with("&&")) return reject(at_ + 2, "`&&` is no operator", "Write AND.", "AND");
    if (starts_with("!=")) return reject(at_ + 2, "`!=` is no operator", "Write `<>`.", "<>");
    if (peek() == '"') return double_quoted();
    if (peek() == '!') {
      size_t end = at_ + 1;
      while (end < source_.size() && is_word(source_[end])) ++end;
      return reject(end, "`!` is not expected here", "Write NOT before a condition.");
    }
    reject(at_ + 1, fmt::format("`{}` is not expected here", source_.substr(at_, 1)), "");
  }

  bool is_behind_operator() const {
    using enum TokenKind;
    if (out_.tokens.empty()) return false;
    TokenKind before = out_.tokens.back().kind;
    std::string_view mark = source_.substr(out_.tokens.back().begin, 2);
    if (before == UNKNOWN_CHARACTER && (mark == "==" || mark == "!=")) return true;
    return before == EQ || before == NE || before == LT || before == GT || before == LE || before == GE ||
           before == CONCAT || before == K_LIKE;
  }

  // Up to the other quote, where it stands on the line.
  void double_quoted() {
    size_t close = source_.find_first_of("\"\n", at_ + 1);
    bool is_closed = close < source_.size() && source_[close] == '"';
    size_t end = is_closed ? close + 1 : at_ + 1;
    std::string_view inside = is_closed ? source_.substr(at_ + 1, close - at_ - 1) : std::string_view();
    std::string text;
    // Behind an operator a text is meant; elsewhere it may be a name as in other systems.
    if (is_closed && is_behind_operator()) {
      for (char c : inside) text += c == '\'' ? "''" : std::string(1, c);
      text = fmt::format("'{}'", text);
    }
    reject(end, fmt::format("`{}` is not expected here", source_.substr(at_, end - at_)),
           "Texts stand in single quotes: 'text'; names in back-ticks: `name`.", std::move(text));
  }

  void word() {
    // X'0A', E'a\n', U&'\0041', N'a' and _utf8'a' are strings with a prefix.
    char first = static_cast<char>(peek() | 0x20);
    if (peek(1) == '\'') {
      if (first == 'x') return string(1, TokenKind::BINARY_STRING, false);
      if (first == 'e') return string(1, TokenKind::STRING_LITERAL, true);
      if (first == 'n') return string(1, TokenKind::STRING_LITERAL, false);
    }
    if (first == 'u' && peek(1) == '&' && peek(2) == '\'') return string(2, TokenKind::STRING_LITERAL, false);
    size_t end = word_end();
    if (peek() == '_' && end < source_.size() && source_[end] == '\'') {
      return string(end - at_, TokenKind::STRING_LITERAL, false);
    }
    add(find_word(source_.substr(at_, end - at_)).kind, end);
  }

  void string(size_t prefix, TokenKind kind, bool backslash) {
    size_t end = at_ + prefix + 1;
    for (; end < source_.size(); ++end) {
      if (backslash && source_[end] == '\\') {
        ++end;
      } else if (source_[end] == '\'') {
        if (end + 1 == source_.size() || source_[end + 1] != '\'') return add(kind, end + 1);
        ++end;
      }
    }
    reject_unclosed("string", "'");
  }

  void quoted_identifier() {
    for (size_t end = at_ + 1; end < source_.size() && source_[end] != '\n'; ++end) {
      if (source_[end] != '`') continue;
      if (end + 1 < source_.size() && source_[end + 1] == '`') {
        ++end;
      } else if (end == at_ + 1) {
        return reject(end + 1, "a name between back-ticks is empty", "Write a name of at least one character.");
      } else {
        return add(TokenKind::QUOTED_IDENTIFIER, end + 1);
      }
    }
    reject_unclosed("name", "`");
  }

  void number() {
    size_t end = at_;
    auto digits = [&] {
      while (end < source_.size() && is_digit(source_[end])) ++end;
    };
    digits();
    TokenKind kind = TokenKind::INTEGER_LITERAL;
    if (end < source_.size() && source_[end] == '.') {
      kind = TokenKind::NUMBER_LITERAL;
      ++end;
      digits();
    }
    if (end < source_.size() && (source_[end] | 0x20) == 'e') {
      size_t exponent = end + 1;
      if (exponent < source_.size() && (source_[exponent] == '+' || source_[exponent] == '-')) ++exponent;
      if (exponent < source_.size() && is_digit(source_[exponent])) {
        kind = TokenKind::NUMBER_LITERAL;
        end = exponent;
        digits();
      }
    }
    add(kind, end);
  }

  std::string_view source_;
  size_t at_ = 0;
  bool in_hint_ = false;
  Tokens out_;
};

}  // namespace

Tokens tokenize(std::string_view source) {
  Tokens out = Lexer(source).run();
  resolve_context(out.tokens, source);
  return out;
}

}  // namespace sluice::grammar
