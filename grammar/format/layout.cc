#include "grammar/format/layout.h"

#include <cstdint>
#include <utility>

namespace sluice::grammar {

using enum TokenKind;
using antlr4::tree::TerminalNode;

TokenKind token_of(antlr4::tree::ParseTree* tree) {
  auto* node = dynamic_cast<TerminalNode*>(tree);
  return node ? static_cast<TokenKind>(node->getSymbol()->getType()) : End;
}

size_t rule_of(antlr4::tree::ParseTree* tree) {
  auto* node = dynamic_cast<antlr4::ParserRuleContext*>(tree);
  return node ? node->getRuleIndex() : SIZE_MAX;
}

Page Layout::run(P::StatementContext* tree) && {
  page_.open();
  statement(tree);
  page_.close();
  return std::move(page_);
}

void Layout::visit(Tree* tree) {
  auto* node = dynamic_cast<Rule*>(tree);
  if (!node) return token(static_cast<TerminalNode*>(tree));
  switch (node->getRuleIndex()) {
    case P::RuleQuery:
      return query(node);
    case P::RuleJoin:
      return join(node);
    case P::RuleExpression:
      return expression(node);
    case P::RuleWhenClause:
      return when_clause(node);
    case P::RulePrimary:
      return token_of(node->children[0]) == K_CASE ? case_expression(node) : plain(node);
    case P::RuleOrderBy:
      return clause(node, 2);
    case P::RuleGroupBy:
      return clause(node, 2);
    case P::RuleWindowSpec:
      return window(node);
    case P::RuleMatchRecognize:
      return match_recognize(node);
    case P::RuleHints:
      return clause(node, 1);
    case P::RuleLiteral:
      return literal(node);
    case P::RuleLike:
      return like_options(node);
    case P::RuleTableElements:
    case P::RuleOptionList:
      return elements(node);
    case P::RuleCreateTable:
    case P::RuleCreateView:
    case P::RuleCreateMaterializedTable:
    case P::RuleCreateCatalog:
    case P::RuleCreateDatabase:
    case P::RuleCreateFunction:
    case P::RuleCreateModel:
    case P::RuleCreateConnection:
      return definition(node);
    case P::RuleInsert:
      return insert(node);
    case P::RuleStatementSet:
      return statement_set(node);
    default:
      return plain(node);
  }
}

void Layout::plain(Rule* node, size_t from) {
  for (size_t i = from; i < node->children.size(); ++i) child(node, i);
}

void Layout::child(Rule* node, size_t index) {
  Tree* tree = node->children[index];
  bool is_type = node->getRuleIndex() == P::RuleTypeCore;
  switch (token_of(tree)) {
    case LPAREN:
    case LPAREN_QUERY:
    case LBRACKET:
      return open_parenthesis(tree);
    case RPAREN:
    case RBRACKET:
      return close_parenthesis(tree);
    case LT:
      return is_type ? open_parenthesis(tree) : visit(tree);
    case GT:
      return is_type ? close_parenthesis(tree) : visit(tree);
    case COMMA:
      visit(tree);
      if (node->getRuleIndex() != P::RuleQuantifier) page_.line();
      return;
    default:
      // AS query: the query begins a line, unless parentheses are around it.
      bool is_body = rule_of(tree) == P::RuleQuery && index > 0 && token_of(node->children[index - 1]) == K_AS;
      if (is_body) page_.line();
      return visit(tree);
  }
}

void Layout::open_parenthesis(Tree* word) {
  page_.open();
  visit(word);
  page_.indent();
  page_.soft();
}

void Layout::close_parenthesis(Tree* word) {
  page_.dedent();
  page_.soft();
  visit(word);
  page_.close();
}

void Layout::token(TerminalNode* node) {
  size_t index = node->getSymbol()->getTokenIndex();
  if (index >= tokens_.size()) return;  // The end of the text.
  PlacedToken place = place_of(node);
  const Surroundings& around = surroundings_[index];
  bool is_blank = last_ && is_blank_between(*last_, place);
  if (is_blank && around.before.empty() && !page_.is_at_break()) page_.space();
  for (const Comment& comment : around.before) {
    if (comment.starts_line) page_.new_line();
    page_.text(std::string(comment.text));
    comment.ends_line ? page_.new_line() : page_.space();
  }
  page_.text(word_of(place, text_of(tokens_[index], text_)));
  for (const Comment& comment : around.after) {
    page_.space();
    page_.text(std::string(comment.text));
    if (comment.ends_line) page_.new_line();
  }
  last_ = place;
}

void Layout::open_list() {
  page_.open();
  page_.indent();
}

void Layout::close_list() {
  page_.dedent();
  page_.close();
}

void Layout::clause(Rule* node, size_t words) {
  for (size_t i = 0; i < words; ++i) visit(node->children[i]);
  open_list();
  plain(node, words);
  close_list();
}

void Layout::sections(Rule* node, size_t from, size_t to, Begins begins) {
  bool is_open = false;
  for (size_t i = from; i < to; ++i) {
    Tree* tree = node->children[i];
    if (begins(tree)) {
      if (is_open) close_list();
      if (i > from) page_.line();
      open_list();
      is_open = true;
    }
    child(node, i);
  }
  if (is_open) close_list();
}

void Layout::window(Rule* node) {
  size_t last = node->children.size() - 1;
  open_parenthesis(node->children[0]);
  sections(node, 1, last, [](Tree* tree) {
    return token_of(tree) == K_PARTITION || rule_of(tree) == P::RuleOrderBy || rule_of(tree) == P::RuleWindowFrame;
  });
  close_parenthesis(node->children[last]);
}

void Layout::match_recognize(Rule* node) {
  size_t last = node->children.size() - 1;
  visit(node->children[0]);
  open_parenthesis(node->children[1]);
  sections(node, 2, last, [](Tree* tree) {
    switch (token_of(tree)) {
      case K_PARTITION:
      case K_MEASURES:
      case K_ONE:
      case K_ALL:
      case K_AFTER:
      case K_PATTERN:
      case K_SUBSET:
      case K_DEFINE:
        return true;
      default:
        return rule_of(tree) == P::RuleOrderBy;
    }
  });
  close_parenthesis(node->children[last]);
}

void Layout::like_options(Rule* node) {
  for (size_t i = 0; i < node->children.size(); ++i) {
    bool is_next =
        rule_of(node->children[i]) == P::RuleLikeOption && rule_of(node->children[i - 1]) == P::RuleLikeOption;
    if (is_next) page_.line();
    child(node, i);
  }
}

// The parts of a string that goes on have to stand on lines of their own.
void Layout::literal(Rule* node) {
  for (size_t i = 0; i < node->children.size(); ++i) {
    TokenKind kind = token_of(node->children[i]);
    bool goes_on =
        i > 0 && kind == token_of(node->children[i - 1]) && (kind == STRING_LITERAL || kind == BINARY_STRING);
    if (goes_on) page_.hard();
    visit(node->children[i]);
  }
}

}  // namespace sluice::grammar
