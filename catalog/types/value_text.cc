#include "catalog/types/value_text.h"

#include <fmt/format.h>

#include <charconv>

#include "base/check.h"
#include "catalog/types/bitmap.h"
#include "catalog/types/text_form.h"
#include "catalog/types/time_math.h"
#include "catalog/types/time_zone.h"

namespace sluice {
namespace {

template <class Write, class... Args>
std::string written(Write write, Args... args) {
  char buffer[kTextMax];
  return {buffer, write(buffer, args...)};
}

std::string padded(std::string text, const Type& type) {
  auto length = static_cast<size_t>(type.length());
  if (type.is(TypeRoot::Char) && text.size() < length) text.resize(length, ' ');
  return text;
}

std::string hex_of(const std::string& bytes) {
  std::string out;
  for (char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

// Numbers and booleans, alike in every form but for the letters of a BOOLEAN.
std::string number_text(const Value& value, const Type& type) {
  switch (type.root()) {
    case TypeRoot::Decimal:
      return written(write_decimal, unscaled_of(value), type.scale());
    case TypeRoot::Float:
      return written(write_float, value.get<float>());
    case TypeRoot::Double:
      return written(write_double, value.get<double>());
    default:
      return written(write_integer, value.get<int64_t>());
  }
}

const Type& count_type() {
  static const Type kCount = Type::integer().not_null();
  return kCount;
}

const Type& value_type_of(const Type& map) { return map.child_count() > 1 ? map.child(1) : count_type(); }

// ROW, ARRAY, MAP with the given brackets; `text` writes one element.
template <class Text>
std::string nested_text(const Value& value, const Type& type, std::string_view open, std::string_view close, Text text,
                        std::string_view between = "=") {
  std::string out(open);
  if (type.physical() == Physical::Map) {
    bool first = true;
    for (const auto& [key, element] : *value.get<std::shared_ptr<const ValueMap>>()) {
      out += (first ? "" : ", ") + text(key, type.child(0)).append(between) + text(element, value_type_of(type));
      first = false;
    }
    return out.append(close);
  }
  const ValueList& elements = *value.get<std::shared_ptr<const ValueList>>();
  for (size_t i = 0; i < elements.size(); ++i) {
    out += (i > 0 ? ", " : "") + text(elements[i], type.is(TypeRoot::Row) ? type.child(i) : type.child(0));
  }
  return out.append(close);
}

std::string temporal_cast_text(const Value& value, const Type& type, const TimeZone* zone) {
  switch (type.root()) {
    case TypeRoot::Date:
      return written(write_date, value.get<int64_t>());
    case TypeRoot::Time:
      return written(write_time, static_cast<int32_t>(value.get<int64_t>()), type.precision());
    case TypeRoot::IntervalYearMonth:
      return written(write_interval_months, static_cast<int32_t>(value.get<int64_t>()));
    case TypeRoot::IntervalDayTime:
      return written(write_interval_ms, value.get<int64_t>());
    default: {
      TimestampNs timestamp = timestamp_of(value, type);
      if (type.is(TypeRoot::TimestampLtz) && zone != nullptr) {
        timestamp.milliseconds = zone->to_local(timestamp.milliseconds);
      }
      return written(write_timestamp, timestamp, type.precision());
    }
  }
}

std::string temporal_iso_text(const Value& value, const Type& type) {
  switch (type.root()) {
    case TypeRoot::Date:
      return written(write_iso_date, value.get<int64_t>());
    case TypeRoot::Time: {
      int64_t ms = value.get<int64_t>();
      return ms < 0 || ms >= kMsPerDay ? written(write_integer, ms) : written(write_iso_time, ms, 0);
    }
    case TypeRoot::Timestamp:
      return written(write_iso_timestamp, timestamp_of(value, type));
    case TypeRoot::TimestampLtz:
      return written(write_iso_instant, timestamp_of(value, type));
    default:
      return written(write_integer, value.get<int64_t>());
  }
}

// As Java shows its Duration (PT26H3M4.567S) and Period (P14M).
std::string java_interval_text(const Value& value, const Type& type) {
  int64_t amount = value.get<int64_t>();
  if (type.is(TypeRoot::IntervalYearMonth)) return amount == 0 ? "P0D" : "P" + std::to_string(amount) + "M";
  int64_t hours = amount / 3'600'000, minutes = amount / 60'000 % 60, ms = amount % 60'000;
  std::string out = "PT";
  if (hours != 0) out += std::to_string(hours) + "H";
  if (minutes != 0) out += std::to_string(minutes) + "M";
  if (ms == 0 && amount != 0) return out;
  if (ms < 0) out += "-";
  out += std::to_string(std::abs(ms / 1000));
  if (ms % 1000 != 0) {
    std::string fraction = std::to_string(1000 + std::abs(ms % 1000));
    while (fraction.ends_with('0')) fraction.pop_back();
    out += "." + fraction.substr(1);
  }
  return out + "S";
}

// A BITMAP as its numbers, others as they are.
std::string string_of(const Value& value, const Type& type) {
  const std::string& bytes = value.get<std::string>();
  if (!type.is(TypeRoot::Bitmap)) return bytes;
  auto bitmap = Bitmap::read(bytes);
  return bitmap ? bitmap->text() : std::string();
}

std::string byte_list(const std::string& bytes) {
  std::string out = "[";
  for (char c : bytes) out += (out.size() > 1 ? ", " : "") + std::to_string(static_cast<int8_t>(c));
  return out + "]";
}

}  // namespace

std::string cast_text(const Value& value, const Type& type, const TimeZone* zone) {
  if (value.is_null()) return "NULL";
  auto element = [zone](const Value& child, const Type& child_type) { return cast_text(child, child_type, zone); };
  switch (type.root()) {
    case TypeRoot::Boolean:
      return value.get<bool>() ? "TRUE" : "FALSE";
    case TypeRoot::Row:
      return nested_text(value, type, "(", ")", element);
    case TypeRoot::Array:
      return nested_text(value, type, "[", "]", element);
    case TypeRoot::Map:
    case TypeRoot::Multiset:
      return nested_text(value, type, "{", "}", element);
    default:
      break;
  }
  if (type.is_numeric()) return number_text(value, type);
  if (type.is_temporal() || type.is_interval()) return temporal_cast_text(value, type, zone);
  return padded(string_of(value, type), type);
}

std::string changelog_text(const Value& value, const Type& type) {
  if (value.is_null()) return "null";
  switch (type.root()) {
    case TypeRoot::Boolean:
      return value.get<bool>() ? "true" : "false";
    case TypeRoot::Row:
      return nested_text(value, type, "+I[", "]", changelog_text);
    case TypeRoot::Array:
      return nested_text(value, type, "[", "]", changelog_text);
    case TypeRoot::Map:
    case TypeRoot::Multiset:
      return nested_text(value, type, "{", "}", changelog_text);
    default:
      break;
  }
  if (type.is_numeric()) return number_text(value, type);
  if (type.is_interval()) return java_interval_text(value, type);
  if (type.is_temporal()) return temporal_iso_text(value, type);
  if (type.is_binary_string()) return byte_list(value.get<std::string>());
  return string_of(value, type);
}

std::string literal_text(const Value& value, const Type& type) {
  if (value.is_null()) return "NULL";
  switch (type.root()) {
    case TypeRoot::Boolean:
      return value.get<bool>() ? "TRUE" : "FALSE";
    case TypeRoot::Row:
      return nested_text(value, type, "ROW(", ")", literal_text);
    case TypeRoot::Array:
      return nested_text(value, type, "ARRAY[", "]", literal_text);
    case TypeRoot::Map:
    case TypeRoot::Multiset:
      return nested_text(value, type, "MAP[", "]", literal_text, ", ");
    case TypeRoot::Date:
      return "DATE " + quoted(cast_text(value, type));
    case TypeRoot::Time:
      return "TIME " + quoted(cast_text(value, type));
    case TypeRoot::Timestamp:
      return "TIMESTAMP " + quoted(cast_text(value, type));
    case TypeRoot::TimestampLtz:
      return "TIMESTAMP_LTZ " + quoted(cast_text(value, type));
    case TypeRoot::IntervalYearMonth:
      return "INTERVAL " + quoted(cast_text(value, type)) + " YEAR TO MONTH";
    case TypeRoot::IntervalDayTime:
      return "INTERVAL " + quoted(cast_text(value, type)) + " DAY TO SECOND";
    default:
      break;
  }
  if (type.is_numeric()) return number_text(value, type);
  if (type.is_binary_string()) return "X" + quoted(hex_of(value.get<std::string>()));
  return quoted(string_of(value, type));
}

std::string json_text(const Value& value, const Type& type) {
  if (value.is_null()) return "null";
  switch (type.root()) {
    case TypeRoot::Boolean:
      return value.get<bool>() ? "true" : "false";
    case TypeRoot::Decimal:
      return json_string(number_text(value, type));
    case TypeRoot::Row:
      return nested_text(value, type, "{\"kind\": \"+I\", \"f\": [", "]}", json_text);
    case TypeRoot::Array:
      return nested_text(value, type, "[", "]", json_text);
    case TypeRoot::Map:
    case TypeRoot::Multiset: {
      bool keyed = type.child(0).is_character();
      std::string out = keyed ? "{" : "{\"map\": [";
      bool first = true;
      for (const auto& [key, element] : *value.get<std::shared_ptr<const ValueMap>>()) {
        std::string name = json_text(key, type.child(0)), text = json_text(element, value_type_of(type));
        out += (first ? "" : ", ") + (keyed ? name + ": " + text : "[" + name + ", " + text + "]");
        first = false;
      }
      return out + (keyed ? "}" : "]}");
    }
    default:
      break;
  }
  if (type.is_numeric()) {
    std::string text = number_text(value, type);
    return text.find_first_of("Ny") == std::string::npos ? text : json_string(text);
  }
  if (type.is_interval()) return temporal_iso_text(value, type);
  if (type.is_temporal()) return json_string(temporal_iso_text(value, type));
  if (type.is_binary_string()) return "{\"bytes\": \"" + hex_of(value.get<std::string>()) + "\"}";
  return json_string(string_of(value, type));
}

Int128 unscaled_of(const Value& value) {
  if (auto* small = std::get_if<int64_t>(&value.data)) return *small;
  return value.get<Int128>();
}

Value decimal_value(Int128 unscaled, const Type& type) {
  if (type.physical() == Physical::Int64) return {static_cast<int64_t>(unscaled)};
  return {unscaled};
}

TimestampNs timestamp_of(const Value& value, const Type& type) {
  if (type.precision() > 6) return value.get<TimestampNs>();
  int64_t number = value.get<int64_t>();
  if (type.precision() <= 3) return {number, 0, 0};
  int64_t ms = floor_div(number, 1000);
  return {ms, static_cast<int32_t>(number - ms * 1000) * 1000, 0};
}

Value timestamp_value(TimestampNs timestamp, const Type& type) {
  static constexpr int64_t kUnits[] = {1000, 100, 10, 1};
  if (type.precision() <= 3) {
    int64_t unit = kUnits[type.precision()];
    return {floor_div(timestamp.milliseconds, unit) * unit};
  }
  int32_t unit = 1;
  for (int32_t digits = type.precision(); digits < 9; ++digits) unit *= 10;
  timestamp.nanoseconds = timestamp.nanoseconds / unit * unit;
  if (type.precision() > 6) return {timestamp};
  return {timestamp.milliseconds * 1000 + timestamp.nanoseconds / 1000};
}

namespace {

Failure malformed(std::string_view text, const Type& type) {
  return fail(ErrorCode::MalformedRecord, "`{}` is no {}", text, type.as_nullable().to_string());
}

Result<Value> parse_number(std::string_view text, const Type& type) {
  auto size = static_cast<uint32_t>(text.size());
  if (type.is(TypeRoot::Double)) {
    double number = 0;
    if (!read_double(text.data(), size, number)) return malformed(text, type);
    return Value{number};
  }
  if (type.is(TypeRoot::Float)) {
    float number = 0;
    if (!read_float(text.data(), size, number)) return malformed(text, type);
    return Value{number};
  }
  if (type.is(TypeRoot::Decimal)) {
    Int128 unscaled = 0;
    bool fits = true;
    if (!read_decimal(text.data(), size, type.precision(), type.scale(), unscaled, fits)) return malformed(text, type);
    return fits ? decimal_value(unscaled, type) : Value::null();
  }
  int bits = static_cast<int>(type.width()) * 8;
  int64_t greatest = bits == 64 ? INT64_MAX : (int64_t{1} << (bits - 1)) - 1;
  int64_t number = 0;
  if (!read_integer(text.data(), size, -greatest - 1, greatest, number)) return malformed(text, type);
  return Value{number};
}

Result<Value> parse_temporal(std::string_view text, const Type& type) {
  auto size = static_cast<uint32_t>(text.size());
  int32_t number = 0;
  TimestampNs timestamp;
  if (type.is(TypeRoot::Date)) {
    if (read_date(text.data(), size, number)) return Value{int64_t{number}};
    if (read_iso_timestamp(text.data(), size, timestamp)) return Value{floor_div(timestamp.milliseconds, kMsPerDay)};
    return malformed(text, type);
  }
  if (type.is(TypeRoot::Time)) {
    if (!read_time(text.data(), size, number)) return malformed(text, type);
    return Value{int64_t{number}};
  }
  if (!read_iso_timestamp(text.data(), size, timestamp)) return malformed(text, type);
  return timestamp_value(timestamp, type);
}

Result<Value> parse_bytes(std::string_view text, const Type& type) {
  std::string bytes;
  if (text.size() % 2 != 0) return malformed(text, type);
  for (size_t i = 0; i < text.size(); i += 2) {
    unsigned byte = 0;
    auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc{} || end != text.data() + i + 2) return malformed(text, type);
    bytes += static_cast<char>(byte);
  }
  return Value{std::move(bytes)};
}

}  // namespace

Result<Value> parse_scalar(std::string_view text, const Type& type) {
  if (type.is_numeric() || type.is_interval()) return parse_number(text, type);
  if (type.is_temporal()) return parse_temporal(text, type);
  if (type.is_binary_string()) return parse_bytes(text, type);
  if (type.is(TypeRoot::Boolean)) {
    bool flag = false;
    if (!read_boolean(text.data(), static_cast<uint32_t>(text.size()), flag)) return malformed(text, type);
    return Value{flag};
  }
  if (type.physical() == Physical::String) return Value{std::string(text)};
  return malformed(text, type);
}

}  // namespace sluice
