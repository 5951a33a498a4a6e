#include "catalog/expr/call_site.h"

namespace sluice {
namespace {

// Counts `left` down to the node that is looked for.
const Expr* find_node(const Expr& expr, uint32_t& left) {
  for (const Expr& arg : expr.args) {
    if (const Expr* found = find_node(arg, left)) return found;
  }
  return left-- == 0 ? &expr : nullptr;
}

}  // namespace

uint32_t node_count(const Expr& expr) { return node_count(expr.args) + 1; }

uint32_t node_count(const std::vector<Expr>& exprs) {
  uint32_t count = 0;
  for (const Expr& expr : exprs) count += node_count(expr);
  return count;
}

const Expr* node_at(const std::vector<Expr>& condition, const std::vector<Expr>& computed, uint32_t call_site) {
  uint32_t left = call_site;
  for (const auto* exprs : {&condition, &computed}) {
    for (const Expr& expr : *exprs) {
      if (const Expr* found = find_node(expr, left)) return found;
    }
  }
  return nullptr;
}

}  // namespace sluice
