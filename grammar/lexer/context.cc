#include "grammar/lexer/context.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "grammar/lexer/words.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

bool is_one_of(TokenKind kind, auto... kinds) { return ((kind == kinds) || ...); }
bool is_open(TokenKind kind) { return is_one_of(kind, LPAREN, LPAREN_QUERY); }
bool is_keyword(TokenKind kind) { return kind >= kKeywords[0].kind; }
// A name, or a keyword that may be one.
bool is_name_like(TokenKind kind) {
  return is_one_of(kind, IDENTIFIER, QUOTED_IDENTIFIER, FUNCTION_NAME) || is_keyword(kind);
}

struct UnitWord {
  std::string_view word;
  TokenKind kind;
};
constexpr UnitWord kUnits[] = {{"YEAR", K_YEAR}, {"QUARTER", K_QUARTER}, {"MONTH", K_MONTH},   {"WEEK", K_WEEK},
                               {"DAY", K_DAY},   {"HOUR", K_HOUR},       {"MINUTE", K_MINUTE}, {"SECOND", K_SECOND}};

// Keywords that take a parenthesis of their own, so that `ROW((SELECT ..))` has an argument list first.
bool takes_arguments(TokenKind kind) {
  return is_one_of(kind, K_ROW, K_FLOOR, K_CEIL, K_CEILING, K_CAST, K_TRY_CAST, K_TRIM, K_SUBSTRING, K_OVERLAY,
                   K_POSITION, K_ROLLUP, K_CUBE, K_SETS, K_JSON_ARRAY, K_JSON_ARRAYAGG);
}

class Context {
 public:
  Context(std::vector<Token>& tokens, std::string_view source) : tokens_(tokens), source_(source) {}

  void run() {
    merge_dot_star();
    match_parentheses();
    mark_queries();
    for (size_t i = 0; i < tokens_.size(); ++i) {
      resolve(i);
      track(i);
    }
  }

 private:
  // One open parenthesis.
  struct Level {
    bool is_call = false;  // It follows a name or `=>`.
    bool is_json_object = false;
    bool table_argument = false;  // The argument that is being read is a table.
  };

  TokenKind kind(size_t i) const { return i < tokens_.size() ? tokens_[i].kind : End; }
  TokenKind before(size_t i, size_t steps = 1) const { return i >= steps ? tokens_[i - steps].kind : End; }
  std::string_view text(size_t i) const { return text_of(tokens_[i], source_); }
  void set(size_t i, TokenKind kind) { tokens_[i].kind = kind; }
  void keep_if(size_t i, bool condition) {
    if (!condition) set(i, IDENTIFIER);
  }

  void merge_dot_star() {
    size_t out = 0;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (kind(i) == STAR && out > 0 && tokens_[out - 1].kind == DOT) {
        tokens_[out - 1] = {DOT_STAR, tokens_[out - 1].begin, tokens_[i].end};
      } else {
        tokens_[out++] = tokens_[i];
      }
    }
    tokens_.resize(out);
  }

  void match_parentheses() {
    closing_.assign(tokens_.size(), tokens_.size());
    std::vector<size_t> open;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (kind(i) == LPAREN) open.push_back(i);
      if (kind(i) == SEMICOLON) open.clear();
      if (kind(i) == RPAREN && !open.empty()) {
        closing_[open.back()] = i;
        open.pop_back();
      }
    }
  }

  // From the right, so that what an inner parenthesis is has been decided before the outer one asks.
  void mark_queries() {
    for (size_t i = tokens_.size(); i-- > 0;) {
      if (kind(i) != LPAREN) continue;
      TokenKind inside = kind(i + 1);
      bool query = is_one_of(inside, K_SELECT, K_WITH, K_VALUES, K_VALUE);
      if (inside == K_TABLE) query = !is_name_like(before(i)) || is_query_context(before(i));
      bool is_call = (is_one_of(before(i), IDENTIFIER, QUOTED_IDENTIFIER) && !is_insert_target(i - 1)) ||
                     takes_arguments(before(i));
      if (inside == LPAREN_QUERY && !is_call) {
        query = is_one_of(kind(closing_[i + 1] + 1), RPAREN, K_UNION, K_INTERSECT, K_EXCEPT, K_ORDER, K_LIMIT, K_OFFSET,
                          K_FETCH);
      }
      if (query) set(i, LPAREN_QUERY);
    }
  }
  // Of INSERT INTO a.b ((SELECT ..)): whether the name that ends at `i` is a table, and no function.
  bool is_insert_target(size_t i) const {
    while (before(i) == DOT && i >= 2) i -= 2;
    return is_one_of(before(i), K_INTO, K_OVERWRITE);
  }
  static bool is_query_context(TokenKind kind) {
    return is_one_of(kind, K_FROM, K_JOIN, K_IN, K_EXISTS, K_UNION, K_ALL, K_DISTINCT, K_INTERSECT, K_EXCEPT, K_AS,
                     K_LATERAL, K_ANY, K_SOME, K_WHERE, K_AND, K_OR, K_NOT, K_SELECT, K_EXPLAIN, K_EXECUTE);
  }

  std::optional<TokenKind> unit(size_t i) const {
    if (!is_keyword(kind(i)) && kind(i) != IDENTIFIER && kind(i) != RESERVED_WORD) return {};
    std::string word = to_upper(text(i));
    if (word.ends_with('S')) word.pop_back();
    auto found = std::ranges::find(kUnits, word, &UnitWord::word);
    return found == std::end(kUnits) ? std::nullopt : std::optional(found->kind);
  }

  // INTERVAL [sign] value unit [(p)] [TO unit [(p)]], or without a value where it is a type.
  void resolve_interval(size_t i) {
    size_t at = i + 1;
    if (is_one_of(kind(at), PLUS, MINUS)) ++at;
    if (!unit(at) || unit(at + 1)) at = kind(at) == LPAREN ? closing_[at] + 1 : at + 1;
    while (kind(at) == DOT) at += 2;  // INTERVAL t.a DAY
    auto first = at < tokens_.size() ? unit(at) : std::nullopt;
    if (!first) return;
    units_[0] = at;
    set(at++, *first);
    if (kind(at) == LPAREN) at = closing_[at] + 1;
    if (kind(at) != K_TO || !unit(at + 1)) return;
    set(at, INTERVAL_TO);
    units_[1] = at + 1;
    set(at + 1, *unit(at + 1));
  }

  bool is_unit(size_t i) const { return i != 0 && (i == units_[0] || i == units_[1]); }

  bool is_time_zone(size_t i) const {
    if (kind(i + 1) == K_LOCAL) ++i;
    return kind(i + 1) == K_TIME && kind(i + 2) == K_ZONE;
  }
  // A name, or a word that will turn out to be one.
  bool is_name(size_t i) const {
    if (is_one_of(kind(i), IDENTIFIER, QUOTED_IDENTIFIER)) return true;
    return is_keyword(kind(i)) && !is_reserved(text(i));
  }
  bool after_is(size_t i) const { return before(i) == K_IS || (before(i) == K_NOT && before(i, 2) == K_IS); }
  bool starts_model_argument(size_t i) const {
    if (!is_name(i + 1)) return false;
    return before(i) == ARROW || (is_one_of(before(i), LPAREN, COMMA) && !levels_.empty() && levels_.back().is_call);
  }

  void resolve(size_t i) {
    if (kind(i + 1) == ARROW && (is_name_like(kind(i)) || is_one_of(kind(i), RESERVED_WORD, TYPE_WORD))) {
      return set(i, ARGUMENT_NAME);
    }
    if (is_open(kind(i + 1)) && (is_keyword(kind(i)) || kind(i) == RESERVED_WORD)) resolve_function(i);
    // DATE(a), which Flink takes for a function that nobody has defined; TIME(3) is a type.
    bool is_type = kind(i) != K_DATE && kind(i + 2) == INTEGER_LITERAL;
    if (is_one_of(kind(i), K_DATE, K_TIME, K_TIMESTAMP) && kind(i + 1) == LPAREN && !is_type) set(i, FUNCTION_NAME);
    resolve_keyword(i);
    if (kind(i) == RESERVED_WORD && kind(i + 1) == LPAREN && to_upper(text(i)) == "PERIOD") set(i, K_ROW);
  }

  void resolve_function(size_t i) {
    bool is_quantifier = kind(i) == K_SOME && is_one_of(before(i), EQ, NE, LT, GT, LE, GE);
    if (!is_unit(i) && !is_quantifier && find_word(text(i)).is_function) set(i, FUNCTION_NAME);
  }

  void resolve_keyword(size_t i) {
    TokenKind next = kind(i + 1);
    switch (kind(i)) {
      case K_INTERVAL:
        return resolve_interval(i);
      case K_IF:
        return keep_if(i, next == K_EXISTS || (next == K_NOT && kind(i + 2) == K_EXISTS));
      case K_FINAL:
        return keep_if(i, is_name_like(next) && is_open(kind(i + 2)) && !is_one_of(before(i), DOT, K_AS));
      case K_FORMAT:
        return keep_if(i, next == K_JSON);
      case K_JSON:
        return keep_if(i, before(i) == K_FORMAT || after_is(i));
      case K_SCALAR:
        return keep_if(i, before(i) == K_JSON);
      case K_OBJECT:
        return keep_if(i, before(i) == K_JSON || before(i) == K_EMPTY);
      case K_ABSENT:
        return keep_if(i, next == K_ON && kind(i + 2) == K_NULL);
      case K_IGNORE:
      case K_RESPECT:
        if (next == K_NULLS && before(i) != RPAREN) return set(i, ARGUMENT_NULLS);
        return keep_if(i, next == K_NULLS);
      case K_UNBOUNDED:
        return keep_if(i, is_one_of(next, K_PRECEDING, K_FOLLOWING));
      case K_IMMEDIATELY:
        return keep_if(i, is_one_of(next, K_PRECEDES, K_SUCCEEDS));
      case K_TIMESTAMPADD:
      case K_TIMESTAMPDIFF:
        return keep_if(i, next == LPAREN);
      case K_A:
        return keep_if(i, after_is(i) && next == K_SET);
      case K_WEEK:
      case K_QUARTER:
        return keep_if(i, is_unit(i));
      case K_KEY:
        return keep_if(i, is_key_here(i));
      case K_YEAR:
      case K_MONTH:
      case K_DAY:
      case K_HOUR:
      case K_MINUTE:
        if (before(i) == RPAREN && next == K_TO && unit(i + 2)) set(i + 1, INTERVAL_TO);  // (a - b) DAY TO SECOND
        return;
      case K_MAP:
        if (next == LBRACKET || next == LPAREN_QUERY) set(i, MAP_CONSTRUCTOR);
        return;
      case K_MODEL:
        return keep_if(i, is_model_here(i));
      case K_ORDER:
        if (!levels_.empty() && levels_.back().table_argument) set(i, ARGUMENT_ORDER);
        return;
      case K_ON:
        if (next == K_CONFLICT && kind(i + 2) == K_DO) set(i, CONFLICT_ON);
        return;
      case K_WITH:
        if (is_time_zone(i)) set(i, TIME_ZONE_WITH);
        return;
      case K_WITHOUT:
        if (is_time_zone(i)) set(i, TIME_ZONE_WITHOUT);
        return;
      default:
        return;
    }
  }

  bool is_key_here(size_t i) const {
    if (before(i) == K_PRIMARY || kind(i + 1) == STRING_LITERAL) return true;
    return !levels_.empty() && levels_.back().is_json_object && is_one_of(before(i), LPAREN, COMMA) &&
           !is_one_of(kind(i + 1), K_VALUE, COLON, DOT, LBRACKET, COMMA, RPAREN, CONCAT, PLUS, STAR, SLASH);
  }
  bool is_model_here(size_t i) const {
    return is_one_of(before(i), K_CREATE, K_TEMPORARY, K_ALTER, K_DROP, K_DESCRIBE) ||
           (before(i) == K_DESC && is_one_of(before(i, 2), End, SEMICOLON)) || starts_model_argument(i);
  }

  void track(size_t i) {
    TokenKind here = kind(i);
    if (is_open(here)) {
      TokenKind opener = before(i);
      levels_.push_back({.is_call = is_one_of(opener, IDENTIFIER, QUOTED_IDENTIFIER, FUNCTION_NAME, ARROW),
                         .is_json_object = is_one_of(opener, K_JSON_OBJECT, K_JSON_OBJECTAGG)});
    }
    if (here == SEMICOLON) levels_.clear();
    if (levels_.empty()) return;
    if (here == RPAREN) levels_.pop_back();
    if (here == COMMA) levels_.back().table_argument = false;
    if (here == K_TABLE && levels_.back().is_call && is_one_of(before(i), LPAREN, COMMA, ARROW)) {
      levels_.back().table_argument = true;
    }
    if (here == K_PARTITION && levels_.back().is_call && kind(i + 1) == K_BY) levels_.back().table_argument = true;
  }

  std::vector<Token>& tokens_;
  std::string_view source_;
  std::vector<size_t> closing_;  // Of every LPAREN, the index of its RPAREN, or the number of tokens.
  std::vector<Level> levels_;
  size_t units_[2] = {0, 0};  // Of the interval that was seen last.
};

}  // namespace

void resolve_context(std::vector<Token>& tokens, std::string_view source) { Context(tokens, source).run(); }

}  // namespace sluice::grammar
