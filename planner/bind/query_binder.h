#pragma once
// Queries of the AST -> logical plans.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/connectors/connectors.h"
#include "planner/bind/expr_binder.h"
#include "planner/bind/session.h"

namespace sluice::planner {

// After an error the plan only serves to find further ones. `open`: columns may be missing from it for that reason.
struct BoundQuery {
  Plan plan;
  bool open = false;
};

// The queries of WITH that can be seen, innermost first.
struct WithScope {
  const WithScope* outer = nullptr;
  std::map<std::string, BoundQuery> queries;

  const BoundQuery* find(const std::string& name) const;
};

// What stands in FROM: the rows of all its relations side by side.
struct From {
  Plan plan;
  Scope scope;
  // The plan holds the columns of what stands left, too, and the scope is what comes behind them: UNNEST(t.a).
  bool extends_left = false;
  // Conditions over both, of a LATERAL query, which is a plan of its own.
  std::vector<Expr> lateral_conditions;
};

// One relation.
From single(BoundQuery bound, std::string alias, std::vector<std::string> path, SourceSpan span);

class QueryBinder {
 public:
  // `outer`: what a query inside of another one sees of it.
  explicit QueryBinder(BindSession& session, const WithScope* with = nullptr, const Scope* outer = nullptr)
      : session_(session), with_(with), outer_(outer) {}

  // The query of a statement or a view; one inside of another has no order of its own.
  BoundQuery bind_outermost(const ast::Query& query);

  BoundQuery bind(const ast::Query& query);

 private:
  BoundQuery bind_whole(const ast::Query& query);  // However large its plan is.
  BoundQuery bind_select(const ast::Select& select, const ast::Query& query, bool is_inner);
  BoundQuery bind_body(const ast::Values& values, SourceSpan span);
  BoundQuery bind_body(const ast::ExplicitTable& table, SourceSpan span);
  BoundQuery bind_body(const ast::SetOperation& operation, SourceSpan span);
  BoundQuery bind_body(const ast::NestedQuery& nested, SourceSpan span);

  From bind_from(const ast::TableRef& table);
  From bind_relation(const ast::NamedTable& table, const ast::TableRef& reference);
  From bind_relation(const ast::DerivedTable& table, const ast::TableRef& reference);
  From bind_relation(const ast::TableFunction& function, const ast::TableRef& reference);
  From bind_relation(const ast::Unnest& unnest, const ast::TableRef& reference);
  From bind_relation(const ast::Join& join, const ast::TableRef& reference);
  std::optional<Expr> bind_using(const std::vector<ast::Identifier>& names, const Scope& left, const Scope& right,
                                 JoinType type, Scope& both);
  From bind_right(const ast::TableRef& table, const From& left);
  std::optional<From> join_extended(const From& left, From& right, const ast::Join& join, Scope both, SourceSpan span);
  BoundQuery order_query(BoundQuery bound, const ast::Query& query, bool is_inner);
  From bind_relation(const ast::MatchRecognize& match, const ast::TableRef& reference);
  From bind_changelog_call(const ast::Call& call, const ast::TableRef& reference);
  From bind_window_function(const ast::Call& call, Window::Kind kind, const ast::TableRef& reference);
  // The table of a window function; `keys` are the columns of its PARTITION BY.
  BoundQuery bind_table_argument(const ast::Expr& argument, Window::Kind kind, std::vector<uint32_t>& keys);
  BoundQuery bind_named(const ast::Name& name, const std::vector<ast::Hint>& hints, SourceSpan span,
                        std::vector<std::string>& path);

  BindSession& session_;
  const WithScope* with_;
  const Scope* outer_;
  bool is_inner_ = true;
  const From* lateral_ = nullptr;  // What stands left of the relation that is being bound, where it may read it.

  friend class SelectBinder;
  friend class ExprBinder;
};

// A table of the catalog as a plan: scan, normalisation of an upsert stream, computed columns, watermark.
Plan plan_table(const Table& table, const std::vector<ast::Hint>& hints, SourceSpan span, BindSession& session);
// A view of the catalog: its query, bound where it was defined.
BoundQuery plan_view(const View& view, SourceSpan span, BindSession& session);

// Groups of equal rows.
Plan distinct_rows(const Plan& plan, SourceSpan span, BindSession& session);

// The place of a column of the query in its select list; all of the list where a star stands in it.
SourceSpan item_span(const ast::Query& query, size_t column);

// Takes the places of options that are as the definition says.
void take_places(const WithClause& defined, WithClause& with);

// Whether the table can be used so; what keeps it from that is reported, once for each table.
bool check_table_use(const Table& table, TableUse use, SourceSpan span, BindSession& session);

// The copy of a table that plans carry. `columns` are those of scan_schema() to read, and the written ones to write.
TableRef scan_ref(const Table& table);
TableRef sink_ref(const Table& table);

// A plan without columns and rows, where there is none because of an error.
BoundQuery broken_query();

// Filter[predicate] (plan); where the predicate bounds a ROW_NUMBER below, the Top-N or deduplication that it means.
Plan make_filter(Plan plan, Expr predicate, BindSession& session);
// Checks the hints of a SELECT over what stands in FROM, and notes in the plan what operators must heed.
struct HintedPlan {
  Plan plan;
  std::optional<int64_t> ttl_ms;  // Of the aggregate over it.
};
HintedPlan bind_hints(const std::vector<ast::Hint>& hints, Plan plan, const Scope& scope, BindSession& session);
// The join with a table FOR SYSTEM_TIME AS OF, or nothing where it cannot be; that is reported.
std::optional<Join> temporal_join(Join join, const From& left, const From& right, const ast::TableRef& table,
                                  BindSession& session);
// The rows of FROM that pass WHERE.
Plan filter_from(Plan plan, Expr predicate, BindSession& session);
// The rows in the order of `keys`, which are columns of the plan, with LIMIT and OFFSET of the query. `is_inner`: an
// order without a limit means nothing.
Plan sort_rows(Plan plan, std::vector<Sort::Key> keys, const ast::Query& query, bool is_inner, BindSession& session);
Sort::Key sort_key(uint32_t column, const ast::OrderItem& item);
std::optional<uint32_t> column_by_number(const ast::Expr& expr, size_t count, BindSession& session);
// The plan without the columns behind the first ones.
Plan first_columns(const Plan& plan, size_t count);

// GROUP BY keys over exprs of `input`: an Aggregate, or a WindowAggregate where the keys hold both bounds of a window.
// Keys and results are the output columns, in this order.
Plan make_aggregate(const Plan& input, const std::vector<Expr>& keys, const std::vector<std::string>& key_names,
                    const std::vector<AggregateCalls::Item>& calls, SourceSpan span, BindSession& session);

// The same with a window in GROUP BY: keys, results, and the bounds that the query asks for.
Plan make_group_window(const Plan& input, const GroupWindow& window, const std::vector<Expr>& keys,
                       const std::vector<std::string>& key_names, const std::vector<AggregateCalls::Item>& calls,
                       BindSession& session);

// The expression with every column reference replaced.
Expr map_columns(const Expr& expr, const std::function<Expr(uint32_t, const Expr&)>& change);

// Cast column by column where types differ; nothing else changes.
Plan cast_columns(const Plan& plan, const std::vector<Type>& types, BindSession& session, SourceSpan span);
Plan rename_columns(const Plan& plan, const std::vector<std::string>& names);

}  // namespace sluice::planner
