// Columns and calls in MATCH_RECOGNIZE: which rows of the match they are about.
#include <algorithm>

#include <fmt/ranges.h>

#include "planner/bind/expr_binder.h"
#include "planner/bind/flink_functions.h"

namespace sluice::planner {

namespace {

constexpr const char* kAllRows = "*";

Expr text_literal(const std::string& text) {
  return literal(Value{text}, Type::character(static_cast<int32_t>(text.size())).not_null());
}

void variables_of(const Expr& expr, std::set<std::string>& out) {
  if (expr.is_call(Match::kOfVariable)) out.insert(std::string(expr.args[1].as<Literal>()->value.get<std::string>()));
  for (const Expr& arg : expr.args) variables_of(arg, out);
}

Expr call(std::string function, std::vector<Expr> args, Type type, SourceSpan span) {
  return Expr{Call{std::move(function), 1, nullptr}, std::move(type), std::move(args), span};
}

// A field of a column is the field of what the variable's row holds.
Expr of_rows(Expr value, const std::string& variable, SourceSpan span) {
  if (value.type.is_invalid()) return value;
  if (value.as<ColumnRef>() == nullptr) {
    value.args[0] = of_rows(std::move(value.args[0]), variable, span);
    return value;
  }
  Type type = value.type;
  return call(Match::kOfVariable, {std::move(value), text_literal(variable)}, std::move(type), span);
}

}  // namespace

// `a.x`: column x of the rows of variable a; `x`: of all rows of the match.
Expr ExprBinder::bind_match_column(const ast::Name& name, SourceSpan span) {
  std::string variable = kAllRows;
  ast::Name column = name;
  bool is_table =
      name.parts.size() > 1 && std::ranges::count(scope_.relations, name.parts[0].text, &Relation::alias) > 0;
  if (name.parts.size() > 1 && !(is_table && !match->variables.contains(name.parts[0].text))) {
    variable = name.parts[0].text;
    bool is_field = !match->variables.contains(variable) && has_column(scope_, variable);
    if (is_field) return of_rows(resolve_name(column, scope_, session_), kAllRows, span);
    if (!match->variables.contains(variable)) {
      std::vector<std::string> known(match->variables.begin(), match->variables.end());
      session_.report(
          fail(ErrorCode::UnknownPatternVariable, name.parts[0].span, "`{}` is no variable of the pattern", variable)
              .hint(names_hint(variable, known)),
          span);
      return invalid_expr(span);
    }
    column.parts.erase(column.parts.begin());
    column.span.begin = column.parts[0].span.begin;
  }
  return of_rows(resolve_name(column, scope_, session_), variable, span);
}

bool ExprBinder::is_of_one_variable(const std::vector<Expr>& args, SourceSpan span) {
  std::set<std::string> variables;
  for (const Expr& arg : args) variables_of(arg, variables);
  if (variables.size() <= 1) return true;
  session_.report(fail(ErrorCode::BadPattern, span, "a call is about the rows of one variable, and here are {}: {}",
                       variables.size(), fmt::join(variables, ", "))
                      .hint("Make one call for each variable, and put the results together."),
                  span);
  return false;
}

// Nothing where the call means the same as elsewhere.
std::optional<Expr> ExprBinder::bind_match_call(const ast::Call& node, SourceSpan span) {
  const std::string& name = node.lookup;
  if (name == "FINAL" && !match->is_define) return bind(*node.args[0]);
  if (name == "FINAL" || name == "RUNNING") {
    session_.report(fail(ErrorCode::BadPattern, span, "{} cannot stand in {}", name, clause)
                        .hint("Leave it out: a condition sees the rows so far, a measure all rows of the match."),
                    span);
    return invalid_expr(span);
  }
  if (name == "MATCH_ROWTIME" || name == "MATCH_PROCTIME") return bind_match_time(node, span);
  if (name == "FIRST" || name == "LAST") return bind_match_row(node, span);
  for (const char* refused : {"PREV", "NEXT", "CLASSIFIER", "MATCH_NUMBER"}) {
    if (name != refused) continue;
    session_.report(fail(ErrorCode::BadPattern, span, "{} does not exist on streams", name)
                        .hint("LAST(variable.column, n) looks n rows of the variable back."),
                    span);
    return invalid_expr(span);
  }
  if (is_aggregate_of_flink(name) && !is_window_function(name)) return bind_match_aggregate(node, span);
  return {};
}

Expr ExprBinder::bind_match_time(const ast::Call& node, SourceSpan span) {
  if (node.lookup == "MATCH_PROCTIME") return call("MATCH_PROCTIME", {}, Type::timestamp_ltz(3).not_null(), span);
  for (uint32_t i = 0; i < scope_.width(); ++i) {
    if (scope_.time_of(i) != TimeRole::Rowtime) continue;
    for (const Relation& relation : scope_.relations) {
      if (i < relation.offset || i >= relation.offset + relation.columns.size()) continue;
      return call("MATCH_ROWTIME", {}, relation.columns[i - relation.offset].type.not_null(), span);
    }
  }
  session_.report(fail(ErrorCode::NotATimeAttribute, span, "the input of the pattern has no rowtime")
                      .hint("Declare a WATERMARK for a column of the table, or write MATCH_PROCTIME()."),
                  span);
  return invalid_expr(span);
}

// FIRST(a.x, n) and LAST(a.x, n).
Expr ExprBinder::bind_match_row(const ast::Call& node, SourceSpan span) {
  if (node.args.empty() || node.args.size() > 2) {
    session_.report(
        fail(ErrorCode::WrongArguments, span, "{} takes a value and an offset", node.lookup)
            .hint(fmt::format("Write {}(variable.column) or {}(variable.column, n).", node.lookup, node.lookup)),
        span);
    return invalid_expr(span);
  }
  std::vector<Expr> args = bind_all(node.args);
  for (const Expr& arg : args) {
    if (arg.type.is_invalid()) return invalid_expr(span);
  }
  if (!is_of_one_variable(args, span)) return invalid_expr(span);
  bool is_offset = args.size() == 1 || (args[1].as<Literal>() != nullptr && args[1].type.is_integer());
  if (!is_offset) {
    session_.report(fail(ErrorCode::BadPattern, args[1].span, "the offset of {} is a constant number", node.lookup)
                        .hint("Write how many rows to go, such as 1."),
                    args[1].span);
    return invalid_expr(span);
  }
  Type type = args[0].type.as_nullable();
  return call(node.lookup, std::move(args), std::move(type), span);
}

Expr ExprBinder::bind_match_aggregate(const ast::Call& node, SourceSpan span) {
  if (node.quantifier == ast::SetQuantifier::Distinct) {
    session_.report(fail(ErrorCode::BadPattern, span, "an aggregate of DISTINCT values does not exist in a pattern")
                        .hint("Leave DISTINCT out, or aggregate the matches in a query around this one."),
                    span);
    return invalid_expr(span);
  }
  std::vector<Expr> args;
  std::vector<Type> types;
  for (const ast::ExprPtr& arg : node.args) {
    if (std::holds_alternative<ast::Star>(arg->kind)) continue;
    args.push_back(bind_value(*arg));
    types.push_back(args.back().type);
    if (types.back().is_invalid()) return invalid_expr(span);
  }
  if (!is_of_one_variable(args, span)) return invalid_expr(span);
  const AggregateDecl* decl = find_aggregate(node.lookup);
  if (decl == nullptr) return refuse(span, "this aggregate in a pattern");
  auto shape = bound_shape(*decl, args, false, span, session_);
  if (!shape) return invalid_expr(span);
  Type type = shape->result;
  return call(node.lookup, std::move(args), std::move(type), span);
}

}  // namespace sluice::planner
