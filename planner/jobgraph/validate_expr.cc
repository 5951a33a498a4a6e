#include "planner/jobgraph/validate_expr.h"

#include <limits>

#include "planner/jobgraph/validate.h"

namespace sluice::jobgraph {
namespace {

Failure invalid(std::string_view what) { return fail(ErrorCode::InvalidJobGraph, "job graph is damaged: {}", what); }

bool is_within(int32_t value, int32_t low, int32_t high) { return value >= low && value <= high; }

bool has_valid_digits(const Type& type) {
  switch (type.root()) {
    case TypeRoot::Decimal:
      return is_within(type.precision(), 1, 38) && is_within(type.scale(), 0, type.precision());
    case TypeRoot::Time:
    case TypeRoot::Timestamp:
    case TypeRoot::TimestampLtz:
      return is_within(type.precision(), 0, 9);
    case TypeRoot::Char:
    case TypeRoot::VarChar:
    case TypeRoot::Binary:
    case TypeRoot::VarBinary:
      return type.length() >= 0;  // The type of '' is CHAR(0).
    case TypeRoot::Invalid:
      return false;
    default:
      return true;
  }
}

bool holds_integer(const Value& value, int64_t low, int64_t high) {
  auto* number = std::get_if<int64_t>(&value.data);
  return number != nullptr && *number >= low && *number <= high;
}

template <class N>
bool holds(const Value& value) {
  return holds_integer(value, std::numeric_limits<N>::min(), std::numeric_limits<N>::max());
}

Status validate_elements(const Value& value, const Type& type) {
  auto& elements = value.get<std::shared_ptr<const ValueList>>();
  bool is_row = type.is(TypeRoot::Row);
  if (is_row && elements->size() != type.child_count()) return invalid("row value with another number of fields");
  for (size_t i = 0; i < elements->size(); ++i) {
    SLUICE_DO(validate_value((*elements)[i], type.child(is_row ? i : 0)));
  }
  return Done{};
}

Status validate_entries(const Value& value, const Type& type) {
  for (const auto& [key, mapped] : *value.get<std::shared_ptr<const ValueMap>>()) {
    SLUICE_DO(validate_value(key, type.child(0)));
    SLUICE_DO(validate_value(mapped, type.is(TypeRoot::Map) ? type.child(1) : Type::integer()));
  }
  return Done{};
}

Result<bool> holds_value(const Value& value, const Type& type) {
  switch (type.physical()) {
    case Physical::None:
      return false;
    case Physical::Bool:
      return std::holds_alternative<bool>(value.data) && !type.is(TypeRoot::Null);
    case Physical::Int8:
      return holds<int8_t>(value);
    case Physical::Int16:
      return holds<int16_t>(value);
    case Physical::Int32:
      return holds<int32_t>(value);
    case Physical::Int64:
      return holds<int64_t>(value);
    case Physical::Int128:
      return std::holds_alternative<Int128>(value.data);
    case Physical::Float32:
      return std::holds_alternative<float>(value.data);
    case Physical::Float64:
      return std::holds_alternative<double>(value.data);
    case Physical::String:
      return std::holds_alternative<std::string>(value.data) &&
             value.get<std::string>().size() <= static_cast<size_t>(Type::kLengthMax);
    case Physical::TimestampNs: {
      auto* time = std::get_if<TimestampNs>(&value.data);
      return time != nullptr && is_within(time->nanoseconds, 0, 999'999);
    }
    case Physical::List:
    case Physical::Struct:
      if (!std::holds_alternative<std::shared_ptr<const ValueList>>(value.data)) return false;
      SLUICE_DO(validate_elements(value, type));
      return true;
    case Physical::Map:
      if (!std::holds_alternative<std::shared_ptr<const ValueMap>>(value.data)) return false;
      SLUICE_DO(validate_entries(value, type));
      return true;
  }
  return false;
}

Status validate_case(const Expr& expr) {
  if (expr.args.size() < 3 || expr.args.size() % 2 == 0) return invalid("CASE without a last value");
  for (size_t i = 0; i < expr.args.size(); ++i) {
    bool is_condition = i % 2 == 0 && i + 1 < expr.args.size();
    const Type& type = expr.args[i].type;
    if (is_condition ? !type.is(TypeRoot::Boolean) : !is_same_layout(type, expr.type)) {
      return invalid("CASE over wrong types");
    }
  }
  return Done{};
}

Status validate_special(const Special& special, const Expr& expr) {
  if (expr.args.empty()) return invalid("form without arguments");
  if (special.form == Form::Case) return validate_case(expr);
  bool is_logic = special.form == Form::And || special.form == Form::Or;
  if (is_logic && !expr.type.is(TypeRoot::Boolean)) return invalid("condition that is not BOOLEAN");
  for (const Expr& arg : expr.args) {
    if (!is_same_layout(arg.type, expr.type)) return invalid("arguments of another type than their form");
  }
  return Done{};
}

}  // namespace

bool is_same_layout(const Type& a, const Type& b) {
  if (a.root() != b.root() || a.precision() != b.precision() || a.scale() != b.scale()) return false;
  if (a.child_count() != b.child_count()) return false;
  for (size_t i = 0; i < a.child_count(); ++i) {
    if (!is_same_layout(a.child(i), b.child(i))) return false;
  }
  return true;
}

Status validate_type(const Type& type) {
  if (!has_valid_digits(type)) return invalid("type that does not exist");
  for (const RowField& field : type.fields()) SLUICE_DO(validate_type(field.type));
  return Done{};
}

Status validate_value(const Value& value, const Type& type) {
  if (value.is_null()) return Done{};
  SLUICE_TRY(bool fits, holds_value(value, type));
  if (!fits) return invalid("value of another type than its own");
  return Done{};
}

Status validate_expr(const Expr& expr, const RowSchema& input) {
  SLUICE_DO(validate_type(expr.type));
  for (const Expr& arg : expr.args) SLUICE_DO(validate_expr(arg, input));
  if (auto* column = expr.as<ColumnRef>()) {
    if (!expr.args.empty()) return invalid("column with arguments");
    if (column->index >= input.size()) return invalid("column out of range");
    if (!is_same_layout(expr.type, input[column->index].type)) return invalid("column read as another type");
  } else if (auto* field = expr.as<FieldRef>()) {
    if (expr.args.size() != 1 || !expr.args[0].type.is(TypeRoot::Row)) return invalid("field of what is no row");
    const Type& row = expr.args[0].type;
    if (field->index >= row.child_count()) return invalid("field out of range");
    if (!is_same_layout(expr.type, row.child(field->index))) return invalid("field read as another type");
  } else if (auto* constant = expr.as<Literal>()) {
    if (!expr.args.empty()) return invalid("literal with arguments");
    return validate_value(constant->value, expr.type);
  } else if (auto* special = expr.as<Special>()) {
    return validate_special(*special, expr);
  }
  return Done{};
}

}  // namespace sluice::jobgraph
