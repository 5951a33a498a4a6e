// Comparisons, and what of two sides that do not meet can be said.
#include "catalog/functions/function_table.h"
#include "catalog/types/coercion.h"
#include "planner/bind/expr_binder.h"
#include "planner/bind/type_reasons.h"

namespace sluice::planner {

namespace {

// A number between quotes beside a number, or one without them beside a text: the quotes are what is wrong.
Failure with_quotes_changed(Failure failure, const Expr& left, const Expr& right) {
  for (auto [constant, other] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
    auto* literal = constant->as<Literal>();
    if (literal == nullptr || other->as<Literal>() != nullptr || constant->span.end <= constant->span.begin) continue;
    if (auto* text = std::get_if<std::string>(&literal->value.data);
        text != nullptr && other->type.is_integer() && !text->empty() && text->size() < 10 &&
        text->find_first_not_of("0123456789") == std::string::npos) {
      return std::move(failure).change(constant->span, *text);
    }
    auto* number = std::get_if<int64_t>(&literal->value.data);
    if (number != nullptr && constant->type.is_integer() && other->type.is_character()) {
      return std::move(failure).change(constant->span, fmt::format("'{}'", *number));
    }
  }
  return failure;
}

}  // namespace

Expr ExprBinder::bind_comparison(const std::string& op, Expr left, Expr right, SourceSpan span) {
  if (left.type.is_invalid() || right.type.is_invalid()) return invalid_expr(span);
  bool compares_fields = op == "=" || op == "<>";
  if (compares_fields && left.is_call("ROW") && right.is_call("ROW") && left.args.size() == right.args.size()) {
    std::vector<Expr> fields;  // A NULL in a field makes it unknown, as it does not between rows of columns.
    for (size_t i = 0; i < left.args.size(); ++i) {
      fields.push_back(bind_comparison(op, left.args[i], right.args[i], span));
    }
    return make_logic(op == "=" ? Form::And : Form::Or, std::move(fields), span);
  }
  for (auto [one, other] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
    if (is_untyped_null(*one) && !is_untyped_null(*other)) one->type = other->type.as_nullable();
  }
  if (is_untyped_null(left)) {  // Both are: the answer is known.
    bool is_known = op.starts_with("IS ");
    Value answer = is_known ? Value{op == "IS NOT DISTINCT FROM"} : Value::null();
    return Expr{Literal{std::move(answer)}, Type::boolean().with_nullability(!is_known), {}, span};
  }
  // Nested values have no order, but Flink lets one be compared with itself, and knows the answer.
  if (left.type.child_count() > 0 && left == right && op.size() <= 2 && op[0] != '=' && op != "<>") {
    return bind_comparison(op.size() == 2 ? "=" : "<>", std::move(left), std::move(right), span);
  }
  Failure failure = fail(ErrorCode::CannotCompare, span, "`{}` does not compare {} with {}", op,
                         left.type.as_nullable().to_string(), right.type.as_nullable().to_string())
                        .hint("Cast one side to the type of the other.");
  failure = with_type(with_type(std::move(failure), left, span), right, span);
  if (!session_.place) failure = with_quotes_changed(std::move(failure), left, right);
  bool mixes_dates = (left.type.is(TypeRoot::Date) && right.type.is_timestamp()) ||
                     (right.type.is(TypeRoot::Date) && left.type.is_timestamp());
  std::vector<Expr> args;
  args.push_back(std::move(left));
  args.push_back(std::move(right));
  if (!mixes_dates) {
    auto made = make_call(op, std::move(args), span);
    if (made) return *std::move(made);
    if (made.error().code != ErrorCode::WrongArguments) failure = std::move(made).as_failure();
  }
  session_.report(std::move(failure), span);
  return invalid_expr(span);
}

Expr ExprBinder::compare(const std::string& op, Expr left, Expr right, SourceSpan span) {
  return bind_comparison(op, std::move(left), std::move(right), span);
}

}  // namespace sluice::planner
