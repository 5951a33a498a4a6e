// The entry points of grammar/parser.h: tokens, statements, trees, AST.
#include "grammar/build/build.h"
#include "grammar/build/tree_parser.h"
#include "grammar/lexer/lexer.h"
#include "grammar/lexer/statements.h"
#include "grammar/parser.h"

namespace sluice::grammar {
namespace {

// What is wrong with the tokens of one statement before they are parsed.
std::optional<Failure> find_lexical_error(std::span<const Token> tokens, const Tokens& lexed) {
  for (const Failure& error : lexed.errors) {
    uint32_t begin = error.error.span->begin;
    if (begin >= tokens.front().begin && begin < tokens.back().end) return error;
  }
  return find_excess(tokens);
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
      if (auto error = find_lexical_error(tokens, lexed_)) return diagnostics_.report(*std::move(error)), std::nullopt;
    }
    Mismatch mismatch;
    Tree* tree = parser_.parse(tokens, rule, mismatch);
    if (!tree) {
      auto reach = [&](std::string_view text) {
        Tokens changed = tokenize(text);
        Mismatch other;
        return parser_.parse(without_end(changed), rule, other) ? kFits : other.token;
      };
      diagnostics_.report(syntax_error(tokens, mismatch, text_, reach));
      return std::nullopt;
    }
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
    if (statement) script.statements.push_back(*std::move(statement));
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
