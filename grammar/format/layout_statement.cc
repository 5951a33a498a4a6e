// Statements and definitions.
#include "grammar/format/layout.h"

namespace sluice::grammar {

using enum TokenKind;

void Layout::statement(Rule* node) {
  auto* only = static_cast<Rule*>(node->children[0]);
  switch (only->getRuleIndex()) {
    case P::RuleQueryStatement:
    case P::RuleInsert:
    case P::RuleStatementSet:
    case P::RuleExecute:
    case P::RuleCreate:
    case P::RuleReplaceTable:
    case P::RuleAlter:
      return visit(only);
    case P::RuleUpdate:
    case P::RuleDeleteFrom:
      return change_rows(only);
    case P::RuleExplain:
    case P::RuleCompilePlan:
      return wrapper(only);
    default:
      page_.indent();
      visit(only);
      page_.dedent();
  }
}

// EXPLAIN and COMPILE PLAN: the statement inside begins a line.
void Layout::wrapper(Rule* node) {
  for (size_t i = 0; i < node->children.size(); ++i) {
    Tree* tree = node->children[i];
    bool is_inner = i + 1 == node->children.size() && dynamic_cast<Rule*>(tree);
    if (is_inner) page_.line();
    if (!is_inner) page_.indent();
    child(node, i);
    if (!is_inner) page_.dedent();
  }
}

// CREATE: every clause begins a line, or follows the parenthesis that closes the one before.
void Layout::definition(Rule* node) {
  for (size_t i = 0; i < node->children.size(); ++i) {
    bool begins_clause = false;
    switch (token_of(node->children[i])) {
      case K_DISTRIBUTED:
      case K_PARTITIONED:
      case K_USING:
      case K_FRESHNESS:
      case K_REFRESH_MODE:
        begins_clause = true;
        break;
      default:
        break;
    }
    switch (rule_of(node->children[i])) {
      case P::RuleComment:
      case P::RuleWithOptions:
      case P::RuleLike:
      case P::RuleStartMode:
        begins_clause = true;
        break;
      default:
        break;
    }
    if (begins_clause && last_->kind != RPAREN) page_.line();
    child(node, i);
  }
}

// Columns and options: several of them are never on one line.
void Layout::elements(Rule* node) {
  bool is_list = node->children.size() > 3;
  for (size_t i = 0; i < node->children.size(); ++i) {
    child(node, i);
    if (i == 0 && is_list) page_.force();
  }
}

void Layout::insert(Rule* node) {
  page_.open();
  for (size_t i = 0; i < node->children.size(); ++i) {
    size_t rule = rule_of(node->children[i]);
    if (rule == P::RuleQuery || rule == P::RuleOnConflict) page_.line();
    child(node, i);
  }
  page_.close();
}

void Layout::statement_set(Rule* node) {
  bool is_inside = false;
  for (auto* tree : node->children) {
    if (rule_of(tree) == P::RuleInsert) {
      if (!is_inside) page_.indent();
      is_inside = true;
      page_.hard();
    } else if (token_of(tree) == K_END) {
      page_.dedent();
      page_.hard();
    }
    visit(tree);
  }
}

// UPDATE and DELETE.
void Layout::change_rows(Rule* node) {
  sections(node, 0, node->children.size(), [](Tree* tree) {
    return token_of(tree) == K_UPDATE || token_of(tree) == K_DELETE || token_of(tree) == K_SET ||
           token_of(tree) == K_WHERE;
  });
}

}  // namespace sluice::grammar
