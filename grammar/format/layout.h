#pragma once
// One statement's tree -> a page: which words belong together, where lines may break, what is indented. Rules without
// a layout of their own are their words with blanks between them, and parentheses that break at their commas.
#include <optional>
#include <span>
#include <string_view>

#include "SluiceParser.h"
#include "grammar/format/comments.h"
#include "grammar/format/page.h"
#include "grammar/format/words.h"
#include "grammar/lexer/token.h"

namespace sluice::grammar {

class Layout {
 public:
  using P = SluiceParser;
  using Tree = antlr4::tree::ParseTree;
  using Rule = antlr4::ParserRuleContext;

  // Tokens of the statement, and what surrounds each of them.
  Layout(std::string_view text, std::span<const Token> tokens, std::span<const Surroundings> surroundings)
      : text_(text), tokens_(tokens), surroundings_(surroundings) {}

  Page run(P::StatementContext* statement) &&;

 private:
  // layout.cc
  void visit(Tree* tree);
  void plain(Rule* node, size_t from = 0);
  void child(Rule* node, size_t index);
  void token(antlr4::tree::TerminalNode* node);
  void clause(Rule* node, size_t words);  // WORD WORD, and a list that may break.
  void open_list();
  void close_list();
  void open_parenthesis(Tree* word);
  void close_parenthesis(Tree* word);
  // The children from `from` to `to`; in front of each one that `begins` there is a line break, and what follows it is
  // indented.
  using Begins = bool (*)(Tree* tree);
  void sections(Rule* node, size_t from, size_t to, Begins begins);
  void window(Rule* node);
  void match_recognize(Rule* node);
  void like_options(Rule* node);
  void literal(Rule* node);

  // layout_query.cc
  void query(Rule* node);
  void term(Rule* node);
  void select_clauses(Rule* node);
  void from_clause(Rule* node, size_t& index);
  void join(Rule* node);
  void expression(Rule* node);
  void chain(Rule* node, std::span<const size_t> operators, size_t from, size_t to, int level);
  void case_expression(Rule* node);
  void when_clause(Rule* node);

  // layout_statement.cc
  void statement(Rule* node);
  void wrapper(Rule* node);
  void definition(Rule* node);
  void elements(Rule* node);
  void insert(Rule* node);
  void statement_set(Rule* node);
  void change_rows(Rule* node);

  std::string_view text_;
  std::span<const Token> tokens_;
  std::span<const Surroundings> surroundings_;
  std::optional<PlacedToken> last_;
  Page page_;
};

// The kind of a token; End for a rule.
TokenKind token_of(antlr4::tree::ParseTree* tree);
// The index of a rule, or `SIZE_MAX` for a token.
size_t rule_of(antlr4::tree::ParseTree* tree);

}  // namespace sluice::grammar
