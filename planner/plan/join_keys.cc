#include "planner/plan/join_keys.h"

#include <algorithm>

namespace sluice::planner {

std::vector<Expr> operands_of_and(const Expr& expr) {
  auto* special = expr.as<Special>();
  if (special == nullptr || special->form != Form::And) return {expr};
  std::vector<Expr> out;
  for (const Expr& arg : expr.args) {
    for (Expr& inner : operands_of_and(arg)) out.push_back(std::move(inner));
  }
  return out;
}

JoinKeys join_keys_of(const Join& join) {
  JoinKeys keys;
  if (join.condition.empty()) return keys;
  auto width = static_cast<uint32_t>(join.left->schema.size());
  for (const Expr& equality : operands_of_and(join.condition[0])) {
    if (!equality.is_call("=") && !equality.is_call("IS NOT DISTINCT FROM")) continue;
    auto* one = equality.args[0].as<ColumnRef>();
    auto* other = equality.args[1].as<ColumnRef>();
    if (one == nullptr || other == nullptr || (one->index < width) == (other->index < width)) continue;
    keys.left.push_back(std::min(one->index, other->index));
    keys.right.push_back(std::max(one->index, other->index) - width);
  }
  return keys;
}

}  // namespace sluice::planner
