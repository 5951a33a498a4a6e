// Queries and expressions.
#include <algorithm>
#include <iterator>
#include <vector>

#include "grammar/format/layout.h"

namespace sluice::grammar {

using enum TokenKind;

namespace {

bool is_one_of(auto value, auto... values) { return ((value == values) || ...); }

// What begins with this operator is a chain of its own: OR, AND, all others.
enum Level { kOr = 0, kAnd = 1, kOther = 2, kLevels = 3 };

bool breaks_at(TokenKind kind, int level) {
  if (level == kOr) return kind == K_OR;
  if (level == kAnd) return kind == K_AND;
  return is_one_of(kind, PLUS, MINUS, STAR, SLASH, PERCENT, CONCAT, EQ, NE, LT, GT, LE, GE);
}

// The children that are operators after which a line may begin; the AND of BETWEEN is none.
std::vector<size_t> operators_of(antlr4::ParserRuleContext* expression) {
  std::vector<size_t> out;
  bool is_between = false;
  for (size_t i = 1; i < expression->children.size(); ++i) {
    auto* tail = static_cast<antlr4::ParserRuleContext*>(expression->children[i]);
    bool begins_between = std::ranges::any_of(tail->children, [](auto* word) { return token_of(word) == K_BETWEEN; });
    bool is_its_and = is_between && token_of(tail->children[0]) == K_AND;
    if (begins_between) is_between = true;
    if (is_its_and) is_between = false;
    if (!is_its_and) out.push_back(i);
  }
  return out;
}

}  // namespace

void Layout::query(Rule* node) {
  auto is_operator = [](Tree* tree) { return rule_of(tree) == P::RuleSetOperator; };
  bool is_chain = std::ranges::any_of(node->children, is_operator);
  page_.open();
  for (size_t i = 0; i < node->children.size(); ++i) {
    Tree* tree = node->children[i];
    if (i > 0) page_.line();
    if (rule_of(tree) != P::RuleQueryTerm) {
      visit(tree);
    } else if (is_chain) {
      page_.open();
      term(static_cast<Rule*>(tree));
      page_.close();
    } else {
      term(static_cast<Rule*>(tree));
    }
  }
  page_.close();
}

// In the group around it, so that a SELECT breaks together with the ORDER BY behind it.
void Layout::term(Rule* node) {
  if (rule_of(node->children[0]) == P::RuleSelect) return select_clauses(static_cast<Rule*>(node->children[0]));
  if (!is_one_of(token_of(node->children[0]), K_VALUES, K_VALUE)) return plain(node);
  page_.open();
  visit(node->children[0]);
  page_.indent();
  page_.line();
  plain(node, 1);
  page_.dedent();
  page_.close();
}

void Layout::select_clauses(Rule* node) {
  bool in_list = false;  // The select items, or the named windows.
  auto end_list = [&] {
    if (in_list) close_list();
    in_list = false;
  };
  for (size_t i = 0; i < node->children.size(); ++i) {
    Tree* tree = node->children[i];
    TokenKind kind = token_of(tree);
    bool begins_clause =
        is_one_of(kind, K_WHERE, K_HAVING, K_QUALIFY, K_WINDOW, K_FROM) || rule_of(tree) == P::RuleGroupBy;
    if (begins_clause) {
      end_list();
      page_.line();
    }
    if (kind == K_FROM) {
      from_clause(node, i);
      continue;
    }
    bool is_item = rule_of(tree) == P::RuleSelectItem || rule_of(tree) == P::RuleNamedWindow;
    if (is_item && !in_list) {
      open_list();
      page_.line();
      in_list = true;
    }
    child(node, i);
  }
  end_list();
}

// FROM and its tables: joins begin lines under FROM, tables behind commas are indented. Leaves `index` at the last one.
void Layout::from_clause(Rule* node, size_t& index) {
  page_.open();
  visit(node->children[index]);
  for (; index + 1 < node->children.size(); ++index) {
    Tree* next = node->children[index + 1];
    if (rule_of(next) == P::RuleJoinTree) {
      visit(next);
    } else if (token_of(next) == COMMA) {
      visit(next);
      page_.indent();
      page_.line();
      visit(node->children[index + 2]);
      page_.dedent();
      ++index;
    } else {
      break;
    }
  }
  page_.close();
}

void Layout::join(Rule* node) {
  page_.line();
  for (size_t i = 0; i < node->children.size(); ++i) {
    if (token_of(node->children[i]) == K_ON) {
      open_list();
      page_.line();
      plain(node, i);
      return close_list();
    }
    child(node, i);
  }
}

void Layout::expression(Rule* node) {
  if (node->children.size() == 1) return visit(node->children[0]);
  std::vector<size_t> operators = operators_of(node);
  chain(node, operators, 0, node->children.size(), kOr);
}

// The operands `from` to `to`, in a group that breaks in front of the operators of one level.
void Layout::chain(Rule* node, std::span<const size_t> operators, size_t from, size_t to, int level) {
  operators = operators.subspan(static_cast<size_t>(std::ranges::upper_bound(operators, from) - operators.begin()));
  operators = operators.first(static_cast<size_t>(std::ranges::lower_bound(operators, to) - operators.begin()));
  auto breaks_here = [&](size_t i) {
    auto* tail = static_cast<Rule*>(node->children[i]);
    return breaks_at(token_of(tail->children[0]), level);
  };
  std::vector<size_t> begins{from};
  std::ranges::copy_if(operators, std::back_inserter(begins), breaks_here);
  begins.push_back(to);
  bool is_group = begins.size() > 2;
  if (is_group) open_list();
  for (size_t part = 0; part + 1 < begins.size(); ++part) {
    if (part > 0) page_.line();
    if (level + 1 < kLevels) {
      chain(node, operators, begins[part], begins[part + 1], level + 1);
    } else {
      for (size_t i = begins[part]; i < begins[part + 1]; ++i) visit(node->children[i]);
    }
  }
  if (is_group) close_list();
}

void Layout::case_expression(Rule* node) {
  page_.open();
  page_.indent();
  for (size_t i = 0; i < node->children.size(); ++i) {
    Tree* tree = node->children[i];
    if (rule_of(tree) == P::RuleWhenClause || token_of(tree) == K_ELSE) page_.line();
    if (token_of(tree) == K_END) {
      page_.dedent();
      page_.line();
    }
    visit(tree);
  }
  page_.close();
}

void Layout::when_clause(Rule* node) {
  open_list();
  for (size_t i = 0; i < node->children.size(); ++i) {
    if (token_of(node->children[i]) == K_THEN) page_.line();
    child(node, i);
  }
  close_list();
}

}  // namespace sluice::grammar
