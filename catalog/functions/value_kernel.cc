#include "catalog/functions/value_kernel.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "catalog/types/column_value.h"

namespace sluice {

Value ValueCall::fail(std::string_view reason) {
  if (context.error.reason != nullptr) return Value::null();
  char* copy = context.arena->allocate(std::max<size_t>(reason.size(), 1));
  std::memcpy(copy, reason.data(), reason.size());
  context.error.reason = copy;
  context.error.reason_size = static_cast<uint32_t>(reason.size());
  return Value::null();
}

std::shared_ptr<const void> prepare_values(const PrepareArguments& arguments) {
  return std::make_shared<const ValueSite>(
      ValueSite{{arguments.arguments.types.begin(), arguments.arguments.types.end()}, arguments.result, nullptr});
}

void evaluate_values(ValueFunction function, const EvalCall& call) {
  const auto& site = *static_cast<const ValueSite*>(call.call->state);
  KernelContext& context = *call.context;
  std::vector<Value> args(site.types.size());
  for (uint32_t i = 0; i < call.count; ++i) {
    uint32_t row = call.selection != nullptr ? call.selection[i] : i;
    for (size_t k = 0; k < args.size(); ++k) {
      args[k] = value_at(*call.args[k].column, site.types[k], row & call.args[k].row_mask);
    }
    ValueCall values{args, site, context};
    Value result = function(values);
    if (context.error.reason != nullptr) {
      if (!call.errors_are_null) {
        context.error.row = row;
        return;
      }
      context.error = {};
      result = Value::null();
    }
    if (result.is_null() && call.out->validity == nullptr) {
      fail_row(context.error, "the value is NULL, but its type is NOT NULL");
      context.error.row = row;
      return;
    }
    put_value(*call.out, site.result, row, result, context);
  }
}

bool same_value(const Value& a, const Value& b) {
  if (a.data.index() != b.data.index()) return false;
  if (auto* list = std::get_if<std::shared_ptr<const ValueList>>(&a.data)) {
    return std::ranges::equal(**list, *b.get<std::shared_ptr<const ValueList>>(), same_value);
  }
  if (auto* map = std::get_if<std::shared_ptr<const ValueMap>>(&a.data)) {
    const ValueMap& other = *b.get<std::shared_ptr<const ValueMap>>();
    return (*map)->size() == other.size() && std::ranges::all_of(**map, [&](const auto& entry) {
             return std::ranges::any_of(other, [&](const auto& candidate) {
               return same_value(entry.first, candidate.first) && same_value(entry.second, candidate.second);
             });
           });
  }
  return a.data == b.data;
}

namespace {

// NaN stands behind all numbers, and the two zeros apart, as Java sorts them.
std::strong_ordering order_of_floating(double a, double b) {
  if (a < b) return std::strong_ordering::less;
  if (a > b) return std::strong_ordering::greater;
  return std::strong_order(a, b);
}

}  // namespace

std::strong_ordering order_of(const Value& a, const Value& b) {
  SLUICE_CHECK(a.data.index() == b.data.index());
  return std::visit(
      [&](const auto& x) -> std::strong_ordering {
        using T = std::remove_cvref_t<decltype(x)>;
        if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
          return order_of_floating(static_cast<double>(x), static_cast<double>(b.get<T>()));
        } else if constexpr (std::is_same_v<T, std::string>) {
          return x.compare(b.get<T>()) <=> 0;
        } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, int64_t> || std::is_same_v<T, Int128> ||
                             std::is_same_v<T, TimestampNs>) {
          return x <=> b.get<T>();
        } else {
          return std::strong_ordering::equal;
        }
      },
      a.data);
}

}  // namespace sluice
