#include "catalog/functions/aggregate_decl.h"

#include <algorithm>

#include "base/check.h"

namespace sluice {
namespace {

Type count_type() { return Type::bigint().not_null(); }

// The type sums are kept in. AVG adds up integers as BIGINT and FLOAT as DOUBLE.
Type sum_type(const Type& argument, bool is_average) {
  if (argument.is(TypeRoot::Decimal)) return Type::decimal(38, argument.scale());
  if (is_average) return argument.is_integer() ? Type::bigint() : Type::float64();
  return argument.as_nullable();
}

Type average_type(const Type& argument) {
  if (argument.is(TypeRoot::Decimal)) return Type::decimal(38, std::max(6, argument.scale()));
  return argument.as_nullable();
}

// Values of a count map: their canonical bytes, so that a MAP of any key type can stand in a packed row.
Type count_map_of(std::span<const Type> arguments) {
  if (arguments.size() == 1) return Type::map(arguments[0].as_nullable(), count_type());
  std::vector<RowField> fields;
  for (size_t i = 0; i < arguments.size(); ++i) fields.push_back({"f" + std::to_string(i), arguments[i].as_nullable()});
  return Type::map(Type::row(std::move(fields)), count_type());
}

AggregateShape sum_shape(std::string_view name, const Type& argument, bool retracts) {
  AggregateShape shape;
  shape.arguments = {argument};
  bool is_average = name == "AVG";
  Type sum = sum_type(argument, is_average);
  shape.result = is_average ? average_type(argument) : sum;
  if (name == "$SUM0") {
    shape.kind = AccumulatorKind::Sum0;
    shape.fields = {{"sum", sum.not_null()}};
    shape.result = sum.not_null();
  } else if (is_average || retracts) {
    shape.kind = is_average ? AccumulatorKind::Average : AccumulatorKind::SumRetract;
    shape.fields = {{"sum", sum, true}, {"count", count_type()}};
  } else {
    shape.kind = AccumulatorKind::Sum;
    shape.fields = {{"sum", sum}};
  }
  return shape;
}

AggregateShape extreme_shape(bool is_min, const Type& argument, bool retracts) {
  AggregateShape shape;
  shape.arguments = {argument};
  shape.result = argument.as_nullable();
  if (retracts) {
    shape.kind = is_min ? AccumulatorKind::MinRetract : AccumulatorKind::MaxRetract;
    shape.fields = {{"values", count_map_of(shape.arguments)}};
  } else {
    shape.kind = is_min ? AccumulatorKind::Min : AccumulatorKind::Max;
    shape.fields = {{"value", argument.as_nullable()}};
  }
  return shape;
}

bool is_comparable(const Type& type) {
  return type.is_numeric() || type.is_character() || type.is_temporal() || type.is_interval() ||
         type.is(TypeRoot::Boolean);
}

Failure wrong_arguments(const AggregateDecl& decl, std::span<const Type> arguments) {
  std::string text;
  for (const Type& type : arguments) text += (text.empty() ? "" : ", ") + type.as_nullable().to_string();
  return fail(ErrorCode::WrongArguments, "`{}` does not take ({})", decl.name, text);
}

}  // namespace

const std::vector<AggregateDecl>& aggregate_table() {
  static const std::vector<AggregateDecl> kTable = {
      {"$SUM0", "Sum of the values; 0 without any."},
      {"AVG", "Mean of the values, in their own type: of integers it is cut."},
      {"COUNT", "Number of rows, or of rows whose arguments are not NULL.", 1, true, true, 0, 64},
      {"MAX", "Greatest value."},
      {"MIN", "Least value."},
      {"SUM", "Sum of the values; of integers in their own type, where it wraps around."},
  };
  return kTable;
}

const AggregateDecl* find_aggregate(std::string_view name) {
  auto same = [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; };
  for (const AggregateDecl& decl : aggregate_table()) {
    if (std::ranges::equal(name, decl.name, same)) return &decl;
  }
  return nullptr;
}

Result<AggregateShape> aggregate_shape(const AggregateDecl& decl, std::span<const Type> arguments, bool distinct,
                                       bool retracts) {
  if (arguments.size() < decl.arguments_min || arguments.size() > decl.arguments_max) {
    return wrong_arguments(decl, arguments);
  }
  AggregateShape shape;
  if (decl.name == "COUNT") {
    shape = {AccumulatorKind::Count, {{"count", count_type()}}, {arguments.begin(), arguments.end()}, count_type()};
  } else if (decl.name == "MIN" || decl.name == "MAX") {
    if (!is_comparable(arguments[0])) return wrong_arguments(decl, arguments);
    shape = extreme_shape(decl.name == "MIN", arguments[0], retracts);
    distinct = false;  // Repetition changes neither.
  } else {
    if (!arguments[0].is_numeric()) return wrong_arguments(decl, arguments);
    shape = sum_shape(decl.name, arguments[0], retracts);
  }
  if (distinct) shape.fields.push_back({"distinct", count_map_of(shape.arguments)});
  return shape;
}

}  // namespace sluice
