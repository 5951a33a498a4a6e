// Joins in FROM: what both sides see of each other, the condition, the columns that USING makes one.
#include <algorithm>

#include "planner/bind/query_binder.h"
#include "planner/plan/join_filter.h"
#include "planner/plan/join_keys.h"
#include "planner/plan/join_strategy.h"

namespace sluice::planner {

namespace {

JoinType type_of(ast::JoinKind kind) {
  if (kind == ast::JoinKind::Left) return JoinType::Left;
  if (kind == ast::JoinKind::Right) return JoinType::Right;
  return kind == ast::JoinKind::Full ? JoinType::Full : JoinType::Inner;
}

void make_nullable(Scope& scope) {
  for (Relation& relation : scope.relations) {
    for (RowField& column : relation.columns) column.type = column.type.as_nullable();
  }
  for (MergedColumn& column : scope.merged) column.expr.type = column.expr.type.as_nullable();
}

// Both scopes as one over the columns of both sides.
Scope side_by_side(Scope left, Scope right, JoinType type, BindSession& session) {
  if (type == JoinType::Right || type == JoinType::Full) make_nullable(left);
  if (type == JoinType::Left || type == JoinType::Full) make_nullable(right);
  uint32_t offset = left.width();
  for (Relation& relation : right.relations) {
    auto same = [&](const Relation& other) { return !other.alias.empty() && other.alias == relation.alias; };
    if (std::ranges::any_of(left.relations, same)) {
      auto first = std::ranges::find_if(left.relations, same);
      session.report(
          fail(ErrorCode::DuplicateAlias, relation.span, "table name `{}` stands twice in FROM", relation.alias)
              .hint(fmt::format("Give one of them another name, such as AS {}2.", relation.alias))
              .note(first->span, "the first one is here"),
          relation.span);
      relation.alias.clear();
    }
    relation.offset += offset;
    left.relations.push_back(std::move(relation));
  }
  auto shift = [&](uint32_t index, const Expr& expr) { return column(index + offset, expr.type); };
  for (MergedColumn& merged : right.merged) {
    merged.expr = map_columns(merged.expr, shift);
    for (uint32_t& hidden : merged.hides) hidden += offset;
    left.merged.push_back(std::move(merged));
  }
  return left;
}

bool is_true_literal(const Expr& expr) {
  auto* constant = expr.as<Literal>();
  return constant != nullptr && constant->value == Value{true};
}

// The span without blanks at its beginning.
SourceSpan from_keyword(SourceSpan span, const BindSession& session) {
  size_t blanks = session.text(span).find_first_not_of(" \t\r\n");
  return {span.begin + static_cast<uint32_t>(blanks == std::string::npos ? 0 : blanks), span.end};
}

// The names that both sides have, in the order of the left one.
std::vector<ast::Identifier> common_names(const Scope& left, const Scope& right, SourceSpan span) {
  std::vector<ast::Identifier> out;
  for (const StarColumn& column : star_of(left)) {
    if (has_column(right, column.name)) out.push_back({column.name, span});
  }
  return out;
}

}  // namespace

// The condition of USING: equality of the columns with one name, which are one column from then on.
std::optional<Expr> QueryBinder::bind_using(const std::vector<ast::Identifier>& names, const Scope& left,
                                            const Scope& right, JoinType type, Scope& both) {
  std::vector<Expr> equalities;
  std::vector<MergedColumn> merged;
  uint32_t offset = left.width();
  auto shift = [&](uint32_t index, const Expr& expr) { return column(index + offset, expr.type); };
  for (const ast::Identifier& name : names) {
    const ast::Name one_part{{name}, name.span};
    Expr one = resolve_name(one_part, left, session_);
    Expr other = one.type.is_invalid() ? one : resolve_name(one_part, right, session_);
    if (one.type.is_invalid() || other.type.is_invalid()) {
      for (Relation& relation : both.relations) relation.open = true;
      continue;
    }
    other = map_columns(other, shift);
    other.span = name.span;
    MergedColumn column{.name = name.text, .hides = {}};
    for (const Expr* side : {&one, &other}) {
      if (auto* reference = side->as<ColumnRef>()) column.hides.push_back(reference->index);
    }
    std::erase_if(both.merged, [&](const MergedColumn& earlier) {
      if (earlier.name != name.text) return false;
      column.hides.insert(column.hides.end(), earlier.hides.begin(), earlier.hides.end());
      return true;
    });
    ExprBinder binder(both, session_);
    equalities.push_back(binder.compare("=", one, other, name.span));
    if (equalities.back().type.is_invalid()) both.relations[0].open = true;
    bool one_is_nullable = type == JoinType::Right || type == JoinType::Full;
    bool other_is_nullable = type == JoinType::Left || type == JoinType::Full;
    if (one_is_nullable) one.type = one.type.as_nullable();
    if (other_is_nullable) other.type = other.type.as_nullable();
    column.expr = one_is_nullable ? binder.coalesce(std::move(one), std::move(other), name.span) : std::move(one);
    merged.push_back(std::move(column));
  }
  both.merged.insert(both.merged.begin(), merged.begin(), merged.end());
  if (equalities.empty()) return {};
  return make_logic(Form::And, std::move(equalities), names[0].span);
}

// What the table of a join is called, where it has a name.
std::optional<ast::Identifier> alias_of(const ast::TableRef& table) {
  if (table.alias) return table.alias->name;
  auto* named = std::get_if<ast::NamedTable>(&table.kind);
  return named == nullptr ? std::nullopt : std::optional(named->name.parts.back());
}

// The right side of a join sees the left one where it says so.
From QueryBinder::bind_right(const ast::TableRef& table, const From& left) {
  auto outer = std::exchange(lateral_, &left);
  From right = bind_from(table);
  lateral_ = outer;
  return right;
}

From QueryBinder::bind_relation(const ast::Join& join, const ast::TableRef& reference) {
  auto behind = alias_of(*join.right);
  if (behind) session_.tables_behind.push_back(*behind);
  From left = bind_from(*join.left);
  if (behind) session_.tables_behind.pop_back();
  left.scope.number = ++session_.scopes;
  left.scope.outer = outer_;
  From right = bind_right(*join.right, left);
  JoinType type = type_of(join.kind);
  SourceSpan span = session_.place.value_or(reference.span);
  bool needs_condition = join.kind != ast::JoinKind::Cross && join.kind != ast::JoinKind::Comma;
  if (needs_condition && !join.natural && !join.on && join.using_columns.empty()) {
    session_.report(fail(ErrorCode::MissingJoinCondition, span, "a join other than CROSS JOIN needs ON or USING")
                        .hint("Write CROSS JOIN where every row meets every other."),
                    span);
  }
  if (join.kind == ast::JoinKind::Cross && join.on) {
    SourceSpan condition = from_keyword({join.right->span.end, join.on->span.end}, session_);
    session_.report(fail(ErrorCode::BadJoin, condition, "CROSS JOIN takes no condition")
                        .hint("Write JOIN .. ON .. where the rows must fit."),
                    span);
  }
  Scope both = side_by_side(left.scope, right.scope, type, session_);
  if (right.extends_left) {
    auto extended = join_extended(left, right, join, both, span);
    if (extended) return *std::move(extended);
    both.relations[0].open = true;
    return {make(Values{}), std::move(both)};
  }
  std::optional<Expr> condition;
  if (join.natural || !join.using_columns.empty()) {
    auto names = join.natural ? common_names(left.scope, right.scope, span) : join.using_columns;
    condition = bind_using(names, left.scope, right.scope, type, both);
  }
  if (join.on) {
    ExprBinder binder(both, session_);
    binder.clause = "ON";
    condition = binder.bind_condition(*join.on, "ON");
    if (condition->type.is_invalid()) both.relations[0].open = true;
  }
  if (both.is_open()) {
    Values row{left.plan->schema, {}};
    row.columns.insert(row.columns.end(), right.plan->schema.begin(), right.plan->schema.end());
    return {make(std::move(row)), std::move(both)};
  }
  std::vector<Expr> conditions = right.lateral_conditions;
  if (condition && !is_true_literal(*condition)) conditions.push_back(std::move(*condition));
  Join node{.left = left.plan, .right = right.plan, .type = type, .span = span};
  if (!conditions.empty()) node.condition = {make_logic(Form::And, std::move(conditions), span)};
  if (join.right->system_time) {
    auto temporal = temporal_join(node, left, right, *join.right, session_);
    if (!temporal) {
      both.relations[0].open = true;
      return {make(Values{}), std::move(both)};
    }
    node = *std::move(temporal);
  }
  From from{make_join(std::move(node)), std::move(both)};
  if (mixes_row_times(*from.plan.as<Join>())) {
    session_.report(fail(ErrorCode::BadJoin, span,
                         "the times that bound the join are TIMESTAMP on one side and "
                         "TIMESTAMP_LTZ on the other")
                        .hint("Declare both time attributes with the same type."),
                    span);
  }
  for (Relation& relation : from.scope.relations) {
    auto first = from.plan->times.begin() + relation.offset;
    relation.times.assign(first, first + static_cast<std::ptrdiff_t>(relation.columns.size()));
  }
  return from;
}

Plan filter_from(Plan plan, Expr predicate, BindSession& session) {
  if (plan.as<Join>() == nullptr) return make_filter(std::move(plan), std::move(predicate), session);
  auto filtered = [&](Plan input, std::vector<Expr> conditions) {
    SourceSpan span = conditions[0].span;
    return make_filter(std::move(input), make_logic(Form::And, std::move(conditions), span), session);
  };
  return filter_join(plan, operands_of_and(predicate), filtered);
}

}  // namespace sluice::planner
