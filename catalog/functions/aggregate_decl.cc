#include "catalog/functions/aggregate_decl.h"

#include <algorithm>

namespace sluice {
namespace {

Failure wrong_arguments(const AggregateDecl& decl, std::span<const Type> arguments) {
  if (arguments.size() < decl.arguments_min || arguments.size() > decl.arguments_max) {
    return fail(ErrorCode::WrongArgumentCount, "`{}` does not take {} arguments", decl.name, arguments.size())
        .hint(fmt::format("Write {}.", decl.usage));
  }
  std::string text;
  for (const Type& type : arguments) text += (text.empty() ? "" : ", ") + type.as_nullable().to_string();
  std::string hint = fmt::format("Write {}.", decl.usage);
  bool compares = decl.name == "MAX" || decl.name == "MIN";
  if (compares) hint = "It takes what has an order: numbers, texts, times, flags; of a collection, take an element.";
  bool adds_text =
      arguments.size() == 1 && arguments[0].is_character() && decl.usage.find("number") != std::string::npos;
  if (adds_text) hint += " Of a text that holds numbers, CAST(text AS DECIMAL(p, s)).";
  return fail(ErrorCode::CannotAggregate, "`{}` does not take ({})", decl.name, text).hint(std::move(hint));
}

}  // namespace

Type count_map_of(std::span<const Type> arguments) {
  Type count = Type::bigint().not_null();
  if (arguments.size() == 1) return Type::map(arguments[0].as_nullable(), count);
  std::vector<RowField> fields;
  for (size_t i = 0; i < arguments.size(); ++i) fields.push_back({"f" + std::to_string(i), arguments[i].as_nullable()});
  return Type::map(Type::row(std::move(fields)), count);
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
  bool fits = arguments.size() >= decl.arguments_min && arguments.size() <= decl.arguments_max;
  auto shape = fits ? decl.shape(arguments, retracts) : std::nullopt;
  if (!shape) return wrong_arguments(decl, arguments);
  if (distinct && !decl.ignores_distinct) shape->fields.push_back({"distinct", count_map_of(shape->arguments)});
  return *std::move(shape);
}

Result<AggregateShape> running_shape(std::string_view name, std::span<const Type> arguments, bool retracts) {
  const AggregateDecl* decl = find_aggregate(name);
  if (decl == nullptr) return fail(ErrorCode::NotSupportedYet, "aggregate `{}` is not supported yet", name);
  SLUICE_TRY(AggregateShape shape, aggregate_shape(*decl, arguments, false, retracts));
  if (shape.kind != AccumulatorKind::NotYet) return shape;
  bool runs_forward = retracts && running_shape(name, arguments, false).has_value();
  return fail(ErrorCode::NotSupportedYet, "aggregate `{}` {}is not supported yet", name,
              runs_forward ? "over rows that are taken back " : "");
}

}  // namespace sluice
