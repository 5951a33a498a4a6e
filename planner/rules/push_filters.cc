// Filters move down as far as they keep their meaning. A filter sees changes row by row: an update of which only one
// half passes is a row that appears or goes, and both halves carry the same values of what the filter may be pushed
// through here (keys, whole rows), so pushing changes no pair.
#include <algorithm>

#include "planner/rules/expressions.h"
#include "planner/rules/rule.h"

namespace sluice::planner {
namespace {

// Splits into what `can_move` says may go and the rest, and builds the rest above `make_below(moved)`.
template <class Can, class MakeBelow>
std::optional<Plan> move_conjuncts(const Filter& filter, const Can& can_move, const MakeBelow& make_below) {
  std::vector<Expr> moved, kept;
  for (Expr& condition : conjuncts_of(filter.predicate)) {
    // A condition behind one that stays runs only for the rows that one lets through; moved, it could fail for others.
    bool moves = can_move(condition) && (kept.empty() || !can_fail(condition));
    (moves ? moved : kept).push_back(std::move(condition));
  }
  if (moved.empty()) return {};
  Plan below = make_below(conjunction(std::move(moved)));
  if (kept.empty()) return below;
  return make(Filter{std::move(below), conjunction(std::move(kept))});
}

}  // namespace

//   Filter[p] (Filter[q] (x))  =>  Filter[q AND p] (x)
//
// In this order, so that p still runs only for rows that pass q.
std::optional<Plan> merge_filters(const Plan& plan, const RuleContext&) {
  auto* upper = plan.as<Filter>();
  auto* lower = upper != nullptr ? upper->input.as<Filter>() : nullptr;
  if (lower == nullptr) return {};
  std::vector<Expr> conditions = conjuncts_of(lower->predicate);
  for (Expr& condition : conjuncts_of(upper->predicate)) conditions.push_back(std::move(condition));
  return make(Filter{lower->input, conjunction(std::move(conditions))});
}

//   Filter[p] (Project[e] (x))  =>  Project[e] (Filter[p∘e] (x))
//
// Not where p∘e is impure: RAND() would be drawn once for the filter and once for the output, and a retraction would
// not cancel the row it retracts.
std::optional<Plan> push_filter_below_project(const Plan& plan, const RuleContext&) {
  auto* filter = plan.as<Filter>();
  auto* project = filter != nullptr ? filter->input.as<Project>() : nullptr;
  if (project == nullptr) return {};
  return move_conjuncts(
      *filter, [&](const Expr& condition) { return is_pure(substitute(condition, project->exprs)); },
      [&](const Expr& moved) {
        return make(
            Project{make(Filter{project->input, substitute(moved, project->exprs)}), project->exprs, project->names});
      });
}

//   Filter[p] (Union (x, y))  =>  Union (Filter[p] (x), Filter[p] (y))
std::optional<Plan> push_filter_below_union(const Plan& plan, const RuleContext&) {
  auto* filter = plan.as<Filter>();
  auto* all = filter != nullptr ? filter->input.as<Union>() : nullptr;
  if (all == nullptr || !is_pure(filter->predicate)) return {};
  Union pushed;
  for (const Plan& input : all->inputs) pushed.inputs.push_back(make(Filter{input, filter->predicate}));
  return make(std::move(pushed));
}

//   Filter[p] (Aggregate[keys] (x))  =>  Aggregate[keys] (Filter[p] (x))
//
// Where p reads keys only: then it takes whole groups or none. Not without keys, where an empty input still has a
// group. Window aggregates alike.
std::optional<Plan> push_filter_below_aggregate(const Plan& plan, const RuleContext&) {
  auto* filter = plan.as<Filter>();
  if (filter == nullptr) return {};
  auto push = [&](const auto& aggregate) -> std::optional<Plan> {
    std::vector<Expr> keys;
    for (uint32_t key : aggregate.keys) keys.push_back(column(key, aggregate.input->schema[key].type));
    auto reads_keys = [&](const Expr& condition) {
      std::set<uint32_t> columns = columns_of(condition);
      return !columns.empty() && *columns.rbegin() < keys.size() && is_pure(condition);
    };
    return move_conjuncts(*filter, reads_keys, [&](const Expr& moved) {
      auto copy = aggregate;
      copy.input = make(Filter{aggregate.input, substitute(moved, keys)});
      return make(std::move(copy));
    });
  };
  if (auto* aggregate = filter->input.as<Aggregate>()) return push(*aggregate);
  if (auto* aggregate = filter->input.as<WindowAggregate>()) return push(*aggregate);
  return {};
}

// A watermark that is made by the source has seen every row; what follows may be filtered.
std::optional<Plan> push_filter_below_rowtime_marker(const Plan& plan, const RuleContext&) {
  auto* filter = plan.as<Filter>();
  auto* marker = filter != nullptr ? filter->input.as<WatermarkAssigner>() : nullptr;
  if (marker == nullptr || marker->watermark) return {};
  return make(WatermarkAssigner{make(Filter{marker->input, filter->predicate}), marker->time, {}});
}

//   Filter[p AND k] (ChangelogNormalize[q] (x))  =>  ChangelogNormalize[q AND p] (Filter[k] (x))
//
// k reads keys only: it is the same for every change of a key, also for deletes that carry nothing else. For p the
// operator knows the row before and after, so an update that starts to pass becomes an insert, and one that stops
// passing a delete.
std::optional<Plan> push_filter_into_changelog_normalize(const Plan& plan, const RuleContext&) {
  auto* filter = plan.as<Filter>();
  auto* normalize = filter != nullptr ? filter->input.as<ChangelogNormalize>() : nullptr;
  if (normalize == nullptr || !is_pure(filter->predicate)) return {};
  ChangelogNormalize copy = *normalize;
  std::vector<Expr> below, inside;
  if (!copy.condition.empty()) inside = conjuncts_of(copy.condition[0]);
  for (Expr& condition : conjuncts_of(filter->predicate)) {
    bool reads_keys = std::ranges::all_of(
        columns_of(condition), [&](uint32_t column) { return std::ranges::count(normalize->keys, column) > 0; });
    bool moves = reads_keys && (inside.empty() || !can_fail(condition));
    (moves ? below : inside).push_back(std::move(condition));
  }
  if (!below.empty()) copy.input = make(Filter{copy.input, conjunction(std::move(below))});
  if (!inside.empty()) copy.condition = {conjunction(std::move(inside))};
  return make(std::move(copy));
}

}  // namespace sluice::planner
