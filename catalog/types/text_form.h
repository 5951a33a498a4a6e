#pragma once
// The text of scalars as Flink writes them. Each function writes at `out`, which has room for kTextMax bytes, and
// returns the end.
#include <cstdint>

#include "base/scalar_abi.h"

namespace sluice {

inline constexpr int kTextMax = 64;

char* write_integer(char* out, int64_t value);
char* write_decimal(char* out, Int128 unscaled, int32_t scale);
// As Java's BigDecimal without trailing zeros: 100.00 is 1E+2, 0.0000001 is 1E-7.
char* write_decimal_scientific(char* out, Int128 unscaled, int32_t scale);
// As Java's Double.toString: `1.0`, `1.0E10`, `NaN`, `-Infinity`.
char* write_double(char* out, double value);
char* write_float(char* out, float value);
char* write_date(char* out, int64_t days);                             // 2020-02-29
char* write_time(char* out, int32_t ms_of_day, int32_t digits);        // 12:34:56.789
char* write_timestamp(char* out, TimestampNs value, int32_t digits);   // 2020-02-29 12:34:56.789, as CAST does
char* write_iso_date(char* out, int64_t days);                         // Years beyond 9999 with a sign.
char* write_iso_time(char* out, int64_t ms_of_day, int32_t ns_of_ms);  // Seconds left out when zero, as java.time does
char* write_iso_timestamp(char* out, TimestampNs value);               // 2020-02-29T12:34
char* write_iso_instant(char* out, TimestampNs value);                 // 2020-02-29T12:34:00Z
char* write_interval_months(char* out, int32_t months);                // +1-02
char* write_interval_ms(char* out, int64_t ms);                        // +1 10:17:36.789

// The other way round; false when the text is none. Blanks around numbers are ignored, a fraction of an integer is cut.
bool read_integer(const char* data, uint32_t size, int64_t least, int64_t greatest, int64_t& out);
// Rounded half up to the form; `fits` is false when only the precision does not suffice.
bool read_decimal(const char* data, uint32_t size, int32_t precision, int32_t scale, Int128& out, bool& fits);
bool read_double(const char* data, uint32_t size, double& out);
bool read_float(const char* data, uint32_t size, float& out);
bool read_boolean(const char* data, uint32_t size, bool& out);
bool read_date(const char* data, uint32_t size, int32_t& days);       // CAST to DATE
bool read_time(const char* data, uint32_t size, int32_t& ms_of_day);  // CAST to TIME
// CAST to TIMESTAMP: `y-M-d[ H:m:s[.f]]`. A day that the month does not have becomes its last, 24:00:00 the next day.
bool read_timestamp(const char* data, uint32_t size, TimestampNs& out);
// ISO: `2020-02-29T12:34[:56[.789]]`, also with a blank, `Z` or an offset behind (subtracted).
bool read_iso_timestamp(const char* data, uint32_t size, TimestampNs& out);

}  // namespace sluice
