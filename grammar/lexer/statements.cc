#include "grammar/lexer/statements.h"

#include <algorithm>

namespace sluice::grammar {
namespace {

using enum TokenKind;

bool is_one_of(TokenKind kind, auto... kinds) { return ((kind == kinds) || ...); }

TokenKind kind_at(std::span<const Token> tokens, size_t i) { return i < tokens.size() ? tokens[i].kind : End; }

bool opens_block(std::span<const Token> tokens, size_t i) {
  return kind_at(tokens, i) == K_STATEMENT && kind_at(tokens, i + 1) == K_SET && kind_at(tokens, i + 2) == K_BEGIN;
}

// The END of the block that opens at `i`: the one behind a `;`, because CASE has an END, too. Without one the block
// ends at its first `;`, and the parser says what is missing.
size_t end_of_block(std::span<const Token> tokens, size_t i) {
  size_t first = tokens.size();
  for (; i < tokens.size(); ++i) {
    if (tokens[i].kind != SEMICOLON) continue;
    first = std::min(first, i);
    if (kind_at(tokens, i + 1) == K_END) return i + 1;
  }
  return first;
}

// Measures one statement in one pass, with one Level per open parenthesis, bracket, CASE or nested type.
class Measure {
 public:
  std::optional<Failure> run(std::span<const Token> tokens) {
    levels_.push_back({});
    for (size_t i = 0; i < tokens.size() && !failure_; ++i) step(tokens, i);
    if (!failure_) {
      while (levels_.size() > 1) close(tokens.back());
      check_height(levels_.back(), tokens.back());
    }
    return failure_;
  }

 private:
  struct Level {
    size_t operators = 0;  // Since the last comma, AND, OR or clause keyword.
    size_t operators_max = 0;
    size_t joins = 0;  // Of the SELECT that is being read.
    size_t joins_max = 0;
    size_t set_operators = 0;
    size_t inner = 0;  // The height of the highest level inside.
    size_t commas = 0;
    bool is_type = false;

    size_t height() const {
      return std::max(operators, operators_max) + std::max(joins, joins_max) + set_operators + inner + 1;
    }
  };

  void step(std::span<const Token> tokens, size_t i) {
    const Token& token = tokens[i];
    Level& level = levels_.back();
    switch (token.kind) {
      case LPAREN:
      case LPAREN_QUERY:
      case LBRACKET:
      case LBRACE:
      case K_CASE:
        return open(token, false);
      case LT:
        if (i > 0 && is_one_of(tokens[i - 1].kind, K_ARRAY, K_MULTISET, K_MAP, K_ROW, K_STRUCTURED)) {
          return open(token, true);
        }
        return count(level.operators, token);
      case GT:
        if (level.is_type) return close(token);
        return count(level.operators, token);
      case RPAREN:
      case RBRACKET:
      case RBRACE:
        return close(token);
      case K_END:
        if (levels_.size() > 1) close(token);
        return;
      case COMMA:
        end_segment(level);
        if (++level.commas >= kListLengthMax) too_long(token);
        return;
      case K_JOIN:
        return count(level.joins, token);
      case K_UNION:
      case K_INTERSECT:
      case K_EXCEPT:
        return count(level.set_operators, token);
      case K_SELECT:
        level.joins_max = std::max(level.joins_max, level.joins);
        level.joins = 0;
        level.commas = 0;
        return end_segment(level);
      case K_FROM:
      case K_WHERE:
      case K_GROUP:
      case K_HAVING:
      case K_WINDOW:
      case K_QUALIFY:
      case K_ORDER:
      case K_VALUES:
      case K_WITH:
        level.commas = 0;
        return end_segment(level);
      case K_ON:
      case K_AND:
      case K_OR:
      case K_WHEN:
      case K_THEN:
      case K_ELSE:
      case SEMICOLON:
        return end_segment(level);
      default:
        if (is_operator(token.kind)) count(level.operators, token);
    }
  }

  static bool is_operator(TokenKind kind) {
    return is_one_of(kind, EQ, NE, LE, GE, PLUS, MINUS, STAR, SLASH, PERCENT, CONCAT, K_NOT, K_IS, K_BETWEEN, K_LIKE,
                     K_ILIKE, K_RLIKE, K_SIMILAR, K_IN, K_ESCAPE, K_OVERLAPS, K_CONTAINS, K_EQUALS, K_PRECEDES,
                     K_SUCCEEDS, K_MEMBER, K_SUBMULTISET, K_MULTISET, K_ARRAY, K_FORMAT, DOT, DOT_STAR, K_FINAL,
                     K_RUNNING, PIPE, K_OVER, K_FILTER);
  }

  static void end_segment(Level& level) {
    level.operators_max = std::max(level.operators_max, level.operators);
    level.operators = 0;
  }
  void count(size_t& counter, const Token& token) {
    if (++counter > kTreeHeightMax) too_high(token);
  }
  void open(const Token& token, bool is_type) {
    if (levels_.size() > kNestingDepthMax) {
      failure_ = fail(ErrorCode::NestingTooDeep, token.span(), "nested more than {} levels deep", kNestingDepthMax)
                     .hint("Move an inner part into a view or a WITH clause.");
    }
    levels_.push_back({.is_type = is_type});
  }
  // A subscript lengthens the chain it follows: a[1][2][3].
  void close(const Token& token) {
    if (levels_.size() == 1) return;
    size_t height = levels_.back().height();
    check_height(levels_.back(), token);
    levels_.pop_back();
    Level& outer = levels_.back();
    outer.inner = std::max(outer.inner, height);
    if (token.kind == RBRACKET) count(outer.operators, token);
  }
  void check_height(const Level& level, const Token& token) {
    if (level.height() > kTreeHeightMax) too_high(token);
  }
  void too_high(const Token& token) {
    failure_ =
        fail(ErrorCode::NestingTooDeep, token.span(), "more than {} operators build on each other here", kTreeHeightMax)
            .hint("Split the expression or the query.");
  }
  void too_long(const Token& token) {
    failure_ = fail(ErrorCode::StatementTooLarge, token.span(), "the list has more than {} elements", kListLengthMax)
                   .hint("Split the statement.");
  }

  std::vector<Level> levels_;
  std::optional<Failure> failure_;
};

}  // namespace

std::vector<std::span<const Token>> split_statements(std::span<const Token> tokens) {
  std::vector<std::span<const Token>> out;
  size_t begin = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (opens_block(tokens, i)) i = std::min(end_of_block(tokens, i), tokens.size() - 1);
    if (tokens[i].kind != SEMICOLON && tokens[i].kind != End) continue;
    if (i > begin) out.push_back(tokens.subspan(begin, i - begin));
    begin = i + 1;
  }
  return out;
}

std::optional<Failure> find_excess(std::span<const Token> statement) {
  size_t bytes = statement.back().end - statement.front().begin;
  if (bytes > kStatementBytesMax) {
    return fail(ErrorCode::StatementTooLarge, statement.front().span(), "the statement has {} bytes; {} are allowed",
                bytes, kStatementBytesMax)
        .hint("Split the statement.");
  }
  return Measure().run(statement);
}

}  // namespace sluice::grammar
