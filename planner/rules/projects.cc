#include <algorithm>

#include "planner/rules/expressions.h"
#include "planner/rules/rule.h"

namespace sluice::planner {
namespace {

void count_columns(const Expr& expr, std::vector<uint32_t>& counts) {
  if (auto* column = expr.as<ColumnRef>()) ++counts[column->index];
  for (const Expr& arg : expr.args) count_columns(arg, counts);
}

}  // namespace

//   Project[e] (Project[f] (x))  =>  Project[e∘f] (x)
//
// Not where something that is more than a column would then be computed more often than before; so RAND() is drawn once
// as well.
std::optional<Plan> merge_projects(const Plan& plan, const RuleContext&) {
  auto* upper = plan.as<Project>();
  auto* lower = upper != nullptr ? upper->input.as<Project>() : nullptr;
  if (lower == nullptr) return {};
  std::vector<uint32_t> counts(lower->exprs.size());
  for (const Expr& expr : upper->exprs) count_columns(expr, counts);
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 1 && !is_trivial(lower->exprs[i])) return {};
  }
  Project merged{lower->input, {}, upper->names};
  for (const Expr& expr : upper->exprs) merged.exprs.push_back(substitute(expr, lower->exprs));
  return make(std::move(merged));
}

//   Project[e] (Marker[t] (x))  =>  Marker[i] (Project[e] (x))
//
// For every output column i that is t itself; where there is none the marker has said what it had to say.
std::optional<Plan> pull_rowtime_marker_above_project(const Plan& plan, const RuleContext&) {
  auto* project = plan.as<Project>();
  auto* marker = project != nullptr ? project->input.as<WatermarkAssigner>() : nullptr;
  if (marker == nullptr || marker->watermark) return {};
  Plan out = make(Project{marker->input, project->exprs, project->names});
  for (uint32_t i = 0; i < project->exprs.size(); ++i) {
    auto* column = project->exprs[i].as<ColumnRef>();
    if (column != nullptr && column->index == marker->time) out = make(WatermarkAssigner{std::move(out), i, {}});
  }
  return out;
}

//   Project[$0, .., $n] (x)  =>  x
//
// Names of columns have no meaning behind the binder.
std::optional<Plan> remove_identity_project(const Plan& plan, const RuleContext&) {
  auto* project = plan.as<Project>();
  if (project == nullptr || project->exprs.size() != project->input->schema.size()) return {};
  for (uint32_t i = 0; i < project->exprs.size(); ++i) {
    auto* column = project->exprs[i].as<ColumnRef>();
    if (column == nullptr || column->index != i) return {};
  }
  return project->input;
}

}  // namespace sluice::planner
