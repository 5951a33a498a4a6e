// Relations that read what stands left of them: UNNEST, LATERAL queries, FOR SYSTEM_TIME AS OF.
#include <algorithm>

#include "planner/bind/query_binder.h"
#include "planner/bind/subquery.h"
#include "planner/plan/join_keys.h"
#include "planner/plan/join_strategy.h"
#include "planner/plan/traits.h"

namespace sluice::planner {

namespace {

// The columns of an element; a ROW is as many as it has fields.
void add_element(RowSchema& out, const Type& element, const std::string& name) {
  if (!element.is(TypeRoot::Row)) return out.push_back({name, element});
  for (const RowField& field : element.fields()) {
    Type type = element.nullable() ? field.type.as_nullable() : field.type;
    out.push_back({field.name, std::move(type)});
  }
}

// The columns of UNNEST, or none where the type has no elements.
RowSchema columns_of(const Type& type) {
  RowSchema out;
  if (type.is(TypeRoot::Array) || type.is(TypeRoot::Multiset)) add_element(out, type.child(0), "EXPR$0");
  if (type.is(TypeRoot::Map)) {
    out.push_back({"KEY", type.child(0)});
    out.push_back({"VALUE", type.child(1)});
  }
  return out;
}

From relation_of(Plan plan, const RowSchema& columns, SourceSpan span) {
  From from{std::move(plan), {}};
  from.scope.relations.push_back(
      {.columns = columns, .times = std::vector<TimeRole>(columns.size(), TimeRole::None), .span = span});
  return from;
}

From broken_relation(SourceSpan span) {
  From from = relation_of(make(Values{}), {}, span);
  from.scope.relations[0].open = true;
  return from;
}

bool reads_columns(const Expr& expr) {
  return expr.as<ColumnRef>() != nullptr || std::ranges::any_of(expr.args, reads_columns);
}

bool can_be_looked_up(const Plan& plan) {
  if (auto* project = plan.as<Project>()) return can_be_looked_up(project->input);
  if (auto* assigner = plan.as<WatermarkAssigner>()) return can_be_looked_up(assigner->input);
  if (auto* normalize = plan.as<ChangelogNormalize>()) return can_be_looked_up(normalize->input);
  auto* scan = plan.as<Scan>();
  if (scan == nullptr) return false;
  auto connector = scan->table.options.find("connector");
  auto disabled = scan->table.options.find("disable-lookup");
  return connector != scan->table.options.end() && connector->second == "values" &&
         (disabled == scan->table.options.end() || disabled->second != "true");
}

}  // namespace

From QueryBinder::bind_relation(const ast::Unnest& unnest, const ast::TableRef& reference) {
  SourceSpan span = session_.place.value_or(reference.span);
  Scope nothing;
  nothing.outer = outer_;
  const Scope& scope = lateral_ == nullptr ? nothing : lateral_->scope;
  ExprBinder binder(scope, session_);
  binder.clause = "UNNEST";
  if (unnest.args.size() != 1) {
    session_.not_supported(span, "UNNEST of several collections");
    return broken_relation(span);
  }
  Expr collection = binder.bind_value(*unnest.args[0]);
  if (collection.type.is_invalid()) return broken_relation(span);
  RowSchema columns = columns_of(collection.type);
  if (columns.empty()) {
    session_.report(fail(ErrorCode::BadUnnest, reference.span, "UNNEST takes an ARRAY, a MAP or a MULTISET, and not {}",
                         collection.type.as_nullable().to_string())
                        .hint("Only collections have elements that can become rows."),
                    span);
    return broken_relation(span);
  }
  if (unnest.with_ordinality) columns.push_back({"ORDINALITY", Type::integer().not_null()});
  bool extends = lateral_ != nullptr && reads_columns(collection);
  Correlate rows{.input = extends ? lateral_->plan : make(Values{{}, {ValueList{}}}),
                 .function = unnest.with_ordinality ? "UNNEST_WITH_ORDINALITY" : "UNNEST",
                 .args = {std::move(collection)},
                 .columns = columns,
                 .span = span};
  From from = relation_of(make(std::move(rows)), columns, span);
  from.extends_left = extends;
  return from;
}

From QueryBinder::bind_relation(const ast::DerivedTable& table, const ast::TableRef& reference) {
  bool sees_left = table.lateral && lateral_ != nullptr;
  const Scope* outer = sees_left ? &lateral_->scope : outer_;
  SourceSpan span = session_.place.value_or(reference.span);
  if (sees_left) lateral_->scope.read_by_inner.clear();
  BoundQuery bound = QueryBinder(session_, with_, outer).bind(*table.query);
  if (bound.open) {
    From from = relation_of(bound.plan, bound.plan->schema, span);
    from.scope.relations[0].open = true;
    return from;
  }
  if (!sees_left || !reads_outer(bound.plan, lateral_->scope.number)) {
    From from = relation_of(bound.plan, bound.plan->schema, span);
    from.scope.relations[0].times = bound.plan->times;
    return from;
  }
  const Scope& left = lateral_->scope;
  auto free = decorrelate(bound.plan, left.number, lateral_->plan, left.read_by_inner, session_);
  if (!free) {
    session_.report(cannot_decorrelate(bound.plan, ErrorCode::BadLateral, span), span);
    return broken_relation(span);
  }
  From from = relation_of(free->plan, free->plan->schema, span);
  from.scope.relations[0].columns = bound.plan->schema;
  auto width = static_cast<uint32_t>(lateral_->plan->schema.size());
  for (const Expr& condition : free->conditions) {
    from.lateral_conditions.push_back(over_join(condition, left.number, left.read_by_inner, width));
  }
  return from;
}

// The right side has the left one's columns already: its rows are made from them.
std::optional<From> QueryBinder::join_extended(const From& left, From& right, const ast::Join& join, Scope both,
                                               SourceSpan span) {
  JoinType type = join.kind == ast::JoinKind::Left ? JoinType::Left : JoinType::Inner;
  if (join.kind == ast::JoinKind::Right || join.kind == ast::JoinKind::Full) {
    session_.report(fail(ErrorCode::BadJoin, span, "rows that are made of the left side's cannot be joined by {}",
                         join.kind == ast::JoinKind::Full ? "FULL JOIN" : "RIGHT JOIN")
                        .hint("Write CROSS JOIN or LEFT JOIN .. ON TRUE."),
                    span);
    return {};
  }
  if (both.is_open()) return {};
  static_cast<void>(left);
  Correlate rows = *right.plan.as<Correlate>();
  rows.type = type;
  rows.span = span;
  std::optional<Expr> condition;
  if (join.on) {
    ExprBinder binder(both, session_);
    binder.clause = "ON";
    condition = binder.bind_condition(*join.on, "ON");
    if (condition->type.is_invalid()) return {};
  }
  auto* constant = condition ? condition->as<Literal>() : nullptr;
  bool is_true = constant != nullptr && constant->value == Value{true};
  if (condition && !is_true && type == JoinType::Left) rows.condition = {*condition};
  Plan plan = make(std::move(rows));
  if (condition && !is_true && type == JoinType::Inner) plan = make(Filter{plan, std::move(*condition)});
  return From{std::move(plan), std::move(both)};
}

// ---- FOR SYSTEM_TIME AS OF

namespace {

class TemporalJoin {
 public:
  TemporalJoin(const From& left, const From& right, const ast::TableRef& table, BindSession& session)
      : left_(left), right_(right), period_(*table.system_time), session_(session) {}

  // The join with its strategy, or nothing where the sides cannot be joined so; that is reported.
  std::optional<Join> plan(Join join) {
    auto time = time_column();
    if (!time) return {};
    bool by_rowtime = left_.plan->times[*time] == TimeRole::Rowtime;
    join.version_time = *time;
    if (join.type == JoinType::Right || join.type == JoinType::Full) {
      return refuse("a table FOR SYSTEM_TIME AS OF is joined by JOIN or LEFT JOIN",
                    "Only rows of the left side say at which time the table is meant.");
    }
    bool looks_up = !by_rowtime && can_be_looked_up(right_.plan);
    join.strategy = looks_up ? JoinStrategy::Lookup : JoinStrategy::Temporal;
    if (looks_up) return looked_up(std::move(join));
    if (by_rowtime && std::ranges::find(right_.plan->times, TimeRole::Rowtime) == right_.plan->times.end()) {
      return refuse("the versions of a table are told apart by a row time, and it has none",
                    "Declare a WATERMARK on the column that says since when a row holds.");
    }
    if (join_keys_of(join).left.empty()) {
      return refuse("a temporal join needs an equality between both sides",
                    "Compare the primary key of the versioned table with columns of the left side.");
    }
    if (upsert_keys_of(right_.plan).empty()) {
      return refuse("a versioned table needs a primary key, and it has none",
                    by_rowtime
                        ? "Declare PRIMARY KEY (..) NOT ENFORCED for the columns by which versions are told apart."
                        : "Its connector cannot look up keys: take a row time of the left side, and declare PRIMARY "
                          "KEY (..) NOT ENFORCED.");
    }
    if (!compares_key(join)) {
      return refuse("a temporal join compares the whole primary key of the versioned table",
                    "Add the missing columns of the key to the condition.");
    }
    if (!by_rowtime) {
      return refuse("the table cannot be looked up, so there is no version at processing time",
                    "Use a row time of the left side, or a table whose connector can look up keys.");
    }
    return join;
  }

 private:
  bool compares_key(const Join& join) const {
    std::vector<uint32_t> compared = join_keys_of(join).right;
    return std::ranges::any_of(upsert_keys_of(right_.plan), [&](const std::vector<uint32_t>& key) {
      return std::ranges::all_of(key, [&](uint32_t one) { return std::ranges::find(compared, one) != compared.end(); });
    });
  }

  std::optional<Join> looked_up(Join join) {
    if (!join_keys_of(join).left.empty()) return join;
    return refuse("a lookup needs an equality between both sides",
                  "Compare a column of the table that is looked up with one of the left side.");
  }

  std::optional<uint32_t> time_column() {
    const char* hint = "Write a row time or processing time of the left side: FOR SYSTEM_TIME AS OF l.ts.";
    if (names_right()) {
      refuse("FOR SYSTEM_TIME AS OF takes a time of the left side", hint);
      return {};
    }
    ExprBinder binder(left_.scope, session_);
    binder.clause = "FOR SYSTEM_TIME AS OF";
    Expr period = binder.bind_value(period_);
    if (period.type.is_invalid()) return {};
    if (!period.type.is_timestamp()) {
      session_.report(
          fail(ErrorCode::TypeMismatch, period_.span, "FOR SYSTEM_TIME AS OF takes a timestamp, and `{}` is {}",
               session_.text(period_.span), period.type.as_nullable().to_string())
              .hint(hint),
          period_.span);
      return {};
    }
    auto* reference = period.as<ColumnRef>();
    if (reference != nullptr && left_.plan->times[reference->index] != TimeRole::None) return reference->index;
    bool is_travel = !std::holds_alternative<ast::ColumnRef>(period_.kind);
    refuse("FOR SYSTEM_TIME AS OF takes a time attribute of the left side", hint,
           is_travel ? ErrorCode::BadTimeTravel : ErrorCode::BadTemporalJoin);
    return {};
  }

  bool names_right() const {
    auto* name = std::get_if<ast::ColumnRef>(&period_.kind);
    return name != nullptr && name->name.parts.size() > 1 &&
           name->name.parts[0].text == right_.scope.relations[0].alias;
  }

  std::optional<Join> refuse(const char* message, const char* hint, ErrorCode code = ErrorCode::BadTemporalJoin) {
    session_.report(fail(code, period_.span, "{}", message).hint(hint), period_.span);
    return {};
  }

  const From& left_;
  const From& right_;
  const ast::Expr& period_;
  BindSession& session_;
};

}  // namespace

std::optional<Join> temporal_join(Join join, const From& left, const From& right, const ast::TableRef& table,
                                  BindSession& session) {
  return TemporalJoin(left, right, table, session).plan(std::move(join));
}

}  // namespace sluice::planner
