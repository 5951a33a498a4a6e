// What is known about the direction in which values move, and the Top-N that profits from it.
#include "planner/plan/monotonicity.h"

#include <algorithm>

#include "planner/plan/traits.h"

namespace sluice::planner {

namespace {

using enum Monotonicity;
using Columns = std::vector<Monotonicity>;

bool contains_delete(const Plan& plan) { return changelog_of(plan).contains(RowKind::Delete); }

Columns constants(const Plan& plan) { return Columns(plan->schema.size(), Constant); }

Monotonicity of_expr(const Expr& expr, const Columns& input) {
  if (auto* reference = expr.as<ColumnRef>()) return input[reference->index];
  if (expr.is_call("CAST") && expr.args[0].type.is_numeric() && expr.type.is_numeric()) {
    return of_expr(expr.args[0], input);
  }
  bool constant = std::ranges::all_of(expr.args, [&](const Expr& arg) { return of_expr(arg, input) == Constant; });
  return constant ? Constant : None;
}

Columns of_project(const Project& project) {
  Columns input = monotonicity_of(project.input);
  Columns out;
  if (input.empty()) return out;
  for (const Expr& expr : project.exprs) out.push_back(of_expr(expr, input));
  return out;
}

Monotonicity of_call(const AggregateCall& call, const Columns& input) {
  Monotonicity own = call.function == "COUNT" || call.function == "MAX" ? Increasing
                     : call.function == "MIN"                           ? Decreasing
                                                                        : None;
  for (uint32_t argument : call.arguments) {
    if (input[argument] != Constant && input[argument] != own) return None;
  }
  return own;
}

Columns of_aggregate(const Aggregate& aggregate) {
  Columns input = monotonicity_of(aggregate.input);
  auto moves = [&](uint32_t key) { return input[key] != Constant; };
  if (input.empty() || contains_delete(aggregate.input) || std::ranges::any_of(aggregate.keys, moves)) return {};
  Columns out(aggregate.keys.size(), Constant);
  for (const AggregateCall& call : aggregate.calls) out.push_back(of_call(call, input));
  return out;
}

// Only the first column of the order moves in a known direction: the rows that are sent replace worse ones.
Columns of_rank(const Plan& plan, const Plan& below, const std::vector<uint32_t>& keys, const SortKey& first) {
  Columns input = monotonicity_of(below);
  auto moves = [&](uint32_t key) { return input[key] != Constant; };
  if (input.empty() || std::ranges::any_of(keys, moves)) return {};
  Columns out(plan->schema.size(), None);
  for (uint32_t key : keys) out[key] = Constant;
  if (plan->schema.size() > below->schema.size()) out.back() = Constant;
  for (size_t i = 0; i < plan->schema.size(); ++i) {
    if (plan->times[i] != TimeRole::None) out[i] = Increasing;
  }
  Monotonicity moving = input[first.column];
  Monotonicity wanted = first.descending ? Increasing : Decreasing;
  out[first.column] = moving == wanted || moving == Constant ? wanted : None;
  return out;
}

Columns of_union(const Union& all) {
  Columns out;
  for (const Plan& input : all.inputs) {
    Columns part = monotonicity_of(input);
    if (part.empty()) return {};
    if (out.empty()) out = part;
    for (size_t i = 0; i < out.size(); ++i) {
      if (out[i] != part[i]) out[i] = None;
    }
  }
  return out;
}

Columns of_deduplicate(const Plan& plan, const Deduplicate& deduplicate) {
  if (!deduplicate.window.empty()) return {};
  uint32_t time = deduplicate.time;
  if (time == Deduplicate::kProcessingTime) return {};
  return of_rank(plan, deduplicate.input, deduplicate.keys, SortKey{time, deduplicate.keeps_last});
}

}  // namespace

std::vector<Monotonicity> monotonicity_of(const Plan& plan) {
  return match(
      plan, [&](const Scan&) { return constants(plan); }, [&](const Values&) { return constants(plan); },
      [](const Filter& filter) { return monotonicity_of(filter.input); },
      [](const Project& project) { return of_project(project); },
      [](const Aggregate& aggregate) { return of_aggregate(aggregate); }, [](const WindowTvf&) { return Columns{}; },
      [](const WindowAggregate&) { return Columns{}; },
      [&](const Deduplicate& deduplicate) { return of_deduplicate(plan, deduplicate); },
      [&](const Rank& rank) {
        return rank.order.empty() || !rank.window.empty() ? Columns{}
                                                          : of_rank(plan, rank.input, rank.keys, rank.order[0]);
      },
      [](const Over&) { return Columns{}; }, [](const Match&) { return Columns{}; },
      [](const Union& all) { return of_union(all); }, [](const Join&) { return Columns{}; },
      [](const Correlate&) { return Columns{}; }, [](const Sort&) { return Columns{}; },
      [](const Expand&) { return Columns{}; }, [](const ChangelogCall&) { return Columns{}; },
      [](const WatermarkAssigner& assigner) { return monotonicity_of(assigner.input); },
      [](const ChangelogNormalize&) { return Columns{}; },
      [](const Sink& sink) { return monotonicity_of(sink.input); });
}

RankStrategy rank_strategy(const Rank& rank) {
  if (changelog_of(rank.input).is_insert_only()) return RankStrategy::Append;
  auto holds_partition = [&](const std::vector<uint32_t>& key) {
    return std::ranges::all_of(rank.keys, [&](uint32_t k) { return std::ranges::find(key, k) != key.end(); });
  };
  if (std::ranges::none_of(upsert_keys_of(rank.input), holds_partition)) return RankStrategy::Retract;
  Columns columns = monotonicity_of(rank.input);
  auto moves_up = [&](const SortKey& key) {
    Monotonicity moving = columns[key.column];
    return moving == Constant || moving == (key.descending ? Increasing : Decreasing);
  };
  bool is_fast = !columns.empty() && !rank.order.empty() && std::ranges::all_of(rank.order, moves_up);
  return is_fast ? RankStrategy::UpdateFast : RankStrategy::Retract;
}

}  // namespace sluice::planner
