// A query that reads the row around it, as a query of its own whose rows are tied to that row by conditions.
//
//   Filter[x = outer.a AND p] (t)            =>  Filter[p] (t)                   tied by x = outer.a
//   Aggregate[k; calls] (t tied by x = o)    =>  Aggregate[k, x; calls] (t)      tied by x = o
//   Aggregate[k; calls] (t tied by c)        =>  Aggregate[k, o; calls] (t JOIN (SELECT DISTINCT o) ON c)   tied by o =
//   o
#include <algorithm>

#include "planner/bind/subquery.h"
#include "planner/plan/join_keys.h"
#include "planner/plan/join_strategy.h"

namespace sluice::planner {

namespace {

bool is_outer(const Expr& expr, uint32_t scope) {
  return expr.is_call(kOuter) && expr.args[0].as<Literal>()->value == Value{static_cast<int64_t>(scope)};
}

bool reads_columns(const Expr& expr) {
  return expr.as<ColumnRef>() != nullptr || std::ranges::any_of(expr.args, reads_columns);
}

void add_columns(Project& project, const Plan& plan, uint32_t begin, uint32_t end) {
  for (uint32_t i = begin; i < end; ++i) {
    project.exprs.push_back(column(i, plan->schema[i].type));
    project.names.push_back(plan->schema[i].name);
  }
}

uint32_t width_of(const Plan& plan) { return static_cast<uint32_t>(plan->schema.size()); }

// Where the expression stands among the project's; it is added where it does not.
uint32_t place_of(Project& project, const Expr& expr, const char* name) {
  auto known = std::ranges::find(project.exprs, expr);
  auto place = static_cast<uint32_t>(known - project.exprs.begin());
  if (known == project.exprs.end()) {
    project.exprs.push_back(expr);
    project.names.push_back(fmt::format("{}{}", name, place));
  }
  return place;
}

class Decorrelation {
 public:
  Decorrelation(uint32_t scope, const Plan& outer, const std::vector<Expr>& outer_columns, BindSession& session)
      : scope_(scope), outer_(outer), outer_columns_(outer_columns), session_(session) {}

  std::optional<Decorrelated> pull(const Plan& plan) {
    if (!reads_outer(plan, scope_)) return Decorrelated{plan, {}};
    if (auto* filter = plan.as<Filter>()) return pull_filter(*filter);
    if (auto* project = plan.as<Project>()) return pull_project(*project);
    if (auto* aggregate = plan.as<Aggregate>()) return pull_aggregate(*aggregate);
    if (auto* join = plan.as<Join>()) return pull_join(plan, *join);
    if (auto* assigner = plan.as<WatermarkAssigner>()) {
      auto input = pull(assigner->input);
      if (input) input->plan = make(WatermarkAssigner{input->plan, assigner->time, assigner->watermark});
      return input;
    }
    return {};
  }

 private:
  std::optional<Decorrelated> pull_filter(const Filter& filter) {
    auto out = pull(filter.input);
    if (!out) return {};
    std::vector<Expr> kept;
    for (Expr& condition : operands_of_and(filter.predicate)) {
      (reads_outer(condition, scope_) ? out->conditions : kept).push_back(std::move(condition));
    }
    if (!kept.empty()) {
      SourceSpan span = kept[0].span;
      out->plan = make(Filter{out->plan, make_logic(Form::And, std::move(kept), span)});
    }
    return out;
  }

  std::optional<Decorrelated> pull_project(const Project& project) {
    auto out = pull(project.input);
    if (!out) return {};
    if (std::ranges::any_of(project.exprs, [&](const Expr& expr) { return reads_outer(expr, scope_); })) return {};
    Project wider{out->plan, project.exprs, project.names};
    for (Expr& condition : out->conditions) {
      condition = map_columns(condition, [&](uint32_t, const Expr& reference) {
        return column(place_of(wider, column(reference.as<ColumnRef>()->index, reference.type), "$c"), reference.type);
      });
    }
    out->plan = make(std::move(wider));
    return out;
  }

  // The side of an equality that reads this query, where the other one reads only the outer row.
  const Expr* tied_side(const Expr& condition) const {
    if (!condition.is_call("=") && !condition.is_call("IS NOT DISTINCT FROM")) return nullptr;
    for (size_t i = 0; i < 2; ++i) {
      bool is_local = !reads_outer(condition.args[i], scope_);
      if (is_local && !reads_columns(condition.args[1 - i])) return &condition.args[i];
    }
    return nullptr;
  }

  // The distinct rows of the outer columns, joined: what the conditions tie to is a column then.
  void generate_values(Decorrelated& out) const {
    Project values{outer_, {}, {}};
    Aggregate distinct{outer_, {}, {}, {}};
    for (uint32_t i = 0; i < outer_columns_.size(); ++i) {
      values.exprs.push_back(outer_columns_[i]);
      values.names.push_back(fmt::format("$v{}", i));
      distinct.keys.push_back(i);
    }
    distinct.input = make(std::move(values));
    Plan right = make(std::move(distinct));
    uint32_t width = width_of(out.plan);
    std::vector<Expr> generated;
    for (uint32_t i = 0; i < outer_columns_.size(); ++i) generated.push_back(column(width + i, right->schema[i].type));
    std::vector<Expr> conditions, ties;
    for (const Expr& condition : out.conditions) conditions.push_back(over_join(condition, scope_, generated, 0));
    for (uint32_t i = 0; i < generated.size(); ++i) {
      Expr number = literal({static_cast<int64_t>(scope_)}, Type::bigint().not_null());
      Expr outer{Call{kOuter, i, nullptr}, generated[i].type, {std::move(number)}, {}};
      ties.push_back(call_or_report("IS NOT DISTINCT FROM", {generated[i], std::move(outer)}, {}, session_));
    }
    SourceSpan span = conditions[0].span;
    out.plan = make_join({.left = out.plan,
                          .right = std::move(right),
                          .condition = {make_logic(Form::And, std::move(conditions), span)},
                          .span = span});
    out.conditions = std::move(ties);
  }

  std::optional<Decorrelated> pull_aggregate(const Aggregate& aggregate) {
    auto out = pull(aggregate.input);
    if (!out) return {};
    // A group that does not exist counts nothing, and not NULL.
    bool counts = std::ranges::any_of(aggregate.calls, [](const AggregateCall& call) {
      return call.function == "COUNT" || call.function == "$SUM0";
    });
    if (aggregate.keys.empty() && counts) return {};
    bool all_tied = std::ranges::all_of(out->conditions, [&](const Expr& condition) { return tied_side(condition); });
    if (!all_tied) generate_values(*out);
    Project below{out->plan, {}, {}};
    add_columns(below, out->plan, 0, width_of(out->plan));
    Aggregate grouped = aggregate;
    auto calls = static_cast<uint32_t>(aggregate.calls.size());
    for (Expr& condition : out->conditions) {
      const Expr* side = tied_side(condition);
      uint32_t place = place_of(below, *side, "$k");
      auto known = std::ranges::find(grouped.keys.begin() + static_cast<std::ptrdiff_t>(aggregate.keys.size()),
                                     grouped.keys.end(), place);
      auto key = static_cast<uint32_t>(known - grouped.keys.begin());
      if (known == grouped.keys.end()) grouped.keys.push_back(place);
      Expr group = column(key + calls, side->type);
      group.span = side->span;
      condition.args[static_cast<size_t>(side - condition.args.data())] = std::move(group);
    }
    bool is_wider = below.exprs.size() > width_of(out->plan);
    grouped.input = is_wider ? make(std::move(below)) : out->plan;
    auto first = static_cast<uint32_t>(aggregate.keys.size());
    auto behind = static_cast<uint32_t>(grouped.keys.size());
    Plan plan = make(std::move(grouped));
    Project ordered{plan, {}, {}};
    add_columns(ordered, plan, 0, first);
    add_columns(ordered, plan, behind, behind + calls);
    add_columns(ordered, plan, first, behind);
    out->plan = make(std::move(ordered));
    return out;
  }

  std::optional<Decorrelated> pull_join(const Plan& plan, const Join& join) {
    bool left_only = join.type != JoinType::Inner;
    bool condition_reads = !join.condition.empty() && reads_outer(join.condition[0], scope_);
    bool passes = join.type == JoinType::Inner || join.type == JoinType::Semi || join.type == JoinType::Anti ||
                  join.type == JoinType::Left;
    if (!passes || (left_only && (condition_reads || reads_outer(join.right, scope_)))) return {};
    auto left = pull(join.left);
    auto right = pull(join.right);
    if (!left || !right) return {};
    uint32_t left_width = width_of(join.left), right_width = width_of(join.right);
    uint32_t offset = width_of(left->plan);
    auto moved = [&](uint32_t index, const Expr& reference) {
      Expr out = column(index < left_width ? index : index - left_width + offset, reference.type);
      out.span = reference.span;
      return out;
    };
    Join wider = join;
    wider.left = left->plan;
    wider.right = right->plan;
    Decorrelated out{plan, {}};
    std::vector<Expr> kept, ties = left->conditions;
    for (const Expr& condition : join.condition) {
      for (const Expr& part : operands_of_and(condition)) {
        (reads_outer(part, scope_) ? ties : kept).push_back(map_columns(part, moved));
      }
    }
    for (const Expr& condition : right->conditions) {
      ties.push_back(map_columns(
          condition, [&](uint32_t index, const Expr& reference) { return column(index + offset, reference.type); }));
    }
    wider.condition.clear();
    if (!kept.empty()) {
      SourceSpan span = kept[0].span;
      wider.condition = {make_logic(Form::And, std::move(kept), span)};
    }
    Plan joined = make_join(std::move(wider));
    Project ordered{joined, {}, {}};
    uint32_t end = width_of(joined);
    add_columns(ordered, joined, 0, left_width);
    if (end > offset) add_columns(ordered, joined, offset, offset + right_width);
    for (Expr& tie : ties) {
      tie = map_columns(tie, [&](uint32_t index, const Expr& reference) {
        return column(place_of(ordered, column(index, joined->schema[index].type), "$c"), reference.type);
      });
    }
    out.plan = make(std::move(ordered));
    out.conditions = std::move(ties);
    return out;
  }

  uint32_t scope_;
  const Plan& outer_;
  const std::vector<Expr>& outer_columns_;
  BindSession& session_;
};

}  // namespace

Failure cannot_decorrelate(const Plan& plan, ErrorCode code, SourceSpan span) {
  auto has_limit = [](const Plan& at, auto&& self) -> bool {
    bool found = at.as<Sort>() != nullptr;
    for_each_input(at, [&](const Plan& input) { found = found || self(input, self); });
    return found;
  };
  if (!has_limit(plan, has_limit)) {
    return fail(ErrorCode::NotSupportedYet, span,
                "a query that reads the one around it in this way is not supported yet");
  }
  return fail(code, span, "a query with LIMIT cannot read columns of the query around it")
      .hint(
          "Number the rows with ROW_NUMBER() OVER (PARTITION BY ..) and join, where the first rows of each are meant.");
}

bool reads_outer(const Expr& expr, uint32_t scope) {
  return is_outer(expr, scope) ||
         std::ranges::any_of(expr.args, [&](const Expr& arg) { return reads_outer(arg, scope); });
}

bool reads_outer(const Plan& plan, uint32_t scope) {
  bool reads = false;
  for_each_expr(plan, [&](const Expr& expr) { reads = reads || reads_outer(expr, scope); });
  for_each_input(plan, [&](const Plan& input) { reads = reads || reads_outer(input, scope); });
  return reads;
}

Expr over_join(const Expr& expr, uint32_t scope, const std::vector<Expr>& outer_columns, uint32_t offset) {
  if (is_outer(expr, scope)) return outer_columns[expr.as<Call>()->version];
  if (auto* reference = expr.as<ColumnRef>()) {
    Expr moved = column(reference->index + offset, expr.type);
    moved.span = expr.span;
    return moved;
  }
  Expr copy = expr;
  for (Expr& arg : copy.args) arg = over_join(arg, scope, outer_columns, offset);
  return copy;
}

std::optional<Decorrelated> decorrelate(const Plan& plan, uint32_t scope, const Plan& outer,
                                        const std::vector<Expr>& outer_columns, BindSession& session) {
  return Decorrelation(scope, outer, outer_columns, session).pull(plan);
}

}  // namespace sluice::planner
