#include "catalog/functions/time_unit.h"

#include <utility>

namespace sluice {

std::optional<TimeUnit> time_unit_of(std::string_view name) {
  using enum TimeUnit;
  static constexpr std::pair<std::string_view, TimeUnit> kUnits[] = {
      {"NANOSECOND", Nanosecond},
      {"MICROSECOND", Microsecond},
      {"MILLISECOND", Millisecond},
      {"SECOND", Second},
      {"MINUTE", Minute},
      {"HOUR", Hour},
      {"DAY", Day},
      {"WEEK", Week},
      {"MONTH", Month},
      {"QUARTER", Quarter},
      {"YEAR", Year},
      {"DECADE", Decade},
      {"CENTURY", Century},
      {"MILLENNIUM", Millennium},
      {"DOW", DayOfWeek},
      {"ISODOW", IsoDayOfWeek},
      {"DOY", DayOfYear},
      {"ISOYEAR", IsoYear},
      {"EPOCH", Epoch},
  };
  if (name.starts_with("SQL_TSI_")) name.remove_prefix(8);
  for (const auto& [text, unit] : kUnits) {
    if (text == name) return unit;
  }
  return {};
}

}  // namespace sluice
