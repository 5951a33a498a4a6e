#include "grammar/build/repair.h"

#include <algorithm>

#include "grammar/lexer/lexer.h"
#include "grammar/lexer/words.h"

namespace sluice::grammar {

namespace {

using enum TokenKind;
using Statement = std::span<const Token>;

bool is_one_of(TokenKind kind, auto... kinds) { return ((kind == kinds) || ...); }

bool begins_clause(TokenKind kind) {
  return is_one_of(kind, K_SELECT, K_FROM, K_WHERE, K_GROUP, K_HAVING, K_WINDOW, K_QUALIFY, K_ORDER, K_LIMIT, K_OFFSET,
                   K_FETCH, K_UNION, K_INTERSECT, K_EXCEPT, K_ON);
}
bool opens(TokenKind kind) { return is_one_of(kind, LPAREN, LPAREN_QUERY, LBRACKET, LBRACE); }
bool closes(TokenKind kind) { return is_one_of(kind, RPAREN, RBRACKET, RBRACE); }

std::string_view suggestion_of(const Error& error) {
  constexpr std::string_view kBefore = "Did you mean `", kAfter = "`?";
  std::string_view hint = error.hint;
  if (!hint.starts_with(kBefore) || !hint.ends_with(kAfter)) return {};
  return hint.substr(kBefore.size(), hint.size() - kBefore.size() - kAfter.size());
}

class Repairer {
 public:
  Repairer(Statement tokens, bool is_text, const Mismatch& mismatch, const Error& error, std::string_view source)
      : tokens_(tokens),
        is_text_(is_text),
        at_(std::min(mismatch.token, tokens.size() - 1)),
        error_(error),
        source_(source) {
    int depth = 0;
    for (const Token& token : tokens) {
      if (closes(token.kind)) --depth;
      depth_.push_back(depth);
      if (opens(token.kind)) ++depth;
    }
    is_at_end_ = mismatch.token >= tokens.size();
  }

  std::optional<Repair> run() const {
    auto marked = std::ranges::find(tokens_, error_.span ? error_.span->begin : 0, &Token::begin);
    if (marked != tokens_.end()) {
      auto index = static_cast<size_t>(marked - tokens_.begin());
      if (error_.code == ErrorCode::ReservedWord) return of_kind(index, IDENTIFIER);
      if (auto word = suggestion_of(error_); !word.empty()) {
        return is_text_ ? with_word(index, word) : of_kind(index, find_word(word).kind);
      }
    }
    for (int depth = depth_[at_]; depth >= 0; --depth) {
      if (auto repair = without_clause(depth)) return repair;
    }
    return without_element();
  }

 private:
  Repair of_kind(size_t index, TokenKind kind) const {
    Repair out{{tokens_.begin(), tokens_.end()}};
    out.tokens[index].kind = kind;
    return out;
  }

  // Words are told apart by what surrounds them, so that the text is read again; places stay those of the old one.
  Repair with_word(size_t index, std::string_view word) const {
    uint32_t begin = tokens_.front().begin;
    const Token& replaced = tokens_[index];
    std::string text(source_.substr(begin, replaced.begin - begin));
    text += word;
    text += source_.substr(replaced.end, tokens_.back().end - replaced.end);
    Repair out{tokenize(text).tokens};
    out.tokens.pop_back();
    auto word_begin = static_cast<uint32_t>(replaced.begin - begin);
    for (Token& token : out.tokens) {
      bool is_behind = token.begin > word_begin;
      auto back = [&](uint32_t place) {
        return is_behind ? place + begin + (replaced.end - replaced.begin) - static_cast<uint32_t>(word.size())
                         : place + begin;
      };
      token.begin = back(token.begin);
      token.end = token.begin == replaced.begin ? replaced.end : back(token.end);
    }
    return out;
  }

  bool is_boundary(size_t i, int depth) const {
    if (depth_[i] != depth || !begins_clause(tokens_[i].kind)) return false;
    return !(tokens_[i].kind == K_FROM && i > 0 && tokens_[i - 1].kind == K_DISTINCT);  // IS DISTINCT FROM
  }

  // The clause keyword that the error stands behind, of a SELECT at this depth.
  std::optional<size_t> clause_before(int depth) const {
    std::optional<size_t> found;
    bool in_select = false;
    size_t last = is_at_end_ ? at_ : at_ == 0 ? 0 : at_ - 1;
    for (size_t i = 0; i <= last; ++i) {
      if (depth_[i] < depth || tokens_[i].kind == SEMICOLON) {
        found.reset();
        in_select = false;
      }
      if (!is_boundary(i, depth)) continue;
      in_select |= tokens_[i].kind == K_SELECT;
      if (in_select) found = i;
    }
    return found;
  }

  std::optional<Repair> without_clause(int depth) const {
    auto begin = clause_before(depth);
    if (!begin) return {};
    size_t end = at_;
    // Conditions of joins go with FROM.
    bool is_from = tokens_[*begin].kind == K_FROM;
    // A query without its parentheses takes all that follows.
    bool is_query = is_from && tokens_[at_].kind == K_SELECT;
    auto ends_here = [&](size_t i) {
      return (!is_query && is_boundary(i, depth) && !(is_from && tokens_[i].kind == K_ON)) ||
             tokens_[i].kind == SEMICOLON;
    };
    while (end < tokens_.size() && depth_[end] >= depth && !ends_here(end)) ++end;
    if (is_at_end_) end = tokens_.size();
    Repair out{{tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(*begin)}};
    add_clause(out, *begin, end);
    out.tokens.insert(out.tokens.end(), tokens_.begin() + static_cast<std::ptrdiff_t>(end), tokens_.end());
    return out;
  }

  // The keyword, and what cannot be read as one `?`.
  void add_clause(Repair& out, size_t begin, size_t end) const {
    const Token& keyword = tokens_[begin];
    uint32_t text_begin = begin + 1 < end ? tokens_[begin + 1].begin : keyword.begin;
    Token unread{QUESTION, text_begin, tokens_[end - 1].end};
    switch (keyword.kind) {
      case K_GROUP:
      case K_ORDER:
        out.tokens.push_back(keyword);
        out.tokens.push_back({K_BY, keyword.end, keyword.end});
        return out.tokens.push_back(unread);
      case K_SELECT:
      case K_WHERE:
      case K_HAVING:
      case K_QUALIFY:
      case K_ON:
        out.tokens.push_back(keyword);
        return out.tokens.push_back(unread);
      case K_FROM:  // Whatever stands there is one table; it is not looked at.
        out.can_bind = false;
        out.tokens.push_back(keyword);
        return out.tokens.push_back({IDENTIFIER, unread.begin, unread.end});
      default:
        out.can_bind &= is_one_of(keyword.kind, K_LIMIT, K_OFFSET, K_FETCH);
    }
  }

  // An element between commas in parentheses.
  std::optional<Repair> without_element() const {
    int depth = depth_[at_];
    if (depth == 0 || is_at_end_) return {};
    size_t begin = at_, end = at_;
    while (begin > 0 &&
           !(depth_[begin - 1] < depth || (depth_[begin - 1] == depth && tokens_[begin - 1].kind == COMMA))) {
      --begin;
    }
    while (end < tokens_.size() && depth_[end] >= depth && !(depth_[end] == depth && tokens_[end].kind == COMMA)) ++end;
    bool has_comma_behind = end < tokens_.size() && tokens_[end].kind == COMMA;
    if (has_comma_behind) {
      ++end;
    } else if (begin > 0 && tokens_[begin - 1].kind == COMMA) {
      --begin;
    }
    if (begin >= end) return {};
    Repair out{{tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(begin)}, false};
    out.tokens.insert(out.tokens.end(), tokens_.begin() + static_cast<std::ptrdiff_t>(end), tokens_.end());
    return out;
  }

  Statement tokens_;
  bool is_text_;
  size_t at_;
  bool is_at_end_ = false;
  const Error& error_;
  std::string_view source_;
  std::vector<int> depth_;
};

}  // namespace

std::optional<Repair> repaired(Statement tokens, bool is_text, const Mismatch& mismatch, const Error& error,
                               std::string_view source) {
  if (tokens.empty()) return {};
  auto repair = Repairer(tokens, is_text, mismatch, error, source).run();
  if (!repair || repair->tokens.empty()) return {};
  return repair;
}

}  // namespace sluice::grammar
