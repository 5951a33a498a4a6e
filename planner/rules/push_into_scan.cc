// What a source can do itself: make watermarks, leave out rows, deliver single fields.
#include <algorithm>

#include "catalog/connectors/connectors.h"
#include "planner/rules/expressions.h"
#include "planner/rules/rule.h"

namespace sluice::planner {
namespace {

// The Scan below a chain of nodes that keep all columns of their input, or null.
template <class Passes>
const Scan* scan_below(const Plan& plan, const Passes& passes) {
  if (auto* scan = plan.as<Scan>()) return scan;
  if (!passes(plan)) return nullptr;
  const Scan* found = nullptr;
  for_each_input(plan, [&](const Plan& input) { found = scan_below(input, passes); });
  return found;
}

// `plan` with its Scan replaced.
Plan with_scan(const Plan& plan, const Scan& scan) {
  if (plan.as<Scan>() != nullptr) return make(scan);
  return map_inputs(plan, [&](const Plan& input) { return with_scan(input, scan); });
}

bool is_between_scan_and_watermark(const Plan& plan) {
  return plan.as<Project>() != nullptr || plan.as<ChangelogNormalize>() != nullptr;
}

// `expr` over `plan`, written over the Scan at its end.
Expr over_scan(const Plan& plan, Expr expr) {
  if (auto* project = plan.as<Project>()) return over_scan(project->input, substitute(expr, project->exprs));
  if (auto* normalize = plan.as<ChangelogNormalize>()) return over_scan(normalize->input, std::move(expr));
  return expr;
}

bool is_marker(const Plan& plan) {
  auto* assigner = plan.as<WatermarkAssigner>();
  return assigner != nullptr && !assigner->watermark;
}

bool passes_all_columns(const Plan& plan) { return plan.as<Filter>() != nullptr || is_marker(plan); }

// ---- Filters

// `column = literal`, either way round.
bool is_comparison_with_literal(const Expr& expr, uint32_t& column) {
  if (!expr.is_call("=") || expr.args.size() != 2) return false;
  for (size_t i = 0; i < 2; ++i) {
    auto* reference = expr.args[i].as<ColumnRef>();
    if (reference == nullptr || expr.args[1 - i].as<Literal>() == nullptr) continue;
    column = reference->index;
    return true;
  }
  return false;
}

// The connector takes equality with literals, and OR of it, on the columns that it declares.
bool takes(const ConnectorDecl& connector, const Scan& scan, const Expr& condition) {
  auto* special = condition.as<Special>();
  if (special != nullptr && special->form == Form::Or) {
    return std::ranges::all_of(condition.args, [&](const Expr& arg) { return takes(connector, scan, arg); });
  }
  uint32_t column = 0;
  if (!is_comparison_with_literal(condition, column) || scan.paths[column].size() != 1) return false;
  const std::string& name = scan.table.columns[scan.paths[column][0]].name;
  return std::ranges::find(connector.takes_equality_on, name) != connector.takes_equality_on.end();
}

}  // namespace

//   WatermarkAssigner[t, w] (Project[e] (Scan))  =>  WatermarkAssigner[t] (Project[e] (Scan[w∘e]))
//
// Always: then watermarks are made per split, and from every row that was read, also from those a pushed filter drops.
std::optional<Plan> push_watermark_into_scan(const Plan& plan, const RuleContext&) {
  auto* assigner = plan.as<WatermarkAssigner>();
  if (assigner == nullptr || !assigner->watermark) return {};
  const Scan* scan = scan_below(assigner->input, is_between_scan_and_watermark);
  if (scan == nullptr || scan->watermark) return {};
  Expr expression = over_scan(assigner->input, assigner->watermark->expression);
  if (!is_pure(expression)) return {};

  Scan pushed = *scan;
  pushed.watermark = assigner->watermark;
  pushed.watermark->expression = std::move(expression);
  Expr time = over_scan(assigner->input, column(assigner->time, plan->schema[assigner->time].type));
  if (auto* reference = time.as<ColumnRef>()) pushed.rowtime = reference->index;
  return make(WatermarkAssigner{with_scan(assigner->input, pushed), assigner->time, {}});
}

//   Filter[p AND q] (Scan)  =>  Filter[q] (Scan[p])
//
// For every p that the connector says it takes.
std::optional<Plan> push_filter_into_scan(const Plan& plan, const RuleContext&) {
  auto* filter = plan.as<Filter>();
  auto* scan = filter != nullptr ? filter->input.as<Scan>() : nullptr;
  if (scan == nullptr) return {};
  auto found = scan->table.options.find("connector");
  const ConnectorDecl* connector = found == scan->table.options.end() ? nullptr : find_connector(found->second);
  if (connector == nullptr || connector->takes_equality_on.empty()) return {};

  Scan pushed = *scan;
  std::vector<Expr> kept;
  for (Expr& condition : conjuncts_of(filter->predicate)) {
    auto& to = takes(*connector, *scan, condition) ? pushed.pushed_filters : kept;
    to.push_back(std::move(condition));
  }
  if (pushed.pushed_filters.size() == scan->pushed_filters.size()) return {};
  Plan below = make(std::move(pushed));
  if (kept.empty()) return below;
  return make(Filter{std::move(below), conjunction(std::move(kept))});
}

// ---- Fields

namespace {

// `$2.price.cents` as the path of the Scan, or nothing when it is no chain of fields over a column.
std::optional<FieldPath> path_of(const Expr& expr, const Scan& scan) {
  if (auto* reference = expr.as<ColumnRef>()) return scan.paths[reference->index];
  auto* field = expr.as<FieldRef>();
  if (field == nullptr) return {};
  std::optional<FieldPath> path = path_of(expr.args[0], scan);
  if (path) path->push_back(field->index);
  return path;
}

// Adds output columns for the fields that expressions read, and names these columns instead.
class FieldColumns {
 public:
  explicit FieldColumns(Scan& scan) : scan_(scan) {}

  Expr rewrite(const Expr& expr) {
    if (expr.as<FieldRef>() != nullptr) {
      if (std::optional<FieldPath> path = path_of(expr, scan_)) return column_for(*std::move(path), expr);
    }
    Expr copy = expr;
    for (Expr& arg : copy.args) arg = rewrite(arg);
    return copy;
  }

 private:
  Expr column_for(FieldPath path, const Expr& expr) {
    auto known = std::ranges::find(scan_.paths, path);
    auto index = static_cast<uint32_t>(known - scan_.paths.begin());
    if (known == scan_.paths.end()) {
      scan_.names.push_back(name_of(path));
      scan_.paths.push_back(std::move(path));
    }
    Expr out = column(index, expr.type);
    out.span = expr.span;
    return out;
  }

  std::string name_of(const FieldPath& path) const {
    std::string name = scan_.table.columns[path[0]].name;
    const Type* type = &scan_.table.columns[path[0]].type;
    for (size_t i = 1; i < path.size(); ++i) {
      name += "." + type->field_name(path[i]);
      type = &type->child(path[i]);
    }
    return name;
  }

  Scan& scan_;
};

Plan rewrite_chain(const Plan& plan, FieldColumns& fields) {
  if (plan.as<Scan>() != nullptr) return plan;
  Plan rewritten = map_exprs(plan, [&](const Expr& expr) { return fields.rewrite(expr); });
  return map_inputs(rewritten, [&](const Plan& input) { return rewrite_chain(input, fields); });
}

}  // namespace

//   Project[$2.price] (Filter (Scan[.., bid]))  =>  Project[$3] (Filter (Scan[.., bid, bid.price]))
//
// prune_columns takes away what is not read any more. The watermark reads fields alike.
std::optional<Plan> push_fields_into_scan(const Plan& plan, const RuleContext&) {
  auto* project = plan.as<Project>();
  const Scan* scan = project != nullptr ? scan_below(project->input, passes_all_columns) : nullptr;
  if (scan == nullptr) return {};
  Scan pushed = *scan;
  FieldColumns fields(pushed);
  Project copy = *project;
  for (Expr& expr : copy.exprs) expr = fields.rewrite(expr);
  Plan chain = rewrite_chain(project->input, fields);
  if (pushed.watermark) pushed.watermark->expression = fields.rewrite(pushed.watermark->expression);
  if (pushed.paths.size() == scan->paths.size()) return {};
  copy.input = with_scan(chain, pushed);
  return make(std::move(copy));
}

}  // namespace sluice::planner
