#include "grammar/ast/printer.h"

namespace sluice::ast {
namespace {

std::string print_fields(const std::vector<FieldType>& fields) {
  return joined(fields, ", ", [](const FieldType& field) {
    std::string comment = field.comment ? " " + print(*field.comment) : "";
    return print(field.name) + " " + print(*field.type) + comment;
  });
}

std::string print_simple(const SimpleType& type) {
  std::string_view word = word_of(type.name);
  std::string parameters;
  if (!type.parameters.empty()) parameters = fmt::format("({})", fmt::join(type.parameters, ", "));
  if (type.name == TypeName::TimestampWithTimeZone) return fmt::format("TIMESTAMP{} WITH TIME ZONE", parameters);
  return fmt::format("{}{}", word, parameters);
}

std::string print_row(const RowType& row) {
  if (row.parenthesised) return fmt::format("ROW({})", print_fields(row.fields_of_row));
  if (row.fields_of_row.empty()) return "ROW<>";
  return fmt::format("ROW< {} >", print_fields(row.fields_of_row));
}

std::string print_structured(const StructuredType& type) {
  std::string fields = type.fields_of_row.empty() ? "" : ", " + print_fields(type.fields_of_row);
  return fmt::format("STRUCTURED< {}{} >", print(type.class_name), fields);
}

std::string print_collection(const char* name, const Type& element, bool is_postfix) {
  return is_postfix ? fmt::format("{} {}", print(element), name) : fmt::format("{}< {} >", name, print(element));
}

}  // namespace

std::string print(const IntervalRange& range) {
  std::string out(word_of(range.first));
  bool both_of_first = !range.last && range.precision && range.fraction_precision;
  if (both_of_first) {
    out += fmt::format("({}, {})", *range.precision, *range.fraction_precision);
  } else if (range.precision) {
    out += fmt::format("({})", *range.precision);
  }
  if (!range.last) return out;
  out += fmt::format(" TO {}", word_of(*range.last));
  if (range.fraction_precision) out += fmt::format("({})", *range.fraction_precision);
  return out;
}

std::string print(const Type& type) {
  std::string out = match(
      type.kind, [](const SimpleType& simple) { return print_simple(simple); },
      [](const IntervalType& interval) { return "INTERVAL " + print(interval.range); },
      [](const ArrayType& array) { return print_collection("ARRAY", *array.element, array.is_postfix); },
      [](const MultisetType& set) { return print_collection("MULTISET", *set.element, set.is_postfix); },
      [](const MapType& map) { return fmt::format("MAP< {}, {} >", print(*map.key), print(*map.value)); },
      [](const RowType& row) { return print_row(row); },
      [](const StructuredType& structured) { return print_structured(structured); },
      [](const RawType& raw) { return fmt::format("RAW({}, {})", print(raw.class_name), print(raw.snapshot)); },
      [](const NamedType& named) { return print(named.name); });
  if (type.nullable) out += *type.nullable ? " NULL" : " NOT NULL";
  return out;
}

}  // namespace sluice::ast
