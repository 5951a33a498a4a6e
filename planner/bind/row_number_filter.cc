//   Filter[n = 1] (Project[.., ROW_NUMBER() OVER (PARTITION BY k ORDER BY time) AS n] (x))
//     =>  Project[.., 1 AS n] (Deduplicate[k, time] (x))
//
// Only where the order is one time attribute: with any other order this is a Top-N, whose first row can change.
#include <algorithm>

#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

void split_conjunction(const Expr& expr, std::vector<Expr>& out) {
  auto* special = expr.as<Special>();
  if (special == nullptr || special->form != Form::And) return out.push_back(expr);
  for (const Expr& arg : expr.args) split_conjunction(arg, out);
}

// The number that a literal, cast or not, stands for.
std::optional<int64_t> number_of(const Expr& expr) {
  if (expr.is_call("CAST")) return number_of(expr.args[0]);
  auto* value = expr.as<Literal>();
  if (value == nullptr || !std::holds_alternative<int64_t>(value->value.data) || !expr.type.is_integer()) return {};
  return value->value.get<int64_t>();
}

std::optional<uint32_t> column_of(const Expr& expr) {
  auto* reference = expr.as<ColumnRef>();
  return reference == nullptr ? std::nullopt : std::optional(reference->index);
}

// `n = 1`, `n <= 1`, `n < 2` and the same mirrored: the column n.
std::optional<uint32_t> first_row_of(const Expr& predicate) {
  if (predicate.args.size() != 2) return {};
  const Expr& left = predicate.args[0];
  const Expr& right = predicate.args[1];
  if (auto bound = number_of(right)) {
    bool first =
        (*bound == 1 && (predicate.is_call("=") || predicate.is_call("<="))) || (*bound == 2 && predicate.is_call("<"));
    return first ? column_of(left) : std::nullopt;
  }
  if (auto bound = number_of(left)) {
    bool first =
        (*bound == 1 && (predicate.is_call("=") || predicate.is_call(">="))) || (*bound == 2 && predicate.is_call(">"));
    return first ? column_of(right) : std::nullopt;
  }
  return {};
}

bool is_marker(const Expr& expr) { return expr.is_call(kRowNumber); }

std::optional<Plan> deduplicate(const Project& project, uint32_t index, const BindSession& session) {
  const RowNumber& spec = session.row_numbers[project.exprs[index].as<Call>()->version];
  auto markers = std::ranges::count_if(project.exprs, is_marker);
  if (markers != 1 || spec.order_by.size() != 1 || spec.has_null_order) return {};
  uint32_t time = spec.order_by[0];
  if (project.input->times[time] == TimeRole::None) return {};
  bool mini_batch = session.settings.get_bool("table.exec.mini-batch.enabled");
  Project above{make(Deduplicate{project.input, spec.partition_by, time, spec.descending[0], mini_batch}),
                project.exprs, project.names};
  above.exprs[index] = Expr{Literal{Value{int64_t{1}}}, Type::bigint().not_null(), {}, project.exprs[index].span};
  return make(std::move(above));
}

// The plan with the ROW_NUMBER that stands in column `index` replaced; nothing when there is none.
std::optional<Plan> keep_first(const Plan& plan, uint32_t index, const BindSession& session) {
  auto* project = plan.as<Project>();
  if (project == nullptr) return {};
  if (is_marker(project->exprs[index])) return deduplicate(*project, index, session);
  auto below = column_of(project->exprs[index]);
  if (!below) return {};
  auto input = keep_first(project->input, *below, session);
  if (!input) return {};
  return make(Project{std::move(*input), project->exprs, project->names});
}

}  // namespace

Plan make_filter(Plan plan, Expr predicate, BindSession& session) {
  SourceSpan span = predicate.span;
  std::vector<Expr> conditions;
  split_conjunction(predicate, conditions);
  for (size_t i = 0; i < conditions.size(); ++i) {
    auto index = first_row_of(conditions[i]);
    auto first = index ? keep_first(plan, *index, session) : std::nullopt;
    if (!first) continue;
    conditions.erase(conditions.begin() + static_cast<std::ptrdiff_t>(i));
    if (conditions.empty()) return *first;
    return make(Filter{std::move(*first), make_logic(Form::And, std::move(conditions), span)});
  }
  return make(Filter{std::move(plan), std::move(predicate)});
}

void refuse_row_numbers(const Plan& plan, BindSession& session) {
  for_each_expr(plan, [&](const Expr& expr) {
    auto look = [&](const Expr& at, auto&& self) -> void {
      if (is_marker(at)) {
        SourceSpan span = session.row_numbers[at.as<Call>()->version].span;
        session.report(fail(ErrorCode::NotSupportedYet, span, "this ROW_NUMBER is not supported yet")
                           .hint("What runs is a filter of `= 1` on a ROW_NUMBER that is ordered by a time attribute."),
                       span);
      }
      for (const Expr& arg : at.args) self(arg, self);
    };
    look(expr, look);
  });
  for_each_input(plan, [&](const Plan& input) { refuse_row_numbers(input, session); });
}

}  // namespace sluice::planner
