// Subqueries as joins.
#include <algorithm>

#include "planner/bind/subquery.h"
#include "planner/plan/join_keys.h"
#include "planner/plan/join_strategy.h"
#include "planner/plan/traits.h"

namespace sluice::planner {

// A subquery's rows beside the plan: conditions stand over both, `base` is the first of its columns there.
struct SubqueryJoins::Right {
  Plan plan;
  std::vector<Expr> conditions;
  uint32_t base = 0;
  std::vector<Expr> outer;  // Columns of the outer row, over the plan.
};

namespace {

const char* kNotNull = "IS NOT NULL";

bool is_marker(const Expr& expr) { return expr.is_call(kSubquery); }

Expr truth(bool value) { return literal({value}, Type::boolean().not_null()); }

Expr null_boolean() { return Expr{Literal{Value::null()}, Type::boolean(), {}, {}}; }

AggregateCall call_of(const char* function, std::optional<uint32_t> argument, const Plan& input, Type result) {
  AggregateCall call{.function = function, .version = 1, .result = std::move(result)};
  if (!argument) return call;
  call.arguments.push_back(*argument);
  call.argument_types.push_back(input->schema[*argument].type);
  return call;
}

// At most one row: two of them fail the job.
Plan single_row(const Plan& plan) {
  UpsertKeys keys = upsert_keys_of(plan);
  if (std::ranges::any_of(keys, [](const auto& key) { return key.empty(); })) return plan;
  AggregateCall call = call_of("SINGLE_VALUE", 0, plan, plan->schema[0].type.as_nullable());
  return make(Aggregate{plan, {}, {std::move(call)}, {plan->schema[0].name}});
}

// The rows without what they hold.
Plan without_items(const Plan& plan) {
  auto* project = plan.as<Project>();
  return project == nullptr ? plan : without_items(project->input);
}

Plan marked(const Plan& plan) { return make(Project{plan, {truth(true)}, {"i"}}); }

// One row if there is any.
Plan any_row(const Plan& plan, BindSession& session) {
  Plan rows = marked(without_items(plan));
  Plan first = make(Aggregate{rows, {}, {call_of("MIN", 0, rows, Type::boolean())}, {"m"}});
  return make(Filter{first, call_or_report(kNotNull, {column(0, Type::boolean())}, {}, session)});
}

// The distinct values of some columns, with a mark behind them.
Plan distinct_marked(const Plan& plan, const std::vector<uint32_t>& columns) {
  Project project{plan, {}, {}};
  Aggregate distinct{plan, {}, {}, {}};
  for (uint32_t i : columns) {
    project.exprs.push_back(column(i, plan->schema[i].type));
    project.names.push_back(plan->schema[i].name);
  }
  project.exprs.push_back(truth(true));
  project.names.emplace_back("i");
  for (uint32_t i = 0; i < project.exprs.size(); ++i) distinct.keys.push_back(i);
  distinct.input = make(std::move(project));
  return make(std::move(distinct));
}

}  // namespace

bool has_subquery(const Expr& expr) { return is_marker(expr) || std::ranges::any_of(expr.args, has_subquery); }

uint32_t SubqueryJoins::join(JoinType type, Plan right, std::vector<Expr> conditions, SourceSpan span) {
  auto base = static_cast<uint32_t>(plan_->schema.size());
  Join node{.left = plan_, .right = std::move(right), .type = type, .span = session_.place.value_or(span)};
  if (!conditions.empty()) node.condition = {make_logic(Form::And, std::move(conditions), span)};
  plan_ = make_join(std::move(node));
  return base;
}

std::optional<SubqueryJoins::Right> SubqueryJoins::decorrelated(const Plan& query, const Expr& marker,
                                                                const Subquery& subquery) {
  Right out{query, {}, static_cast<uint32_t>(plan_->schema.size()), {}};
  out.outer.assign(marker.args.begin() + static_cast<std::ptrdiff_t>(subquery.values), marker.args.end());
  auto free = decorrelate(query, subquery.scope, plan_, out.outer, session_);
  if (!free) {
    session_.report(cannot_decorrelate(query, ErrorCode::BadSubquery, subquery.span), subquery.span);
    return {};
  }
  out.plan = free->plan;
  for (const Expr& condition : free->conditions) {
    out.conditions.push_back(over_join(condition, subquery.scope, out.outer, out.base));
  }
  return out;
}

void SubqueryJoins::filter(const Expr& conjunct) {
  bool negated = conjunct.is_call("NOT") && is_marker(conjunct.args[0]);
  if ((negated || is_marker(conjunct)) && join_rows(negated ? conjunct.args[0] : conjunct, negated)) return;
  Expr predicate = replace_all(conjunct, true);
  if (!predicate.type.is_invalid()) plan_ = filter_from(plan_, std::move(predicate), session_);
}

Expr SubqueryJoins::value(const Expr& expr) { return replace_all(expr, false); }

bool SubqueryJoins::join_rows(const Expr& written, bool negated) {
  const Subquery subquery = session_.subqueries[written.as<Call>()->version];
  bool is_exists = subquery.kind == Subquery::Kind::Exists;
  if (!is_exists && subquery.kind != Subquery::Kind::In) return false;
  Expr marker = written;
  for (Expr& arg : marker.args) arg = replace_all(arg, false);
  bool is_tied = reads_outer(subquery.plan, subquery.scope);
  Plan query = !is_exists ? subquery.plan : is_tied ? without_items(subquery.plan) : any_row(subquery.plan, session_);
  auto right = decorrelated(query, marker, subquery);
  if (!right) return true;
  for (uint32_t i = 0; i < subquery.values; ++i) {
    const Expr& value = marker.args[i];
    Expr other = column(right->base + i, right->plan->schema[i].type);
    Expr equal = call_or_report("=", {value, other}, subquery.span, session_);
    std::vector<Expr> unknown;
    for (const Expr& side : {value, other}) {
      bool counts = negated && side.type.nullable();
      if (counts) unknown.push_back(call_or_report("IS NULL", {side}, subquery.span, session_));
    }
    unknown.push_back(std::move(equal));
    right->conditions.push_back(make_logic(Form::Or, std::move(unknown), subquery.span));
  }
  join(negated ? JoinType::Anti : JoinType::Semi, right->plan, std::move(right->conditions), subquery.span);
  return true;
}

Expr SubqueryJoins::replace_all(const Expr& expr, bool is_condition) {
  if (!has_subquery(expr)) return expr;
  auto* special = expr.as<Special>();
  bool passes = special != nullptr && (special->form == Form::And || special->form == Form::Or);
  Expr copy = expr;
  for (Expr& arg : copy.args) {
    arg = replace_all(arg, is_condition && passes);
    if (arg.type.is_invalid()) return arg;
  }
  return is_marker(copy) ? replace(copy, is_condition) : copy;
}

Expr SubqueryJoins::replace(const Expr& marker, bool is_condition) {
  const Subquery subquery = session_.subqueries[marker.as<Call>()->version];
  switch (subquery.kind) {
    case Subquery::Kind::Scalar:
      return scalar(subquery, marker);
    case Subquery::Kind::Exists:
      return exists(subquery, marker);
    case Subquery::Kind::In:
      return in(subquery, marker, is_condition);
    case Subquery::Kind::Compared:
      return compared(subquery, marker);
  }
  return invalid_expr(marker.span);
}

Expr SubqueryJoins::scalar(const Subquery& subquery, const Expr& marker) {
  auto right = decorrelated(single_row(subquery.plan), marker, subquery);
  if (!right) return invalid_expr(marker.span);
  uint32_t base = join(JoinType::Left, right->plan, std::move(right->conditions), subquery.span);
  Expr value = column(base, marker.type);
  value.span = marker.span;
  return value;
}

// The mark of a row that was found.
Expr SubqueryJoins::exists(const Subquery& subquery, const Expr& marker) {
  auto right = decorrelated(without_items(subquery.plan), marker, subquery);
  if (!right) return invalid_expr(marker.span);
  std::vector<uint32_t> columns;
  bool by_equality = true;
  for (Expr& condition : right->conditions) {
    by_equality = by_equality && (condition.is_call("=") || condition.is_call("IS NOT DISTINCT FROM"));
    condition = map_columns(condition, [&](uint32_t index, const Expr& reference) {
      if (index < right->base) return reference;
      auto known = std::ranges::find(columns, index - right->base);
      auto place = static_cast<uint32_t>(known - columns.begin());
      if (known == columns.end()) columns.push_back(index - right->base);
      return column(right->base + place, reference.type);
    });
  }
  if (!by_equality) {
    session_.not_supported(subquery.span, "this EXISTS outside of a condition of WHERE");
    return invalid_expr(marker.span);
  }
  Plan found = distinct_marked(right->plan, columns);
  auto mark = static_cast<uint32_t>(columns.size());
  uint32_t base = join(JoinType::Left, std::move(found), std::move(right->conditions), subquery.span);
  return call_or_report(kNotNull, {column(base + mark, Type::boolean())}, marker.span, session_);
}

// CASE WHEN no rows THEN FALSE WHEN value IS NULL THEN NULL WHEN found THEN TRUE WHEN some are NULL THEN NULL ELSE
// FALSE
Expr SubqueryJoins::in(const Subquery& subquery, const Expr& marker, bool is_condition) {
  std::vector<Expr> values(marker.args.begin(), marker.args.begin() + static_cast<std::ptrdiff_t>(subquery.values));
  bool is_tied = reads_outer(subquery.plan, subquery.scope);
  bool needs_unknown = !is_condition && marker.type.nullable();
  if (is_tied || (needs_unknown && values.size() > 1)) {
    session_.not_supported(subquery.span, "this IN outside of a condition of WHERE");
    return invalid_expr(marker.span);
  }
  uint32_t counts = 0;
  if (needs_unknown) {
    const Plan& rows = subquery.plan;
    Type count = Type::bigint().not_null();
    AggregateCall all = call_of("COUNT", {}, rows, count), known = call_of("COUNT", 0, rows, count);
    counts = join(JoinType::Inner, make(Aggregate{rows, {}, {std::move(all), std::move(known)}, {"c", "ck"}}), {},
                  subquery.span);
  }
  std::vector<uint32_t> columns;
  std::vector<Expr> conditions;
  auto base = static_cast<uint32_t>(plan_->schema.size());
  for (uint32_t i = 0; i < values.size(); ++i) {
    columns.push_back(i);
    Expr other = column(base + i, subquery.plan->schema[i].type);
    conditions.push_back(call_or_report("=", {values[i], std::move(other)}, subquery.span, session_));
  }
  join(JoinType::Left, distinct_marked(subquery.plan, columns), std::move(conditions), subquery.span);
  auto mark = static_cast<uint32_t>(base + values.size());
  Expr found = call_or_report(kNotNull, {column(mark, Type::boolean())}, marker.span, session_);
  if (!needs_unknown) return found;
  Type bigint = Type::bigint().not_null();
  Expr all = column(counts, bigint), known = column(counts + 1, bigint);
  Expr choice{Special{Form::Case}, Type::boolean(), {}, marker.span};
  choice.args = {call_or_report("=", {all, literal({int64_t{0}}, bigint)}, marker.span, session_),
                 truth(false),
                 call_or_report("IS NULL", {values[0]}, marker.span, session_),
                 null_boolean(),
                 std::move(found),
                 truth(true),
                 call_or_report("<", {known, all}, marker.span, session_),
                 null_boolean(),
                 truth(false)};
  return choice;
}

Plan SubqueryJoins::extremes(const Subquery& subquery) {
  const Plan& rows = subquery.plan;
  Type type = rows->schema[0].type.as_nullable(), count = Type::bigint().not_null();
  std::vector<AggregateCall> calls;
  calls.push_back(call_of("MIN", 0, rows, type));
  calls.push_back(call_of("MAX", 0, rows, type));
  calls.push_back(call_of("COUNT", {}, rows, count));
  calls.push_back(call_of("COUNT", 0, rows, count));
  return make(Aggregate{rows, {}, std::move(calls), {"min", "max", "c", "d"}});
}

// value > SOME (q): more than the least one. CASE WHEN no rows THEN FALSE WHEN that THEN TRUE WHEN something is NULL
// THEN NULL ELSE FALSE.
Expr SubqueryJoins::compared(const Subquery& subquery, const Expr& marker) {
  if (reads_outer(subquery.plan, subquery.scope)) {
    session_.not_supported(subquery.span, "a correlated subquery with SOME, ANY or ALL");
    return invalid_expr(marker.span);
  }
  const Expr& value = marker.args[0];
  uint32_t base = join(JoinType::Inner, extremes(subquery), {}, subquery.span);
  Type type = subquery.plan->schema[0].type.as_nullable(), bigint = Type::bigint().not_null();
  bool wants_least = subquery.comparison.starts_with('>');
  std::vector<Expr> either;
  for (uint32_t i : {0U, 1U}) {
    bool is_asked = subquery.comparison == "<>" || wants_least == (i == 0);
    if (!is_asked) continue;
    either.push_back(call_or_report(subquery.comparison, {value, column(base + i, type)}, marker.span, session_));
  }
  Expr holds = make_logic(Form::Or, std::move(either), marker.span);
  Expr all = column(base + 2, bigint), known = column(base + 3, bigint);
  std::vector<Expr> unknown;
  unknown.push_back(call_or_report("<", {known, all}, marker.span, session_));
  unknown.push_back(call_or_report("IS NULL", {value}, marker.span, session_));
  Expr choice{Special{Form::Case}, marker.type.as_nullable(), {}, marker.span};
  choice.args = {call_or_report("=", {all, literal({int64_t{0}}, bigint)}, marker.span, session_),
                 truth(false),
                 std::move(holds),
                 truth(true),
                 make_logic(Form::Or, std::move(unknown), marker.span),
                 null_boolean(),
                 truth(false)};
  return choice;
}

}  // namespace sluice::planner
