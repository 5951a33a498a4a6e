// The entry points of grammar/parser.h: tokens, statements, trees, AST.
#include "grammar/build/build.h"
#include "grammar/build/repair.h"
#include "grammar/build/tree_parser.h"
#include "grammar/lexer/lexer.h"
#include "grammar/lexer/statements.h"
#include "grammar/parser.h"

namespace sluice::grammar {
namespace {

constexpr int kRepairsMax = 8;  // Of one statement.

// What is wrong with the tokens of one statement before they are parsed.
std::vector<Failure> find_lexical_errors(std::span<const Token> tokens, const Tokens& lexed) {
  std::vector<Failure> found;
  for (const Failure& error : lexed.errors) {
    uint32_t begin = error.error.span->begin;
    if (begin >= tokens.front().begin && begin < tokens.back().end) found.push_back(error);
  }
  if (!found.empty()) return found;
  if (auto excess = find_excess(tokens)) found.push_back(*std::move(excess));
  return found;
}

// `t` of CREATE TABLE t, also where what follows cannot be read.
std::optional<ast::Name> created_name(std::span<const Token> tokens, std::string_view source) {
  using enum TokenKind;
  if (tokens.empty() || tokens[0].kind != K_CREATE) return {};
  size_t at = 1;
  while (at < tokens.size() &&
         (tokens[at].kind == K_TEMPORARY || tokens[at].kind == K_OR || tokens[at].kind == K_REPLACE)) {
    ++at;
  }
  if (at >= tokens.size() || (tokens[at].kind != K_TABLE && tokens[at].kind != K_VIEW)) return {};
  ++at;
  if (at + 2 < tokens.size() && tokens[at].kind == K_IF) at += 3;
  ast::Name name;
  for (; at < tokens.size(); at += 2) {
    std::string_view text = text_of(tokens[at], source);
    if (tokens[at].kind == QUOTED_IDENTIFIER) text = text.substr(1, text.size() - 2);
    name.parts.push_back({std::string(text), tokens[at].span()});
    if (at + 1 >= tokens.size() || tokens[at + 1].kind != DOT) break;
  }
  if (name.parts.empty()) return {};
  name.span = {name.parts.front().span.begin, name.parts.back().span.end};
  return name;
}

std::span<const Token> without_end(const Tokens& lexed) {
  return std::span(lexed.tokens).first(lexed.tokens.size() - 1);
}

class Parser {
 public:
  Parser(const SourceText& source, Diagnostics& diagnostics)
      : text_(source.text()), lexed_(tokenize(text_)), diagnostics_(diagnostics) {}

  std::vector<std::span<const Token>> statements() const { return split_statements(lexed_.tokens); }
  // All tokens as one piece, for what is no script.
  std::span<const Token> whole() const { return without_end(lexed_); }

  // Parses by the rule and builds by the function; nothing, and a report, when either fails.
  template <class Tree, class Function>
  auto parse(std::span<const Token> tokens, Tree* (SluiceParser::*rule)(), Function function)
      -> std::optional<decltype(function(std::declval<Tree*>(), std::declval<Build&>()))> {
    if (!tokens.empty()) {
      std::vector<Failure> errors = find_lexical_errors(tokens, lexed_);
      for (Failure& error : errors) diagnostics_.report(std::move(error));
      if (!errors.empty()) return std::nullopt;
    }
    Mismatch mismatch;
    Tree* tree = parser_.parse(tokens, rule, mismatch);
    Repair repair;  // What is parsed when the tokens as they are cannot be.
    std::optional<SourceSpan> told;
    for (int repairs = 0; !tree; ++repairs) {
      std::span<const Token> broken = repairs == 0 ? tokens : std::span<const Token>(repair.tokens);
      auto reach = [&](std::string_view text) {
        Tokens changed = tokenize(text);
        Mismatch other;
        return parser_.parse(without_end(changed), rule, other) ? kFits : other.token;
      };
      // Behind a repair the text and the tokens are not the same: nothing can be tried out, and what is near is taken.
      Failure error = syntax_error(broken, mismatch, text_, repairs == 0 ? Reach(reach) : Reach());
      bool is_told = told && error.error.span && told->begin == error.error.span->begin;
      if (is_told) return std::nullopt;  // A second error at the same place comes of the repair.
      told = error.error.span;
      auto next = repairs < kRepairsMax ? repaired(broken, repairs == 0, mismatch, error.error, text_) : std::nullopt;
      diagnostics_.report(std::move(error));
      if (!next) return std::nullopt;
      next->can_bind &= repair.can_bind;
      repair = *std::move(next);
      size_t from_end = broken.size() - std::min(broken.size(), mismatch.token);
      tree = parser_.parse(std::span<const Token>(repair.tokens), rule, mismatch);
      bool goes_on = tree || repair.tokens.size() - std::min(repair.tokens.size(), mismatch.token) < from_end;
      if (!goes_on) return std::nullopt;
    }
    if (!repair.can_bind) return std::nullopt;
    Build build{.source = text_};
    auto out = function(tree, build);
    if (build.failure) return diagnostics_.report(*std::move(build.failure)), std::nullopt;
    return out;
  }

 private:
  std::string_view text_;
  Tokens lexed_;
  Diagnostics& diagnostics_;
  TreeParser parser_;
};

}  // namespace

ast::Script parse(const SourceText& source, Diagnostics& diagnostics) {
  Parser parser(source, diagnostics);
  auto build = [](P::SingleStatementContext* tree, Build& b) { return build_statement(tree->statement(), b); };
  ast::Script script;
  for (std::span<const Token> tokens : parser.statements()) {
    auto statement = parser.parse(tokens, &SluiceParser::singleStatement, build);
    if (statement) {
      script.statements.push_back(*std::move(statement));
    } else if (auto name = created_name(tokens, source.text())) {
      script.unread.push_back(*std::move(name));
    }
  }
  return script;
}

ast::QueryPtr parse_query(const SourceText& source, Diagnostics& diagnostics) {
  Parser parser(source, diagnostics);
  auto build = [](P::SingleQueryContext* tree, Build& b) { return build_query(tree->query(), b); };
  return parser.parse(parser.whole(), &SluiceParser::singleQuery, build).value_or(nullptr);
}

ast::ExprPtr parse_expression(const SourceText& source, Diagnostics& diagnostics) {
  Parser parser(source, diagnostics);
  auto build = [](P::SingleExpressionContext* tree, Build& b) { return build_expression(tree->expression(), b); };
  return parser.parse(parser.whole(), &SluiceParser::singleExpression, build).value_or(nullptr);
}

ast::TypePtr parse_type(const SourceText& source, Diagnostics& diagnostics) {
  Parser parser(source, diagnostics);
  auto build = [](P::SingleTypeContext* tree, Build& b) { return build_type(tree->type(), b); };
  return parser.parse(parser.whole(), &SluiceParser::singleType, build).value_or(nullptr);
}

}  // namespace sluice::grammar
