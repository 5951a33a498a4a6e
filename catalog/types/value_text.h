#pragma once
// Whole values as text and back, in the forms that people and tests see.
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice {

class TimeZone;

// CAST(value AS STRING); TIMESTAMP_LTZ in `zone` (null: UTC). NULL is `NULL`.
std::string cast_text(const Value& value, const Type& type, const TimeZone* zone = nullptr);
// A field of a changelog line such as `+I[1, null, 2020-02-29T12:34]`: java.time's ISO forms, NULL as `null`.
std::string changelog_text(const Value& value, const Type& type);
// A SQL literal or constructor that gives the value back: `'it''s'`, `1.50`, `DATE '2020-02-29'`. For plans.
std::string literal_text(const Value& value, const Type& type);
// JSON with strings for DECIMAL and temporal values, `{"bytes": hex}` for binaries, `{"kind": "+I", "f": [...]}` for
// rows, as the conformance data and `--format json` have it.
std::string json_text(const Value& value, const Type& type);

// A scalar from its text as `changelog_text` and `json_text` write it (numbers, DECIMAL, ISO dates and times, `Z`
// behind instants, hex for binaries). Fails with MalformedRecord.
Result<Value> parse_scalar(std::string_view text, const Type& type);

// A timestamp in the form in which values of the type stand in a Value, cut to its precision, and back.
Value timestamp_value(TimestampNs timestamp, const Type& type);
TimestampNs timestamp_of(const Value& value, const Type& type);
// A DECIMAL's unscaled value.
Int128 unscaled_of(const Value& value);
Value decimal_value(Int128 unscaled, const Type& type);

}  // namespace sluice
