#include "planner/bind/expr_binder.h"

#include <algorithm>

#include "catalog/functions/function_table.h"
#include "catalog/types/coercion.h"
#include "planner/bind/bind_type.h"
#include "planner/bind/literal.h"
#include "planner/bind/type_reasons.h"

namespace sluice::planner {

bool is_untyped_null(const Expr& expr) {
  auto* value = expr.as<Literal>();
  return value != nullptr && value->value.is_null() && expr.type.is(TypeRoot::Null);
}

std::optional<Type> least_restrictive(std::span<const Type> types) {
  auto has = [&](auto&& rule) { return std::ranges::any_of(types, rule); };
  if (has([](const Type& type) { return type.is(TypeRoot::Date); }) &&
      has([](const Type& type) { return type.is_timestamp(); })) {
    return {};
  }
  return common_type(types);
}

Expr call_or_report(std::string_view function, std::vector<Expr> args, SourceSpan span, BindSession& session) {
  for (const Expr& arg : args) {
    if (arg.type.is_invalid()) return invalid_expr(span);
  }
  std::vector<Expr> sides;  // Where each argument's type comes from.
  for (const Expr& arg : args) sides.push_back(Expr{Literal{Value::null()}, arg.type, {}, arg.span});
  auto made = make_call(function, std::move(args), span);
  if (made) return *std::move(made);
  Failure failure = std::move(made).as_failure();
  bool is_typing = failure.error.code == ErrorCode::WrongArguments;
  if (is_typing) failure = explained(std::move(failure), function, sides);
  if (is_typing && sides.size() > 1) {
    // The unit of EXTRACT and its like is no text of the author's.
    bool has_unit = function == "EXTRACT" || function == "FLOOR" || function == "CEIL";
    for (const Expr& side : sides) {
      if (has_unit && side.type.is(TypeRoot::Char)) continue;
      failure = with_type(std::move(failure), side, span);
    }
  }
  session.report(std::move(failure), span);
  return invalid_expr(span);
}

Expr cast_or_report(Expr arg, const Type& type, SourceSpan span, BindSession& session, bool is_try) {
  if (arg.type.is_invalid() || type.is_invalid()) return invalid_expr(span);
  Type from = arg.type;
  auto made = make_cast(std::move(arg), type, span, is_try);
  if (made) return *std::move(made);
  Failure failure = std::move(made).as_failure();
  bool is_bare = failure.error.code == ErrorCode::CannotCast && failure.error.hint.empty();
  if (is_bare) failure = std::move(failure).hint(way_to(from, type));
  session.report(std::move(failure), span);
  return invalid_expr(span);
}

Expr make_logic(Form form, std::vector<Expr> args, SourceSpan span) {
  bool nullable = false;
  for (const Expr& arg : args) {
    if (arg.type.is_invalid()) return invalid_expr(span);
    nullable |= arg.type.nullable();
  }
  if (args.size() == 1) return std::move(args[0]);
  return Expr{Special{form}, Type::boolean().with_nullability(nullable), std::move(args), span};
}

Expr ExprBinder::bind(const ast::Expr& expr) {
  Expr bound = std::visit([&](const auto& kind) { return bind_kind(kind, expr.span); }, expr.kind);
  if (session_.place) bound.span = *session_.place;
  return bound;
}

Expr ExprBinder::bind_condition(const ast::Expr& expr, const char* what) {
  Expr bound = bind(expr);
  if (is_untyped_null(bound)) return Expr{Literal{Value::null()}, Type::boolean(), {}, expr.span};
  if (bound.type.is_invalid() || bound.type.is(TypeRoot::Boolean)) return bound;
  std::string text = session_.text(expr.span);
  const char* test = bound.type.is_numeric() ? " <> 0" : bound.type.is_character() ? " <> ''" : " IS NOT NULL";
  if (std::string_view(what) == "QUALIFY") test = " = 1";  // A number of a row, of which the first are wanted.
  bool is_short = text.find_first_of(" \n") == std::string::npos;
  session_.report(fail(ErrorCode::NotACondition, expr.span, "{} must be a condition, and `{}` is {}", what, text,
                       bound.type.to_string())
                      .hint(fmt::format("Compare it, such as `{}{}`.", is_short ? text : "..", test)),
                  expr.span);
  return invalid_expr(expr.span);
}

Expr ExprBinder::bind_value(const ast::Expr& expr) {
  Expr bound = bind(expr);
  if (!is_untyped_null(bound)) return bound;
  session_.report(fail(ErrorCode::TypeMismatch, expr.span, "`NULL` has no type here")
                      .hint("Write CAST(NULL AS ..) with the type that is meant."),
                  expr.span);
  return invalid_expr(expr.span);
}

std::vector<Expr> ExprBinder::bind_all(const std::vector<ast::ExprPtr>& exprs) {
  std::vector<Expr> out;
  for (const ast::ExprPtr& expr : exprs) out.push_back(bind(*expr));
  return out;
}

namespace {

constexpr size_t kExpressionNodesMax = 100'000;

// Counts no further than the limit.
size_t nodes_of(const Expr& expr, size_t limit) {
  size_t count = 1;
  for (size_t i = 0; i < expr.args.size() && count < limit; ++i) count += nodes_of(expr.args[i], limit - count);
  return count;
}

}  // namespace

bool ExprBinder::can_copy(const Expr& value, size_t copies, SourceSpan span) {
  if (copies * nodes_of(value, kExpressionNodesMax) < kExpressionNodesMax) return true;
  if (!session_.is_too_large) {
    session_.is_too_large = true;
    session_.report(fail(ErrorCode::StatementTooLarge, span, "the expression stands for more than {} operations",
                         kExpressionNodesMax)
                        .hint("Compute the value that is used several times in a query of its own in FROM."),
                    span);
  }
  return false;
}

Expr ExprBinder::refuse(SourceSpan span, const char* what) {
  session_.not_supported(span, "{}", what);
  return invalid_expr(span);
}

Expr ExprBinder::bind_kind(const ast::ColumnRef& column, SourceSpan span) {
  if (match != nullptr) return bind_match_column(column.name, span);
  bool is_pi =
      column.name.parts.size() == 1 && (column.name.parts[0].text == "PI" || column.name.parts[0].text == "pi");
  if (is_pi && !has_column(scope_, column.name.parts[0].text) && find_function("PI") != nullptr) {
    return call_or_report("PI", {}, span, session_);
  }
  bool may_be_alias = aliases != nullptr && column.name.parts.size() == 1;
  if (may_be_alias && (prefers_aliases || !has_column(scope_, column.name.parts[0].text))) {
    auto found = std::ranges::find(*aliases, column.name.parts[0].text, &StarColumn::name);
    if (found != aliases->end()) return found->expr;
  }
  return resolve_name(column.name, scope_, session_);
}
Expr ExprBinder::bind_kind(const ast::Star&, SourceSpan span) {
  session_.report(fail(ErrorCode::WrongArguments, span, "`*` cannot stand here")
                      .hint("It stands for all columns in a select list and in COUNT(*); name a column."),
                  span);
  return invalid_expr(span);
}
Expr ExprBinder::bind_kind(const ast::NumberLiteral& number, SourceSpan span) {
  return bind_number(number, false, span, session_);
}
Expr ExprBinder::bind_kind(const ast::StringLiteral& text, SourceSpan span) { return bind_string(text, span); }
Expr ExprBinder::bind_kind(const ast::BinaryLiteral& bytes, SourceSpan span) { return bind_binary(bytes, span); }
Expr ExprBinder::bind_kind(const ast::BooleanLiteral& boolean, SourceSpan span) {
  if (!boolean.value) return Expr{Literal{Value::null()}, Type::boolean(), {}, span};
  return Expr{Literal{Value{*boolean.value}}, Type::boolean().not_null(), {}, span};
}
Expr ExprBinder::bind_kind(const ast::NullLiteral&, SourceSpan span) {
  return Expr{Literal{Value::null()}, Type::null(), {}, span};
}
Expr ExprBinder::bind_kind(const ast::TemporalLiteral& temporal, SourceSpan span) {
  return bind_temporal(temporal, span, session_);
}
Expr ExprBinder::bind_kind(const ast::IntervalLiteral& interval, SourceSpan span) {
  return bind_interval(interval, span, session_);
}
// Keywords that are arguments reach functions as texts.
Expr ExprBinder::bind_kind(const ast::Symbol& symbol, SourceSpan span) {
  return Expr{
      Literal{Value{symbol.word}}, Type::character(static_cast<int32_t>(symbol.word.size())).not_null(), {}, span};
}
Expr ExprBinder::bind_kind(const ast::Parameter&, SourceSpan span) {
  if (session_.text(span) != "?") return invalid_expr(span);  // A clause with a syntax error, which is reported.
  session_.report(fail(ErrorCode::DynamicParameter, span, "`?` has no value in a script")
                      .hint("Write the value, or a variable `${NAME}` that is given from outside."),
                  span);
  return invalid_expr(span);
}

bool ExprBinder::unify(std::vector<Expr*> values, SourceSpan span, const char* what, Type& type) {
  std::vector<Type> types;
  bool all_null = true;
  for (const Expr* value : values) {
    if (value->type.is_invalid()) return false;
    all_null &= is_untyped_null(*value);
    types.push_back(value->type);
  }
  if (all_null) {
    session_.report(fail(ErrorCode::TypeMismatch, span, "{} has only `NULL` values", what)
                        .hint("Write CAST(NULL AS ..) with the type that is meant."),
                    span);
    return false;
  }
  auto common = least_restrictive(types);
  if (!common) {
    std::vector<const Expr*> sides(values.begin(), values.end());
    session_.report(no_common_type(sides, span, fmt::format("the values of {}", what)), span);
    return false;
  }
  type = *common;
  for (Expr* value : values) {
    SourceSpan value_span = value->span;
    *value = cast_or_report(std::move(*value), type.with_nullability(value->type.nullable()), value_span, session_);
    if (value->type.is_invalid()) return false;
  }
  return true;
}

// args: condition, value, condition, value, ..., otherwise. A CASE without ELSE ends in NULL.
Expr ExprBinder::bind_kind(const ast::Case& choice, SourceSpan span) {
  Expr result{Special{Form::Case}, Type::invalid(), {}, span};
  bool valid = true;
  std::optional<Expr> operand;
  if (choice.operand) {
    operand = bind(*choice.operand);
    if (!can_copy(*operand, choice.whens.size(), span)) return invalid_expr(span);
  }
  for (const ast::WhenClause& when : choice.whens) {
    std::vector<Expr> conditions;
    for (const ast::ExprPtr& condition : when.conditions) {
      if (choice.operand) {
        conditions.push_back(bind_comparison("=", *operand, bind(*condition), condition->span));
      } else {
        conditions.push_back(bind_condition(*condition, "WHEN"));
      }
      valid &= !conditions.back().type.is_invalid();
    }
    result.args.push_back(make_logic(Form::Or, std::move(conditions), span));
    result.args.push_back(bind(*when.result));
  }
  if (choice.otherwise) {
    result.args.push_back(bind(*choice.otherwise));
  } else {
    result.args.push_back(Expr{Literal{Value::null()}, Type::null(), {}, span});
  }
  std::vector<Expr*> values;
  for (size_t i = 1; i < result.args.size(); i += 2) values.push_back(&result.args[i]);
  values.push_back(&result.args.back());
  bool nullable = false;
  for (const Expr* value : values) nullable |= value->type.nullable();
  if (!unify(values, span, "CASE", result.type) || !valid) return invalid_expr(span);
  result.type = result.type.with_nullability(nullable);
  return result;
}

Expr ExprBinder::bind_kind(const ast::FieldAccess& access, SourceSpan span) {
  Expr row = bind(*access.operand);
  if (row.type.is_invalid() || row.type.is(TypeRoot::Row)) return bind_field(std::move(row), access.field, session_);
  session_.report(fail(ErrorCode::NotARow, access.operand->span, "`{}` is {} and no row, so it has no field `{}`",
                       session_.text(access.operand->span), row.type.as_nullable().to_string(), access.field.text)
                      .hint("Only values of type ROW have fields."),
                  span);
  return invalid_expr(span);
}

// Literals of another kind than the value, and a single item of another kind, become of its kind: text is read as what
// the value is, and what meets a text is written. Decimals meet exact numbers in the type of these.
bool ExprBinder::cast_items(const Type& type, std::vector<Expr>& list) {
  for (Expr& item : list) {
    if (is_untyped_null(item)) continue;
    bool reads = item.type.is_character() && (type.is_numeric() || type.is(TypeRoot::Boolean));
    bool writes = type.is_character() && !item.type.is_character() && !item.type.is_binary_string();
    bool rounds = type.is_exact() && item.type.is(TypeRoot::Decimal) && item.as<Literal>() != nullptr;
    if (!reads && !writes && !rounds) continue;
    SourceSpan span = item.span;
    item = cast_or_report(std::move(item), writes ? Type::string() : type, span, session_);
    if (item.type.is_invalid()) return false;
  }
  return true;
}

Expr ExprBinder::bind_kind(const ast::In& in, SourceSpan span) {
  if (in.query) {
    Expr any = bind_in_query(*in.value, *in.query, "=", span);
    return in.negated ? negate(std::move(any), span) : any;
  }
  std::vector<Expr> equal;
  std::vector<Expr> list = bind_all(in.list);
  Expr value = bind(*in.value);
  std::vector<Type> types;
  for (const Expr& item : list) {
    if (item.type.is_invalid()) return invalid_expr(span);
    types.push_back(item.type);
  }
  if (!common_type(types)) {
    std::vector<const Expr*> sides;
    for (const Expr& item : list) sides.push_back(&item);
    session_.report(no_common_type(sides, span, "the values of IN"), span);
    return invalid_expr(span);
  }
  if (value.type.is_invalid()) return value;
  if (is_untyped_null(value) && std::ranges::all_of(list, is_untyped_null)) {
    session_.report(fail(ErrorCode::TypeMismatch, span, "the values of IN have no type")
                        .hint("NULL is equal to nothing, not even to NULL: write IS NULL."),
                    span);
    return invalid_expr(span);
  }
  bool all_literals = std::ranges::all_of(list, [](const Expr& item) { return item.as<Literal>() != nullptr; });
  bool may_differ = (all_literals || list.size() == 1) && !value.type.is(TypeRoot::Null);
  if (may_differ && !cast_items(value.type, list)) return invalid_expr(span);
  if (!can_copy(value, list.size(), span)) return invalid_expr(span);
  for (Expr& item : list) equal.push_back(bind_comparison("=", value, std::move(item), span));
  Expr any = make_logic(Form::Or, std::move(equal), span);
  if (!in.negated) return any;
  std::vector<Expr> args;
  args.push_back(std::move(any));
  return call_or_report("NOT", std::move(args), span, session_);
}

// a < ANY (b, c) is a < b OR a < c; ALL is AND.
Expr ExprBinder::bind_quantified_list(const ast::QuantifiedComparison& comparison, SourceSpan span) {
  Expr value = bind(*comparison.value);
  if (!can_copy(value, comparison.list.size(), span)) return invalid_expr(span);
  std::vector<Expr> each;
  for (Expr& item : bind_all(comparison.list)) {
    each.push_back(bind_comparison(comparison.op, value, std::move(item), span));
  }
  if (each.empty()) return invalid_expr(span);
  bool is_some = comparison.quantifier == ast::Quantifier::Some;
  return make_logic(is_some ? Form::Or : Form::And, std::move(each), span);
}
Expr ExprBinder::bind_kind(const ast::CollectionQuery&, SourceSpan span) {
  return refuse(span, "a collection of a subquery");
}
Expr ExprBinder::bind_kind(const ast::NamedArgument&, SourceSpan span) { return refuse(span, "a named argument"); }
Expr ExprBinder::bind_kind(const ast::TableArgument&, SourceSpan span) { return refuse(span, "a table argument"); }
Expr ExprBinder::bind_kind(const ast::ModelArgument&, SourceSpan span) { return refuse(span, "a model argument"); }
Expr ExprBinder::bind_kind(const ast::DefaultArgument&, SourceSpan span) { return refuse(span, "DEFAULT"); }

}  // namespace sluice::planner
