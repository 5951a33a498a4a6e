// Calls: logic and conditions, functions of the table.
#include <algorithm>

#include "catalog/functions/function_table.h"
#include "catalog/types/coercion.h"
#include "planner/bind/expr_binder.h"
#include "planner/bind/flink_functions.h"
#include "planner/bind/grouping_sets.h"
#include "planner/bind/json_call.h"
#include "planner/bind/literal.h"
#include "planner/bind/object_call.h"
#include "planner/bind/type_reasons.h"
#include "planner/bind/unknown_function.h"

namespace sluice::planner {

namespace {

bool is_comparison(std::string_view name) {
  constexpr std::string_view kNames[] = {"=", "<>", "<", ">", "<=", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

// Functions for which an untyped NULL is an argument like any other.
bool takes_null(std::string_view name) {
  constexpr std::string_view kNames[] = {
      "IS NULL",      "IS NOT NULL", "IS UNKNOWN",       "IS NOT UNKNOWN", "ARRAY",
      "MAP",          "TYPEOF",      "ARRAY_APPEND",     "UNHEX",          "BTRIM",
      "URL_DECODE",   "URL_ENCODE",  "JSON_QUOTE",       "JSON_UNQUOTE",   "ARRAY_PREPEND",
      "JSON_STRING",  "PARSE_JSON",  "TO_TIMESTAMP_LTZ", "ARRAY_CONTAINS", "ARRAY_POSITION",
      "ARRAY_REMOVE", "ARRAY_JOIN",  "ARRAY_SLICE",      "ARRAY_SORT",     "SPLIT"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

// The units of EXTRACT, FLOOR, CEIL, TIMESTAMPADD and TIMESTAMPDIFF.
constexpr std::string_view kTimeUnits[] = {"YEAR",    "QUARTER", "MONTH",       "WEEK",        "DAY",
                                           "HOUR",    "MINUTE",  "SECOND",      "DOW",         "ISODOW",
                                           "DOY",     "EPOCH",   "MILLISECOND", "MICROSECOND", "NANOSECOND",
                                           "ISOYEAR", "DECADE",  "CENTURY",     "MILLENNIUM"};
bool is_time_unit(std::string_view word) {
  if (word.starts_with("SQL_TSI_")) word.remove_prefix(8);
  return std::ranges::find(kTimeUnits, word) != std::end(kTimeUnits);
}

bool takes_time_unit(std::string_view name) {
  constexpr std::string_view kNames[] = {"EXTRACT", "FLOOR", "CEIL", "CEILING", "TIMESTAMPADD", "TIMESTAMPDIFF"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

SourceSpan name_span(const ast::Call& call, SourceSpan span) {
  return call.function.span.end > call.function.span.begin ? call.function.span : span;
}

// What the general words about wrong arguments would not tell of ARRAY, MAP and the index of an element.
bool check_collection(const std::string& function, const std::vector<Expr>& args, SourceSpan span,
                      BindSession& session) {
  if (function == "MAP" && args.size() % 2 != 0) {
    session.report(fail(ErrorCode::WrongArgumentCount, span, "MAP takes a value for every key")
                       .hint("Keys and values take turns: MAP['a', 1, 'b', 2]."),
                   span);
    return false;
  }
  if (function == "ITEM" && args.size() == 2 && args[0].type.is(TypeRoot::Array)) {
    auto* index = args[1].as<Literal>();
    bool is_number = index != nullptr && args[1].type.is_integer() && !index->value.is_null();
    if (!is_number || index->value.get<int64_t>() > 0) return true;
    bool is_zero = index->value.get<int64_t>() == 0;
    session.report(fail(ErrorCode::BadIndex, args[1].span,
                        "the elements of an array are counted from 1, and not from {}", index->value.get<int64_t>())
                       .hint(is_zero ? "The first element is [1]."
                                     : "The last element is a[CARDINALITY(a)]; there is none before the first."),
                   args[1].span);
    return false;
  }
  bool valid = std::ranges::none_of(args, [](const Expr& arg) { return arg.type.is_invalid(); });
  if (function != "ARRAY" || args.empty() || !valid || make_call(function, args, span)) return true;
  std::string types;
  for (const Expr& arg : args) types += (types.empty() ? "" : ", ") + arg.type.as_nullable().to_string();
  Failure failure = fail(ErrorCode::NoCommonType, span, "the elements of ARRAY have no common type: {}", types)
                        .hint("Cast them to one type, such as STRING.");
  for (const Expr& arg : args) failure = with_type(std::move(failure), arg, span);
  session.report(std::move(failure), span);
  return false;
}

// Strips `NOT ` from the lookup name of a negated operator.
bool take_not(std::string& name) {
  for (std::string_view negated : {"NOT BETWEEN", "NOT LIKE", "NOT SIMILAR TO"}) {
    if (!name.starts_with(negated)) continue;
    name.erase(0, 4);
    return true;
  }
  return false;
}

}  // namespace

Expr ExprBinder::bind_kind(const ast::Call& call, SourceSpan span) {
  if (match != nullptr && !call.over) {
    if (auto bound = bind_match_call(call, span)) return std::move(*bound);
  }
  if (call.over) return bind_over(call, span);
  if (is_window_function(call.lookup)) {
    session_.report(fail(ErrorCode::MisplacedWindowFunction, span, "`{}` needs an OVER clause", display_name(call))
                        .hint("Write OVER (PARTITION BY .. ORDER BY ..) behind it."),
                    span);
    return invalid_expr(span);
  }
  const std::string& name = call.lookup;
  if (name == "AND") return bind_logic(Form::And, call, span);
  if (name == "OR") return bind_logic(Form::Or, call, span);
  if (call.form == ast::CallForm::Prefix && (name == "-" || name == "+")) return bind_prefix_sign(call, span);
  if (name == "COALESCE") return bind_coalesce(bind_all(call.args), span);
  if (name == "IFNULL" && call.args.size() == 2) return bind_coalesce(bind_all(call.args), span, "IFNULL");
  if (name == "IF" && call.args.size() == 3) return bind_if(call, span);
  if (name == "NULLIF" && call.args.size() == 2) return bind_nullif(call, span);
  if (name == "GROUPING" || name == "GROUPING_ID" || name == "GROUP_ID") return bind_grouping(call, span);
  if (const AggregateDecl* decl = name.starts_with('$') ? nullptr : find_aggregate(name)) {
    return bind_aggregate(*decl, call, span);
  }
  std::string positive = name;
  bool negated = take_not(positive);
  if (positive.starts_with("BETWEEN")) return bind_between(call, negated, span);
  Expr result;
  if (is_comparison(positive) && call.args.size() == 2) {
    return bind_comparison(positive, bind(*call.args[0]), bind(*call.args[1]), span);
  } else {
    result = bind_function(call, span);
  }
  if (!negated || result.type.is_invalid()) return result;
  std::vector<Expr> args;
  args.push_back(std::move(result));
  return call_or_report("NOT", std::move(args), span, session_);
}

Expr ExprBinder::bind_logic(Form form, const ast::Call& call, SourceSpan span) {
  std::vector<Expr> args;
  bool valid = true;
  const char* word = form == Form::And ? "an operand of AND" : "an operand of OR";
  for (const ast::ExprPtr& arg : call.args) {
    Expr bound = bind_condition(*arg, word);
    if (bound.as<Literal>() != nullptr && bound.as<Literal>()->value.is_null() &&
        std::holds_alternative<ast::NullLiteral>(arg->kind)) {
      bound = bind_value(*arg);
    }
    valid &= !bound.type.is_invalid();
    args.push_back(std::move(bound));
  }
  return valid ? make_logic(form, std::move(args), span) : invalid_expr(span);
}

// value >= low AND value <= high; SYMMETRIC takes the bounds in either order. NOT BETWEEN is value < low OR value >
// high, which differs for NaN.
Expr ExprBinder::bind_between(const ast::Call& call, bool negated, SourceSpan span) {
  Expr value = bind(*call.args[0]), low = bind(*call.args[1]), high = bind(*call.args[2]);
  // Texts beside a time are read as one, also where they stand beside each other.
  for (const Expr* time : {&value, &low, &high}) {
    if (!time->type.is_timestamp() && !time->type.is(TypeRoot::Date)) continue;
    Type type = time->type;
    for (Expr* text : {&value, &low, &high}) {
      bool is_column = text->type.is_character() && text->as<Literal>() == nullptr;
      if (is_column) *text = cast_or_report(std::move(*text), type, span, session_);
    }
  }
  for (const Expr* copied : {&value, &low, &high}) {
    if (!can_copy(*copied, 4, span)) return invalid_expr(span);
  }
  auto within = [&](const Expr& from, const Expr& to) {
    std::vector<Expr> both;
    both.push_back(bind_comparison(negated ? "<" : ">=", value, from, span));
    if (both[0].type.is_invalid()) return invalid_expr(span);
    both.push_back(bind_comparison(negated ? ">" : "<=", value, to, span));
    return make_logic(negated ? Form::Or : Form::And, std::move(both), span);
  };
  Expr forward = within(low, high);
  if (call.lookup.find("SYMMETRIC") == std::string::npos || call.lookup.find("ASYMMETRIC") != std::string::npos) {
    return forward;
  }
  if (forward.type.is_invalid()) return forward;
  std::vector<Expr> either;
  either.push_back(std::move(forward));
  either.push_back(within(high, low));
  return make_logic(negated ? Form::And : Form::Or, std::move(either), span);
}

Expr ExprBinder::bind_prefix_sign(const ast::Call& call, SourceSpan span) {
  bool minus = call.lookup == "-";
  if (auto* number = std::get_if<ast::NumberLiteral>(&call.args[0]->kind)) {
    return bind_number(*number, minus, span, session_);
  }
  Expr operand = bind_value(*call.args[0]);
  if (operand.type.is_invalid()) return operand;
  if (!operand.type.is_numeric() && !operand.type.is_interval()) {
    session_.report(fail(ErrorCode::WrongArguments, span, "`{}` takes a number or an interval, and not {}", call.lookup,
                         operand.type.as_nullable().to_string())
                        .hint(operand.type.is_character() ? "To calculate with a text, write CAST(text AS DOUBLE)."
                                                          : "Numbers and intervals have a sign, and nothing else."),
                    span);
    return invalid_expr(span);
  }
  if (!minus) return operand;
  std::vector<Expr> args;
  args.push_back(std::move(operand));
  return call_or_report("-", std::move(args), span, session_);
}

Expr ExprBinder::bind_coalesce(std::vector<Expr> args, SourceSpan span, const char* name) {
  bool nullable = true;
  std::vector<Expr*> values;
  for (Expr& arg : args) {
    nullable &= arg.type.nullable();
    values.push_back(&arg);
  }
  if (values.empty()) {
    session_.report(fail(ErrorCode::WrongArgumentCount, span, "`COALESCE` takes at least one argument")
                        .hint("Write COALESCE(value, otherwise): the first one that is not NULL."),
                    span);
    return invalid_expr(span);
  }
  // A DATE beside timestamps makes all of them dates.
  auto is_date = [](const Expr& arg) { return arg.type.is(TypeRoot::Date); };
  auto is_timestamp = [](const Expr& arg) { return arg.type.is(TypeRoot::Timestamp); };
  if (std::ranges::any_of(args, is_date) && std::ranges::any_of(args, is_timestamp)) {
    for (Expr& arg : args) {
      if (is_timestamp(arg)) arg = cast_or_report(std::move(arg), Type::date(), span, session_);
    }
  }
  Type type;
  if (!unify(values, span, name, type)) return invalid_expr(span);
  if (args.size() == 1) return std::move(args[0]);
  return Expr{Special{Form::Coalesce}, type.with_nullability(nullable), std::move(args), span};
}

// IF(condition, a, b): a CASE, but NULL in any argument makes the result nullable, as Flink declares it.
Expr ExprBinder::bind_if(const ast::Call& call, SourceSpan span) {
  Expr result{Special{Form::Case}, Type::invalid(), {}, span};
  if (std::holds_alternative<ast::NullLiteral>(call.args[0]->kind)) {
    session_.error(ErrorCode::TypeMismatch, call.args[0]->span, "`NULL` is no condition of IF: it has no type");
    return invalid_expr(span);
  }
  result.args.push_back(bind_condition(*call.args[0], "the first argument of IF"));
  result.args.push_back(bind_value(*call.args[1]));
  result.args.push_back(bind_value(*call.args[2]));
  bool nullable = std::ranges::any_of(result.args, [](const Expr& arg) { return arg.type.nullable(); });
  bool valid = !result.args[0].type.is_invalid();
  if (result.args[1].type.child_count() > 0 || result.args[2].type.child_count() > 0) {
    session_.report(fail(ErrorCode::WrongArguments, span, "`IF` takes no rows and collections")
                        .hint("Write CASE WHEN .. THEN .. ELSE .. END."),
                    span);
    return invalid_expr(span);
  }
  if (!unify({&result.args[1], &result.args[2]}, span, "IF", result.type) || !valid) return invalid_expr(span);
  result.type = result.type.with_nullability(nullable);
  return result;
}

// CASE WHEN a = b THEN NULL ELSE a END
Expr ExprBinder::bind_nullif(const ast::Call& call, SourceSpan span) {
  Expr value = bind_value(*call.args[0]);
  if (!can_copy(value, 2, span)) return invalid_expr(span);
  Expr equal = bind_comparison("=", value, bind(*call.args[1]), span);
  if (equal.type.is_invalid()) return equal;
  Type type = value.type.as_nullable();
  Expr result{Special{Form::Case}, type, {}, span};
  result.args.push_back(std::move(equal));
  result.args.push_back(Expr{Literal{Value::null()}, type, {}, span});
  result.args.push_back(std::move(value));
  return result;
}

// Which of the arguments the row's grouping set lacks, as bits.
Expr ExprBinder::bind_grouping(const ast::Call& call, SourceSpan span) {
  if (aggregates == nullptr) {
    session_.report(fail(ErrorCode::MisplacedGrouping, span,
                         "`{}` belongs into the select list of a query with GROUP BY", display_name(call))
                        .hint("It tells the groups of GROUPING SETS, ROLLUP and CUBE apart."),
                    span);
    return invalid_expr(span);
  }
  bool takes_none = call.lookup == "GROUP_ID";
  if (call.args.empty() != takes_none) {
    session_.report(fail(ErrorCode::WrongArgumentCount, span, "`{}` takes {}", display_name(call),
                         takes_none ? "no arguments" : "expressions of GROUP BY")
                        .hint(takes_none ? "GROUPING_ID(..) takes the expressions to ask for." : ""),
                    span);
    return invalid_expr(span);
  }
  Expr result{Call{kGrouping, 0, nullptr}, Type::bigint().not_null(), bind_all(call.args), span};
  bool valid = std::ranges::none_of(result.args, [](const Expr& arg) { return arg.type.is_invalid(); });
  return valid ? result : invalid_expr(span);
}

Expr ExprBinder::coalesce(Expr first, Expr second, SourceSpan span) {
  std::vector<Expr> args;
  args.push_back(std::move(first));
  args.push_back(std::move(second));
  return bind_coalesce(std::move(args), span);
}

Expr ExprBinder::bind_function(const ast::Call& call, SourceSpan span) {
  std::string lookup = call.lookup;
  take_not(lookup);
  bool known = !lookup.empty() && !lookup.starts_with('$') && find_function(lookup) != nullptr;
  if (!known && is_group_window_function(lookup)) return bind_window_bound(call, span);
  bool is_aggregate = is_aggregate_of_flink(lookup);
  if (call.filter && !is_aggregate) {
    session_.report(fail(ErrorCode::NotAnAggregate, span, "FILTER belongs to aggregate functions, and `{}` is none",
                         display_name(call))
                        .hint("Write CASE WHEN .. THEN .. END around the call."),
                    span);
    return invalid_expr(span);
  }
  if (!known && lookup == "DESCRIPTOR") {
    session_.report(fail(ErrorCode::MisplacedWindowFunction, name_span(call, span),
                         "`DESCRIPTOR` names a column for a table function, and cannot stand in {}", clause)
                        .hint("Write it into TUMBLE, HOP, CUMULATE or SESSION in FROM; elsewhere write the column."),
                    span);
    return invalid_expr(span);
  }
  if (lookup == "MAP" && call.form == ast::CallForm::Function) {
    session_.report(fail(ErrorCode::UnknownFunction, name_span(call, span), "function `{}` is not known", lookup)
                        .hint("A map is written in brackets: MAP['key', value]."),
                    span);
    return invalid_expr(span);
  }
  if (lookup == "OBJECT_OF" || lookup == "OBJECT_UPDATE") return bind_object_call(*this, call, span, session_);
  if (!known && lookup == "APPROX_COUNT_DISTINCT") {
    session_.report(
        fail(ErrorCode::NotInStreaming, span, "`{}` does not run on streams", lookup).hint("Write COUNT(DISTINCT ..)."),
        span);
    return invalid_expr(span);
  }
  if (is_json_call(call)) return bind_json_call(*this, call, span, session_);
  if (lookup == "OVERLAPS" && call.form == ast::CallForm::Infix) return bind_overlaps(call, span);
  if (lookup == "MINUS_DATE" && call.args.size() == 3) return bind_minus_date(call, span);
  std::vector<Expr> args;
  for (const ast::ExprPtr& arg : call.args) {
    if (!known && std::holds_alternative<ast::Star>(arg->kind)) continue;
    auto* symbol = std::get_if<ast::Symbol>(&arg->kind);
    if (symbol != nullptr && takes_time_unit(lookup) && !is_time_unit(symbol->word)) {
      std::string hint = did_you_mean(symbol->word, {std::begin(kTimeUnits), std::end(kTimeUnits)});
      session_.report(
          fail(ErrorCode::UnknownTimeFrame, arg->span, "`{}` is no unit of time", symbol->word)
              .hint(hint.empty() ? "Units are YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE and SECOND." : hint),
          span);
      return invalid_expr(span);
    }
    args.push_back(takes_null(lookup) || !known ? bind(*arg) : bind_value(*arg));
  }
  if (lookup == "CURRENT_DATABASE" && args.empty()) {
    return Expr{Literal{Value{session_.catalog.current_database()}}, Type::string().not_null(), {}, span};
  }
  // Clocks may name a precision, and keep their own.
  bool is_clock = lookup == "LOCALTIME" || lookup == "LOCALTIMESTAMP" || lookup == "CURRENT_TIME";
  if (is_clock && args.size() == 1 && args[0].as<Literal>() != nullptr && args[0].type.is_integer()) args.clear();
  auto is_constant = [](const Expr& arg) { return arg.as<Literal>() != nullptr && arg.type.is_integer(); };
  if (lookup == "/" && args.size() == 2 && is_constant(args[0]) && is_constant(args[1]) &&
      args[1].as<Literal>()->value == Value{int64_t{0}}) {
    session_.report(fail(ErrorCode::ConstantFails, span, "`{}` divides by zero", session_.text(span))
                        .hint("Write the divisor that is meant; NULLIF(divisor, 0) makes the result NULL instead."),
                    span);
    return invalid_expr(span);
  }
  bool is_word = lookup == "CURRENT_DATE" || lookup == "CURRENT_TIMESTAMP";
  if (known && is_word && !args.empty()) {
    session_.report(fail(ErrorCode::WrongArgumentCount, span, "`{}` takes no arguments", display_name(call))
                        .hint(fmt::format("Write {} without parentheses.", lookup))
                        .change(span, lookup),
                    span);
    return invalid_expr(span);
  }
  if (known) {
    if (call.json) return refuse(span, "a JSON clause");
    if (!check_collection(lookup, args, span, session_)) return invalid_expr(span);
    return call_or_report(lookup, std::move(args), span, session_);
  }
  if (lookup == "MULTISET" && call.form != ast::CallForm::Function) {
    session_.report(fail(ErrorCode::NotInStreaming, span, "the constructor MULTISET[..] does not run on streams")
                        .hint("ARRAY[..] holds several values; COLLECT(value) makes a MULTISET of those of a group."),
                    span);
    return invalid_expr(span);
  }
  if (session_.is_refused_function(call.function)) return invalid_expr(span);
  if (is_aggregate || is_function_of_flink(lookup)) {
    session_.not_supported(name_span(call, span), "function `{}`", display_name(call));
  } else {
    Failure failure =
        fail(ErrorCode::UnknownFunction, name_span(call, span), "function `{}` is not known", display_name(call))
            .hint(hint_of_unknown(lookup));
    std::string_view same = same_function(lookup);
    if (!same.empty() && !session_.place) {
      failure = std::move(failure).change(name_span(call, span), std::string(same));
    }
    session_.report(std::move(failure), span);
  }
  return invalid_expr(span);
}

}  // namespace sluice::planner
