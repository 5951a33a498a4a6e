#pragma once
// Dates and times as formats write them: java.time's ISO patterns, stricter than CAST. A day that the month does not
// have becomes its last in timestamps, and 24:00:00 the next day.
#include <cstdint>
#include <string_view>

#include "base/scalar_abi.h"
#include "catalog/types/type.h"

namespace sluice::runtime {

// What stands between date and time.
enum class TimestampText : uint8_t { Sql, Iso };  // `2020-01-31 12:34:56[.789]`, `2020-01-31T12:34[:56[.789]]`

// `2020-01-31`; years of more than four digits have a sign. The day must exist.
bool read_format_date(std::string_view text, int32_t& days);
// `12:34:56[.789]`.
bool read_format_time(std::string_view text, int32_t& ms_of_day);
// A `Z` behind it must have been taken off.
bool read_format_timestamp(std::string_view text, TimestampText form, TimestampNs& out);

// Writes a timestamp as values of the type stand in columns, cut to its precision. False: out of its range.
bool store_timestamp(TimestampNs value, const Type& type, void* at);
TimestampNs load_timestamp(const void* at, const Type& type);

// A timestamp with as many digits of its fraction as it has. `out` has room for kTextMax bytes.
char* write_format_timestamp(char* out, TimestampNs value, TimestampText form);

}  // namespace sluice::runtime
