// Every aggregate function, once: name, documentation, types, accumulator.
#include <algorithm>

#include "catalog/functions/aggregate_decl.h"
#include "catalog/types/coercion.h"

namespace sluice {
namespace {

using Types = std::span<const Type>;
using Shape = std::optional<AggregateShape>;

Type count_type() { return Type::bigint().not_null(); }

bool is_comparable(const Type& type) {
  return type.is_numeric() || type.is_character() || type.is_temporal() || type.is_interval() ||
         type.is(TypeRoot::Boolean);
}

// What has a type and a result, and no accumulator yet.
AggregateShape planned(Types arguments, Type result) {
  return {AccumulatorKind::NotYet, {}, {arguments.begin(), arguments.end()}, std::move(result)};
}

// ---- COUNT, SUM, AVG

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

Shape count_shape(Types arguments, bool) {
  return AggregateShape{
      AccumulatorKind::Count, {{"count", count_type()}}, {arguments.begin(), arguments.end()}, count_type()};
}

Shape sum_shape(Types arguments, bool retracts) {
  if (!arguments[0].is_numeric()) return {};
  Type sum = sum_type(arguments[0], false);
  if (!retracts) return AggregateShape{AccumulatorKind::Sum, {{"sum", sum}}, {arguments[0]}, sum};
  return AggregateShape{
      AccumulatorKind::SumRetract, {{"sum", sum, true}, {"count", count_type()}}, {arguments[0]}, sum};
}

Shape sum0_shape(Types arguments, bool) {
  if (!arguments[0].is_numeric()) return {};
  Type sum = sum_type(arguments[0], false).not_null();
  return AggregateShape{AccumulatorKind::Sum0, {{"sum", sum}}, {arguments[0]}, sum};
}

Shape average_shape(Types arguments, bool) {
  if (!arguments[0].is_numeric()) return {};
  return AggregateShape{AccumulatorKind::Average,
                        {{"sum", sum_type(arguments[0], true), true}, {"count", count_type()}},
                        {arguments[0]},
                        average_type(arguments[0])};
}

// Made of SUM and COUNT before it is planned; OVER a window and in a pattern it stands as it is.
Shape variance_shape(Types arguments, bool) {
  if (!arguments[0].is_numeric()) return {};
  return planned(arguments, average_type(arguments[0]));
}

// ---- Single values

AggregateShape value_shape(AccumulatorKind kind, const Type& argument) {
  return {kind, {{"value", argument.as_nullable()}}, {argument}, argument.as_nullable()};
}

template <AccumulatorKind kAdds, AccumulatorKind kRetracts>
Shape extreme_shape(Types arguments, bool retracts) {
  if (!is_comparable(arguments[0])) return {};
  AggregateShape shape = value_shape(retracts ? kRetracts : kAdds, arguments[0]);
  if (retracts) shape.fields = {{"values", count_map_of(shape.arguments)}};
  return shape;
}

template <AccumulatorKind kKind>
Shape either_end_shape(Types arguments, bool retracts) {
  bool runs = !retracts && (is_comparable(arguments[0]) || arguments[0].is_binary_string());
  if (!runs) return planned(arguments, arguments[0].as_nullable());
  return value_shape(kKind, arguments[0]);
}

Shape single_shape(Types arguments, bool) { return planned(arguments, arguments[0].as_nullable()); }

// PERCENTILE(value, share [, frequency]): several shares give an array.
Shape percentile_shape(Types arguments, bool) {
  bool is_list = arguments[1].is(TypeRoot::Array);
  const Type& share = is_list ? arguments[1].child(0) : arguments[1];
  if (!arguments[0].is_numeric() || !share.is_numeric()) return {};
  if (arguments.size() > 2 && !arguments[2].is_integer()) return {};
  return planned(arguments, is_list ? Type::array(Type::float64()) : Type::float64());
}

// ---- Collections and texts

Shape collect_shape(Types arguments, bool) { return planned(arguments, Type::multiset(arguments[0]).not_null()); }

Shape array_shape(Types arguments, bool) {
  return planned(arguments, Type::array(arguments[0]).with_nullability(arguments[0].nullable()));
}

Shape list_shape(Types arguments, bool retracts) {
  if (!std::ranges::all_of(arguments, &Type::is_character)) return {};
  if (retracts) return planned(arguments, arguments[0].as_nullable());
  std::vector<Type> texts(arguments.size(), Type::string());
  for (size_t i = 0; i < arguments.size(); ++i) texts[i] = texts[i].with_nullability(arguments[i].nullable());
  return AggregateShape{AccumulatorKind::Concat,
                        {{"separator", Type::string()}, {"text", Type::string()}},
                        std::move(texts),
                        arguments[0].as_nullable()};
}

// Of bitmaps, and of whole numbers that become one.
template <bool kBuilds, bool kCounts>
Shape bitmap_shape(Types arguments, bool) {
  bool fits = kBuilds ? arguments[0].is_integer() : arguments[0].is(TypeRoot::Bitmap);
  if (!fits) return {};
  return planned(arguments, kCounts ? Type::bigint() : Type(TypeRoot::Bitmap));
}

// Declared as Flink does, though texts may be longer.
Type json_type() { return Type::varchar(2000).not_null(); }

Shape json_object_shape(Types arguments, bool) {
  if (!arguments[0].is_character()) return {};
  return planned(arguments, json_type());
}

Shape json_array_shape(Types arguments, bool) { return planned(arguments, json_type()); }

}  // namespace

const std::vector<AggregateDecl>& aggregate_table() {
  using enum AccumulatorKind;
  static const std::vector<AggregateDecl> kTable = {
      {.name = "$ARRAY_AGG_IGNORE_NULLS", .shape = array_shape},
      {.name = "$ARRAY_AGG_ORDERED", .shape = array_shape},  // Planned only: their order is in no plan yet.
      {.name = "$ARRAY_AGG_ORDERED_IGNORE_NULLS", .shape = array_shape},
      {.name = "$JSON_ARRAYAGG_NULLS", .shape = json_array_shape},
      {.name = "$JSON_ARRAYAGG_ORDERED", .shape = json_array_shape},
      {.name = "$JSON_ARRAYAGG_ORDERED_NULLS", .shape = json_array_shape},
      {.name = "$JSON_OBJECTAGG_ABSENT", .shape = json_object_shape, .arguments_min = 2, .arguments_max = 2},
      {.name = "$SUM0", .summary = "Sum of the values; 0 without any.", .shape = sum0_shape},
      {.name = "ARRAY_AGG",
       .usage = "ARRAY_AGG([DISTINCT] value [RESPECT NULLS | IGNORE NULLS])",
       .summary = "All values in the order in which they came, NULLs among them unless they are ignored.",
       .shape = array_shape},
      {.name = "AVG",
       .usage = "AVG([DISTINCT] number)",
       .summary = "Mean of the values, in their own type: of integers it is cut.",
       .shape = average_shape},
      {.name = "BITMAP_AND_AGG",
       .usage = "BITMAP_AND_AGG(bitmap)",
       .summary = "The numbers that all bitmaps have.",
       .shape = bitmap_shape<false, false>},
      {.name = "BITMAP_AND_CARDINALITY_AGG",
       .usage = "BITMAP_AND_CARDINALITY_AGG(bitmap)",
       .summary = "How many numbers BITMAP_AND_AGG gives.",
       .shape = bitmap_shape<false, true>},
      {.name = "BITMAP_BUILD_AGG",
       .usage = "BITMAP_BUILD_AGG(number)",
       .summary = "A bitmap of the numbers.",
       .shape = bitmap_shape<true, false>},
      {.name = "BITMAP_BUILD_CARDINALITY_AGG",
       .usage = "BITMAP_BUILD_CARDINALITY_AGG(number)",
       .summary = "How many numbers BITMAP_BUILD_AGG gives.",
       .shape = bitmap_shape<true, true>},
      {.name = "BITMAP_OR_AGG",
       .usage = "BITMAP_OR_AGG(bitmap)",
       .summary = "The numbers that one of the bitmaps has.",
       .shape = bitmap_shape<false, false>},
      {.name = "BITMAP_OR_CARDINALITY_AGG",
       .usage = "BITMAP_OR_CARDINALITY_AGG(bitmap)",
       .summary = "How many numbers BITMAP_OR_AGG gives.",
       .shape = bitmap_shape<false, true>},
      {.name = "BITMAP_XOR_AGG",
       .usage = "BITMAP_XOR_AGG(bitmap)",
       .summary = "The numbers that an odd number of the bitmaps has.",
       .shape = bitmap_shape<false, false>},
      {.name = "BITMAP_XOR_CARDINALITY_AGG",
       .usage = "BITMAP_XOR_CARDINALITY_AGG(bitmap)",
       .summary = "How many numbers BITMAP_XOR_AGG gives.",
       .shape = bitmap_shape<false, true>},
      {.name = "COLLECT",
       .usage = "COLLECT([DISTINCT] value)",
       .summary = "The values that are not NULL, as a MULTISET.",
       .shape = collect_shape},
      {.name = "COUNT",
       .usage = "COUNT(*) or COUNT([DISTINCT] value)",
       .summary = "Number of rows, or of rows whose argument is not NULL.",
       .shape = count_shape,
       .arguments_min = 0,
       .arguments_max = 64},
      {.name = "FIRST_VALUE",
       .usage = "FIRST_VALUE(value)",
       .summary = "The value that came first, of those that are not NULL.",
       .shape = either_end_shape<First>,
       .merges = false},
      {.name = "JSON_ARRAYAGG",
       .usage = "JSON_ARRAYAGG(value [NULL ON NULL | ABSENT ON NULL])",
       .summary = "The values as a JSON array, without NULLs unless they are asked for.",
       .shape = json_array_shape},
      {.name = "JSON_OBJECTAGG",
       .usage = "JSON_OBJECTAGG([KEY] key VALUE value [NULL ON NULL | ABSENT ON NULL])",
       .summary = "Keys and values as a JSON object.",
       .shape = json_object_shape,
       .arguments_min = 2,
       .arguments_max = 2},
      {.name = "LAST_VALUE",
       .usage = "LAST_VALUE(value)",
       .summary = "The value that came last, of those that are not NULL.",
       .shape = either_end_shape<Last>,
       .merges = false},
      {.name = "LISTAGG",
       .usage = "LISTAGG([DISTINCT] text [, 'separator'])",
       .summary = "The texts in the order in which they came, with the separator between them; it is a comma.",
       .shape = list_shape,
       .arguments_max = 2},
      {.name = "MAX",
       .usage = "MAX(value)",
       .summary = "Greatest value.",
       .shape = extreme_shape<Max, MaxRetract>,
       .ignores_distinct = true},
      {.name = "MIN",
       .usage = "MIN(value)",
       .summary = "Least value.",
       .shape = extreme_shape<Min, MinRetract>,
       .ignores_distinct = true},
      {.name = "PERCENTILE",
       .usage = "PERCENTILE(number, share [, frequency])",
       .summary = "The value below which the share (0 to 1) of the values lies; of several shares an array.",
       .shape = percentile_shape,
       .arguments_min = 2,
       .arguments_max = 3},
      {.name = "SINGLE_VALUE",
       .usage = "SINGLE_VALUE(value)",
       .summary = "The value of the only row; several rows fail the job.",
       .shape = single_shape},
      {.name = "STDDEV", .usage = "STDDEV([DISTINCT] number)", .summary = "STDDEV_SAMP.", .shape = variance_shape},
      {.name = "STDDEV_POP",
       .usage = "STDDEV_POP([DISTINCT] number)",
       .summary = "Standard deviation of the values, in their own type.",
       .shape = variance_shape},
      {.name = "STDDEV_SAMP",
       .usage = "STDDEV_SAMP([DISTINCT] number)",
       .summary = "Standard deviation of what the values are a sample of, in their own type.",
       .shape = variance_shape},
      {.name = "SUM",
       .usage = "SUM([DISTINCT] number)",
       .summary = "Sum of the values; of integers in their own type, where it wraps around.",
       .shape = sum_shape},
      {.name = "VARIANCE", .usage = "VARIANCE([DISTINCT] number)", .summary = "VAR_SAMP.", .shape = variance_shape},
      {.name = "VAR_POP",
       .usage = "VAR_POP([DISTINCT] number)",
       .summary = "Variance of the values, in their own type.",
       .shape = variance_shape},
      {.name = "VAR_SAMP",
       .usage = "VAR_SAMP([DISTINCT] number)",
       .summary = "Variance of what the values are a sample of, in their own type.",
       .shape = variance_shape},
  };
  return kTable;
}

}  // namespace sluice
