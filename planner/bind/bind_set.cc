// UNION, INTERSECT and EXCEPT.
//
//   x INTERSECT y      =>  DISTINCT (x SEMI JOIN y on all columns, NULL equal to NULL)
//   x EXCEPT y         =>  DISTINCT (x ANTI JOIN y)
//   x INTERSECT ALL y  =>  as many rows as the smaller number of equal rows of x and y
//   x EXCEPT ALL y     =>  as many rows as x has more than y
#include <algorithm>

#include "catalog/functions/function_table.h"
#include "planner/bind/query_binder.h"
#include "planner/plan/join_strategy.h"
#include "planner/plan/traits.h"

namespace sluice::planner {

namespace {

const char* word_of(const ast::SetOperation& operation) {
  if (operation.op == ast::SetOperator::Union) return operation.all ? "UNION ALL" : "UNION";
  if (operation.op == ast::SetOperator::Intersect) return operation.all ? "INTERSECT ALL" : "INTERSECT";
  return operation.all ? "EXCEPT ALL" : "EXCEPT";
}

// The select list that names the columns.
const std::vector<ast::SelectItem>* items_of(const ast::Query& query) {
  if (auto* select = std::get_if<ast::Select>(&query.body)) return &select->items;
  if (auto* operation = std::get_if<ast::SetOperation>(&query.body)) return items_of(*operation->left);
  if (auto* nested = std::get_if<ast::NestedQuery>(&query.body)) return items_of(*nested->query);
  return nullptr;
}

SourceSpan list_span(const ast::Query& query) {
  const auto* items = items_of(query);
  if (items == nullptr || items->empty()) return query.span;
  return {items->front().span.begin, items->back().span.end};
}

SourceSpan span_of_item(const ast::Query& query, size_t column) {
  const auto* items = items_of(query);
  bool has_star = items != nullptr && std::ranges::any_of(*items, [](const ast::SelectItem& item) {
                    return std::holds_alternative<ast::Star>(item.expr->kind);
                  });
  if (items == nullptr || items->empty() || has_star || column >= items->size()) return list_span(query);
  return (*items)[column].span;
}

// The types of the columns that two inputs have in common; nothing where there are none.
std::optional<std::vector<Type>> common_types(const Plan& left, const Plan& right, const ast::SetOperation& operation,
                                              BindSession& session) {
  const char* word = word_of(operation);
  if (left->schema.size() != right->schema.size()) {
    SourceSpan span = session.place.value_or(list_span(*operation.right));
    Failure failure = fail(ErrorCode::BadSetOperation, span, "the queries of {} have {} and {} columns", word,
                           left->schema.size(), right->schema.size())
                          .hint("Select as many columns on both sides; CAST(NULL AS ..) stands for a missing one.");
    if (!session.place) failure = std::move(failure).note(list_span(*operation.left), "the columns of the other side");
    session.report(std::move(failure), span);
    return {};
  }
  std::vector<Type> types;
  bool valid = true;
  for (size_t i = 0; i < left->schema.size(); ++i) {
    const Type pair[] = {left->schema[i].type, right->schema[i].type};
    if (pair[0].is_invalid() || pair[1].is_invalid()) return {};
    auto common = least_restrictive(pair);
    valid &= common.has_value();
    if (common) {
      types.push_back(*common);
    } else {
      SourceSpan span = session.place.value_or(item_span(*operation.left, i));
      Failure failure = fail(ErrorCode::BadSetOperation, span, "column {} of {} is {} on one side and {} on the other",
                             i + 1, word, pair[0].as_nullable().to_string(), pair[1].as_nullable().to_string())
                            .hint("Cast one of them to the type of the other, or put the columns into one order.");
      if (!session.place) failure = std::move(failure).note(item_span(*operation.right, i), "the other side");
      session.report(std::move(failure), span);
    }
  }
  if (!valid) return {};
  return types;
}

void add_input(std::vector<Plan>& inputs, Plan plan) {
  if (auto* all = plan.as<Union>()) {
    inputs.insert(inputs.end(), all->inputs.begin(), all->inputs.end());
  } else {
    inputs.push_back(std::move(plan));
  }
}

Plan unite(const Plan& left, const Plan& right) {
  std::vector<Plan> inputs;
  add_input(inputs, left);
  add_input(inputs, right);
  return make(Union{std::move(inputs)});
}

// Also of collections, which no engine of ours compares yet.
Expr not_distinct(Expr one, Expr other, SourceSpan span) {
  constexpr const char* kName = "IS NOT DISTINCT FROM";
  auto made = make_call(kName, {one, other}, span);
  if (made) return *std::move(made);
  return Expr{Call{kName, 1, nullptr}, Type::boolean().not_null(), {std::move(one), std::move(other)}, span};
}

Plan matching(const Plan& left, const Plan& right, JoinType type, SourceSpan span, BindSession& session) {
  auto width = static_cast<uint32_t>(left->schema.size());
  std::vector<Expr> equal;
  for (uint32_t i = 0; i < width; ++i) {
    equal.push_back(not_distinct(column(i, left->schema[i].type), column(width + i, right->schema[i].type), span));
  }
  Expr condition = make_logic(Form::And, std::move(equal), span);
  Plan joined =
      make_join({.left = left, .right = right, .type = type, .condition = {std::move(condition)}, .span = span});
  // Rows that differ already stay different.
  bool has_key = !upsert_keys_of(left).empty() && left.as<Aggregate>() != nullptr;
  return has_key ? joined : distinct_rows(joined, span, session);
}

// ---- With ALL: rows are counted

Expr number(int64_t value) { return literal({value}, Type::bigint().not_null()); }

Plan with_columns(const Plan& plan, const std::vector<int64_t>& values) {
  Project project{plan, {}, {}};
  for (uint32_t i = 0; i < plan->schema.size(); ++i) {
    project.exprs.push_back(column(i, plan->schema[i].type));
    project.names.push_back(plan->schema[i].name);
  }
  for (int64_t value : values) {
    project.exprs.push_back(number(value));
    project.names.push_back(fmt::format("$m{}", project.names.size()));
  }
  return make(std::move(project));
}

// Groups of equal rows, with the sums of the columns behind the first `width`.
Plan sums(const Plan& plan, uint32_t width) {
  Aggregate grouped{plan, {}, {}, {}};
  for (uint32_t i = 0; i < width; ++i) grouped.keys.push_back(i);
  for (uint32_t i = width; i < plan->schema.size(); ++i) {
    Type type = plan->schema[i].type;
    grouped.calls.push_back(
        {.function = "SUM", .version = 1, .arguments = {i}, .argument_types = {type}, .result = type});
    grouped.names.push_back(fmt::format("$s{}", i));
  }
  return make(std::move(grouped));
}

// Every row as often as `count` says, where that is positive.
Plan replicated(const Plan& groups, const Expr& count, uint32_t width, SourceSpan span, BindSession& session) {
  Plan kept = make(Filter{groups, call_or_report(">", {count, number(0)}, span, session)});
  Correlate rows{.input = kept, .function = "$REPLICATE_ROWS", .args = {count}, .span = span};
  Project out{kept, {}, {}};
  auto offset = static_cast<uint32_t>(groups->schema.size());
  for (uint32_t i = 0; i < width; ++i) {
    rows.args.push_back(column(i, groups->schema[i].type));
    rows.columns.push_back(groups->schema[i]);
    out.exprs.push_back(column(offset + i, groups->schema[i].type));
    out.names.push_back(groups->schema[i].name);
  }
  out.input = make(std::move(rows));
  return make(std::move(out));
}

Plan counted(const Plan& left, const Plan& right, bool intersects, SourceSpan span, BindSession& session) {
  auto width = static_cast<uint32_t>(left->schema.size());
  if (!intersects) {
    Plan groups = sums(unite(with_columns(left, {1}), with_columns(right, {-1})), width);
    return replicated(groups, column(width, Type::bigint().not_null()), width, span, session);
  }
  Plan groups = sums(unite(with_columns(left, {1, 0}), with_columns(right, {0, 1})), width);
  Expr one = column(width, Type::bigint().not_null()), other = column(width + 1, Type::bigint().not_null());
  Expr least{Special{Form::Case}, Type::bigint().not_null(), {}, span};
  least.args = {call_or_report("<", {one, other}, span, session), one, other};
  return replicated(groups, least, width, span, session);
}

}  // namespace

Plan distinct_rows(const Plan& plan, SourceSpan span, BindSession& session) {
  std::vector<Expr> keys;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < plan->schema.size(); ++i) {
    keys.push_back(column(i, plan->schema[i].type));
    names.push_back(plan->schema[i].name);
  }
  return make_aggregate(plan, keys, names, {}, span, session);
}

SourceSpan item_span(const ast::Query& query, size_t column) { return span_of_item(query, column); }

BoundQuery QueryBinder::bind_body(const ast::SetOperation& operation, SourceSpan span) {
  BoundQuery left = bind(*operation.left);
  BoundQuery right = bind(*operation.right);
  if (left.open || right.open) return {left.plan, true};
  auto types = common_types(left.plan, right.plan, operation, session_);
  if (!types) return {left.plan, true};
  SourceSpan place = session_.place.value_or(span);
  Plan one = cast_columns(left.plan, *types, session_, place);
  Plan other = cast_columns(right.plan, *types, session_, place);
  if (operation.op == ast::SetOperator::Union) {
    Plan all = unite(one, other);
    return {operation.all ? all : distinct_rows(all, place, session_), false};
  }
  bool intersects = operation.op == ast::SetOperator::Intersect;
  if (operation.all) return {counted(one, other, intersects, place, session_), false};
  return {matching(one, other, intersects ? JoinType::Semi : JoinType::Anti, place, session_), false};
}

}  // namespace sluice::planner
