#pragma once
// Expressions of the AST -> typed expressions over the row of a scope.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catalog/functions/aggregate_decl.h"
#include "grammar/ast/query.h"
#include "planner/bind/group_window.h"
#include "planner/bind/match_scope.h"
#include "planner/bind/over_calls.h"
#include "planner/bind/scope.h"

namespace sluice::planner {

// The aggregate calls of one SELECT, equal ones once.
struct AggregateCalls {
  struct Item {
    const AggregateDecl* decl = nullptr;
    std::vector<Expr> args;
    std::optional<Expr> filter;
    bool distinct = false;
    Type result;
    SourceSpan span;
  };
  bool has_keys = false;
  std::vector<Item> items;

  Expr add(Item item);
};

class ExprBinder {
 public:
  ExprBinder(const Scope& scope, BindSession& session) : scope_(scope), session_(session) {}

  // Where aggregate calls and calls OVER windows go; without one, such a call is reported as misplaced in `clause`.
  AggregateCalls* aggregates = nullptr;
  OverCalls* overs = nullptr;
  const char* clause = "this place";
  const Plan* plan = nullptr;  // Whose columns the scope's are, where that is known: for reasons in messages.
  const std::vector<ast::NamedWindow>* windows = nullptr;  // Of the WINDOW clause.
  // Binds queries inside of the expression; without one, they are refused.
  const class QueryBinder* queries = nullptr;
  const MatchScope* match = nullptr;    // In MATCH_RECOGNIZE.
  GroupWindow* group_window = nullptr;  // Of GROUP BY, for the calls of its bounds.
  // Names of select items that QUALIFY may use where no column has the name.
  const std::vector<StarColumn>* aliases = nullptr;
  bool prefers_aliases = false;  // ORDER BY: they go before columns.

  const Scope& scope() const { return scope_; }

  Expr bind(const ast::Expr& expr);
  // Of type BOOLEAN, or reported: "WHERE must be a condition".
  Expr bind_condition(const ast::Expr& expr, const char* what);
  // Not the untyped NULL, which has no meaning as a column.
  Expr bind_value(const ast::Expr& expr);
  // Of expressions that are bound already.
  Expr compare(const std::string& op, Expr left, Expr right, SourceSpan span);
  Expr coalesce(Expr first, Expr second, SourceSpan span);

 private:
  Expr bind_kind(const ast::ColumnRef& column, SourceSpan span);
  Expr bind_kind(const ast::Star& star, SourceSpan span);
  Expr bind_kind(const ast::NumberLiteral& number, SourceSpan span);
  Expr bind_kind(const ast::StringLiteral& text, SourceSpan span);
  Expr bind_kind(const ast::BinaryLiteral& bytes, SourceSpan span);
  Expr bind_kind(const ast::BooleanLiteral& boolean, SourceSpan span);
  Expr bind_kind(const ast::NullLiteral& null, SourceSpan span);
  Expr bind_kind(const ast::TemporalLiteral& temporal, SourceSpan span);
  Expr bind_kind(const ast::IntervalLiteral& interval, SourceSpan span);
  Expr bind_kind(const ast::Symbol& symbol, SourceSpan span);
  Expr bind_kind(const ast::Parameter& parameter, SourceSpan span);
  Expr bind_kind(const ast::Call& call, SourceSpan span);
  Expr bind_kind(const ast::Cast& cast, SourceSpan span);
  Expr bind_kind(const ast::Case& choice, SourceSpan span);
  Expr bind_kind(const ast::FieldAccess& access, SourceSpan span);
  Expr bind_kind(const ast::In& in, SourceSpan span);
  Expr bind_quantified_list(const ast::QuantifiedComparison& comparison, SourceSpan span);
  Expr bind_kind(const ast::QuantifiedComparison& comparison, SourceSpan span);
  Expr bind_kind(const ast::Exists& exists, SourceSpan span);
  Expr bind_kind(const ast::ScalarSubquery& subquery, SourceSpan span);
  Expr bind_kind(const ast::CollectionQuery& query, SourceSpan span);
  Expr bind_kind(const ast::NamedArgument& argument, SourceSpan span);
  Expr bind_kind(const ast::TableArgument& argument, SourceSpan span);
  Expr bind_kind(const ast::ModelArgument& argument, SourceSpan span);
  Expr bind_kind(const ast::DefaultArgument& argument, SourceSpan span);

  std::vector<Expr> bind_all(const std::vector<ast::ExprPtr>& exprs);
  bool cast_items(const Type& type, std::vector<Expr>& list);  // Of IN.
  Expr refuse(SourceSpan span, const char* what);
  // Whether so many copies of the value can stand in one expression; reported when not.
  bool can_copy(const Expr& value, size_t copies, SourceSpan span);
  Expr bind_subquery(Subquery subquery, std::vector<Expr> values, Type result);
  std::optional<Plan> bind_inner(const ast::Query& query, SourceSpan span);
  Expr bind_in_query(const ast::Expr& value, const ast::Query& query, const char* comparison, SourceSpan span);
  Expr negate(Expr expr, SourceSpan span);

  Expr bind_logic(Form form, const ast::Call& call, SourceSpan span);
  Expr bind_between(const ast::Call& call, bool negated, SourceSpan span);
  Expr bind_overlaps(const ast::Call& call, SourceSpan span);
  Expr bind_minus_date(const ast::Call& call, SourceSpan span);
  Expr bind_prefix_sign(const ast::Call& call, SourceSpan span);
  Expr bind_coalesce(std::vector<Expr> args, SourceSpan span, const char* name = "COALESCE");
  Expr bind_if(const ast::Call& call, SourceSpan span);
  Expr bind_nullif(const ast::Call& call, SourceSpan span);
  Expr bind_comparison(const std::string& op, Expr left, Expr right, SourceSpan span);
  Expr bind_function(const ast::Call& call, SourceSpan span);
  Expr bind_grouping(const ast::Call& call, SourceSpan span);
  Expr bind_aggregate(const AggregateDecl& decl, const ast::Call& call, SourceSpan span);
  Expr bind_window_bound(const ast::Call& call, SourceSpan span);
  Expr bind_match_column(const ast::Name& name, SourceSpan span);
  std::optional<Expr> bind_match_call(const ast::Call& node, SourceSpan span);
  Expr bind_match_time(const ast::Call& node, SourceSpan span);
  Expr bind_match_row(const ast::Call& node, SourceSpan span);
  Expr bind_match_aggregate(const ast::Call& node, SourceSpan span);
  bool is_of_one_variable(const std::vector<Expr>& args, SourceSpan span);
  Expr bind_over(const ast::Call& call, SourceSpan span);
  std::optional<OverCalls::Window> bind_window(const ast::Over& over, std::string_view function);
  std::optional<OverCalls::Item> bind_over_call(const ast::Call& call, SourceSpan span);
  std::optional<OverCalls::Item> bind_window_function(OverCalls::Item item);
  // values of CASE and their like: cast to the type in which all of them fit.
  bool unify(std::vector<Expr*> values, SourceSpan span, const char* what, Type& type);

  const Scope& scope_;
  BindSession& session_;
  bool in_aggregate_ = false;
  bool in_over_ = false;
};

// Types and accumulator of an aggregate's call, whose arguments are cast to what it takes; nothing after a report.
std::optional<AggregateShape> bound_shape(const AggregateDecl& decl, std::vector<Expr>& args, bool distinct,
                                          SourceSpan span, BindSession& session);

// The function's name as it was written.
std::string display_name(const ast::Call& call);

// A call of the function table, or an invalid expression and a report.
Expr call_or_report(std::string_view function, std::vector<Expr> args, SourceSpan span, BindSession& session);
Expr cast_or_report(Expr arg, const Type& type, SourceSpan span, BindSession& session, bool is_try = false);

// The common type of UNION, VALUES, CASE: as coercion.h has it, but a DATE meets no timestamp here.
std::optional<Type> least_restrictive(std::span<const Type> types);

// AND, OR.
Expr make_logic(Form form, std::vector<Expr> args, SourceSpan span);

// Whether the expression has an aggregate call outside of subqueries and OVER.
bool has_aggregate(const ast::Expr& expr);

bool is_untyped_null(const Expr& expr);

}  // namespace sluice::planner
