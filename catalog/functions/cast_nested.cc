// Casts from and to ARRAY, MAP, MULTISET and ROW: element by element, with the casts of the elements.
#include <algorithm>

#include "base/check.h"
#include "catalog/functions/cast_rows.h"
#include "catalog/functions/function_table.h"
#include "catalog/functions/text_length.h"
#include "catalog/functions/utf16.h"
#include "catalog/functions/value_kernel.h"
#include "catalog/types/column_value.h"
#include "catalog/types/owned_column.h"
#include "catalog/types/time_zone.h"
#include "catalog/types/value_text.h"

namespace sluice {
namespace {

// A cast between two types with those between their children.
struct ElementCast {
  Type from, to;
  const Overload* overload = nullptr;  // Of scalars; null where both are alike.
  std::unique_ptr<CallSite> site;
  std::vector<ElementCast> children;
};

ElementCast plan(const Type& from, const Type& to) {
  ElementCast cast{from, to, nullptr, nullptr, {}};
  if (from.equals_ignoring_nullability(to)) return cast;
  if (to.child_count() > 0) {
    for (size_t i = 0; i < to.child_count(); ++i) cast.children.push_back(plan(from.child(i), to.child(i)));
    return cast;
  }
  cast.overload = find_cast(from, to);
  SLUICE_CHECK(cast.overload != nullptr);
  Type types[] = {from};
  const Value* constants[] = {nullptr};
  cast.site = std::make_unique<CallSite>(*cast.overload, PrepareArguments{{types, constants}, to});
  return cast;
}

Value convert(const ElementCast& cast, const Value& value, KernelContext& context);

Value convert_scalar(const ElementCast& cast, const Value& value, KernelContext& context) {
  OwnedColumn in(cast.from, 1), out(cast.to.as_nullable(), 1);
  in.set(0, value);
  set_valid(out.column().validity, 0, true);
  EvalArg arg{&in.view(1), ~0U};
  EvalCall call{&cast.site->context(), &context, &arg, nullptr, 1, &out.column(), false};
  cast.overload->eval(call);
  if (context.error.reason != nullptr) return Value::null();
  return value_at(out.view(1), cast.to, 0);
}

Value convert(const ElementCast& cast, const Value& value, KernelContext& context) {
  if (value.is_null() || (cast.overload == nullptr && cast.children.empty())) return value;
  if (cast.overload != nullptr) return convert_scalar(cast, value, context);
  if (auto* map = std::get_if<std::shared_ptr<const ValueMap>>(&value.data)) {
    ValueMap out;
    for (const auto& [key, element] : **map) {
      Value to_key = convert(cast.children[0], key, context);
      out.emplace_back(std::move(to_key),
                       cast.children.size() > 1 ? convert(cast.children[1], element, context) : element);
    }
    return Value::map(std::move(out));
  }
  ValueList out;
  for (const Value& element : *value.get<std::shared_ptr<const ValueList>>()) {
    out.push_back(convert(cast.children[cast.to.is(TypeRoot::Row) ? out.size() : 0], element, context));
  }
  return Value::list(std::move(out));
}

std::shared_ptr<const void> prepare_cast(const PrepareArguments& arguments) {
  return std::make_shared<const ElementCast>(plan(arguments.arguments.types[0], arguments.result));
}

Value sluice_cast_nested(ValueCall& call) { return convert(*call.prepared<ElementCast>(), call[0], call.context); }

// Bytes inside are read as text, where what is none becomes U+FFFD.
bool holds_bytes(const Type& type) {
  return type.is_binary_string() ||
         std::ranges::any_of(type.fields(), [](const RowField& field) { return holds_bytes(field.type); });
}

Value sluice_cast_nested_text(ValueCall& call) {
  const auto* session = call.context.session;
  const auto* zone = session == nullptr ? nullptr : static_cast<const TimeZone*>(session->zone);
  std::string text = cast_text(call[0], call.site.types[0], zone);
  if (holds_bytes(call.site.types[0])) text = from_utf16(to_utf16(text));
  if (call.site.result.length() == Type::kLengthMax) return {std::move(text)};
  StringView fitted = fit_text(call.context, StringView(text), descriptor_of(call.site.result));
  return {std::string(fitted.view())};
}

Overload nested_cast(Overload overload, ArgClass to) {
  overload.cast_to = to;
  return overload;
}

}  // namespace

std::vector<Overload> nested_casts() {
  std::vector<Overload> out;
  auto as_wanted = [](const CallArguments&) { return Type::invalid(); };
  for (ArgClass kind : {ArgClass::Array, ArgClass::Map, ArgClass::Multiset, ArgClass::Row}) {
    Overload same = value_overload<sluice_cast_nested>({kind}, as_wanted);
    same.prepare = prepare_values_with<prepare_cast>;
    out.push_back(nested_cast(std::move(same), kind));
    out.push_back(nested_cast(value_overload<sluice_cast_nested_text>({kind}, as_wanted), ArgClass::Character));
  }
  return out;
}

}  // namespace sluice
