#include "planner/plan/join_filter.h"

#include <algorithm>

#include "planner/plan/join_keys.h"
#include "planner/plan/join_strategy.h"

namespace sluice::planner {

namespace {

bool reads_within(const Expr& expr, uint32_t begin, uint32_t end) {
  if (auto* reference = expr.as<ColumnRef>()) return reference->index >= begin && reference->index < end;
  return std::ranges::all_of(expr.args, [&](const Expr& arg) { return reads_within(arg, begin, end); });
}

// NULL in the columns between makes the value NULL.
bool hands_null_on(const Expr& expr, uint32_t begin, uint32_t end) {
  if (auto* reference = expr.as<ColumnRef>()) return reference->index >= begin && reference->index < end;
  constexpr std::string_view kStrict[] = {"CAST", "+", "-", "*", "/", "%", "UPPER", "LOWER", "ABS"};
  bool is_strict = std::ranges::any_of(kStrict, [&](std::string_view name) { return expr.is_call(name); });
  if (expr.as<FieldRef>() != nullptr) is_strict = true;
  return is_strict && std::ranges::any_of(expr.args, [&](const Expr& arg) { return hands_null_on(arg, begin, end); });
}

// A row whose columns between are NULL does not pass.
bool rejects_null(const Expr& expr, uint32_t begin, uint32_t end) {
  auto rejects = [&](const Expr& arg) { return rejects_null(arg, begin, end); };
  if (auto* special = expr.as<Special>()) {
    if (special->form == Form::And) return std::ranges::any_of(expr.args, rejects);
    if (special->form == Form::Or) return std::ranges::all_of(expr.args, rejects);
    return false;
  }
  constexpr std::string_view kConditions[] = {"=", "<>", "<", ">", "<=", ">=", "LIKE", "IS NOT NULL"};
  bool is_condition = std::ranges::any_of(kConditions, [&](std::string_view name) { return expr.is_call(name); });
  if (is_condition) {
    return std::ranges::any_of(expr.args, [&](const Expr& arg) { return hands_null_on(arg, begin, end); });
  }
  return expr.as<ColumnRef>() != nullptr && hands_null_on(expr, begin, end);
}

// What is left of an outer join when rows that miss a side are dropped anyway.
JoinType type_under(const Join& join, const std::vector<Expr>& conditions) {
  auto width = static_cast<uint32_t>(join.left->schema.size());
  auto end = width + static_cast<uint32_t>(join.right->schema.size());
  auto reject = [&](uint32_t from, uint32_t to) {
    return std::ranges::any_of(conditions, [&](const Expr& expr) { return rejects_null(expr, from, to); });
  };
  bool left_may_miss = join.type == JoinType::Right || join.type == JoinType::Full;
  bool right_may_miss = join.type == JoinType::Left || join.type == JoinType::Full;
  left_may_miss = left_may_miss && !reject(0, width);
  right_may_miss = right_may_miss && !reject(width, end);
  if (join.type == JoinType::Semi || join.type == JoinType::Anti) return join.type;
  if (left_may_miss) return right_may_miss ? JoinType::Full : JoinType::Right;
  return right_may_miss ? JoinType::Left : JoinType::Inner;
}

Expr over_right(const Expr& condition, uint32_t width) {
  Expr copy = condition;
  if (auto* reference = condition.as<ColumnRef>()) copy.kind = ColumnRef{reference->index - width};
  for (Expr& arg : copy.args) arg = over_right(arg, width);
  return copy;
}

Expr both_of(std::vector<Expr> conditions) {
  if (conditions.size() == 1) return std::move(conditions[0]);
  bool nullable = std::ranges::any_of(conditions, [](const Expr& expr) { return expr.type.nullable(); });
  SourceSpan span = conditions[0].span;
  return Expr{Special{Form::And}, Type::boolean().with_nullability(nullable), std::move(conditions), span};
}

}  // namespace

Plan filter_join(const Plan& plan, std::vector<Expr> conditions, const MakeFilter& filtered) {
  auto* join = plan.as<Join>();
  if (conditions.empty()) return plan;
  if (join == nullptr) return filtered(plan, std::move(conditions));
  auto width = static_cast<uint32_t>(join->left->schema.size());
  auto end = width + static_cast<uint32_t>(join->right->schema.size());
  Join merged = *join;
  merged.type = type_under(*join, conditions);
  bool is_regular = join->strategy == JoinStrategy::Regular || join->strategy == JoinStrategy::Interval;
  bool passes_left = merged.type != JoinType::Right && merged.type != JoinType::Full;
  bool passes_right = is_regular && (merged.type == JoinType::Inner || merged.type == JoinType::Right);
  std::vector<Expr> left, right, both, above;
  for (Expr& condition : conditions) {
    bool in_left = reads_within(condition, 0, width), in_right = reads_within(condition, width, end);
    if (in_left && !in_right && passes_left) {
      left.push_back(std::move(condition));
    } else if (in_right && !in_left && passes_right) {
      right.push_back(over_right(condition, width));
    } else {
      (is_regular && merged.type == JoinType::Inner ? both : above).push_back(std::move(condition));
    }
  }
  merged.left = filter_join(join->left, std::move(left), filtered);
  merged.right = filter_join(join->right, std::move(right), filtered);
  if (!both.empty()) {
    if (!merged.condition.empty()) both.insert(both.begin(), merged.condition[0]);
    merged.condition = {both_of(std::move(both))};
  }
  Plan joined = make_join(std::move(merged));
  return above.empty() ? joined : filtered(std::move(joined), std::move(above));
}

}  // namespace sluice::planner
