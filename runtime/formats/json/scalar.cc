#include "runtime/formats/json/scalar.h"

#include <cmath>
#include <cstring>

#include "base/base64.h"
#include "catalog/types/text_form.h"
#include "catalog/types/value_text.h"

namespace sluice::runtime::json {
namespace {

Failure bad(const Token& token, const Type& type) {
  return fail(ErrorCode::MalformedRecord, "`{}` is no {}", token.text, type.as_nullable().to_string());
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// INT and BIGINT cut the fraction of a number (not of a string); the smaller types take whole numbers only.
Result<Value> parse_integer(const Token& token, const Type& type) {
  std::string_view text = trimmed(token.text);
  bool wide = type.is(TypeRoot::Int) || type.is(TypeRoot::BigInt);
  bool has_fraction = text.find_first_of(".eE") != std::string_view::npos;
  if (has_fraction) {
    double value = 0;
    if (!wide || token.kind != Token::Kind::Number ||
        !read_double(text.data(), static_cast<uint32_t>(text.size()), value)) {
      return bad(token, type);
    }
    double limit = type.is(TypeRoot::Int) ? 0x1p31 : 0x1p63;
    if (!(value > -limit - 1 && value < limit)) return bad(token, type);
    return Value{static_cast<int64_t>(value)};
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  auto parsed = text.empty() ? Result<Value>(bad(token, type)) : parse_scalar(text, type);
  if (!parsed) return bad(token, type);
  return parsed;
}

Result<Value> parse_time(const Token& token, const Type& type) {
  int32_t ms = 0;
  std::string_view text = token.text;
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (!read_time(text.data(), static_cast<uint32_t>(text.size()), ms)) return bad(token, type);
  return Value{int64_t{ms / 1000 * 1000}};  // Fractions of a second are lost, as in Flink.
}

Result<Value> parse_timestamp(const Token& token, const Type& type, JsonTimestamps timestamps) {
  std::string_view text = token.text;
  if (type.is(TypeRoot::TimestampLtz)) {
    if (!text.ends_with('Z')) return bad(token, type);
    text.remove_suffix(1);
  }
  char separator = timestamps == JsonTimestamps::Iso8601 ? 'T' : ' ';
  TimestampNs value;
  if (text.size() < 16 || text[10] != separator) return bad(token, type);
  std::string sql(text);
  sql[10] = ' ';
  if (!read_timestamp(sql.data(), static_cast<uint32_t>(sql.size()), value)) return bad(token, type);
  return timestamp_value(value, type);
}

Result<Value> parse_number(const Token& token, const Type& type) {
  std::string_view text = trimmed(token.text);
  if (type.is(TypeRoot::Decimal)) {
    Int128 unscaled = 0;
    bool fits = true;
    if (!read_decimal(text.data(), static_cast<uint32_t>(text.size()), type.precision(), type.scale(), unscaled,
                      fits)) {
      return fits ? Result<Value>(bad(token, type)) : Result<Value>(Value::null());
    }
    if (!fits) return Value::null();
    return decimal_value(unscaled, type);
  }
  if (type.is(TypeRoot::Float)) {
    float value = 0;
    if (!read_float(text.data(), static_cast<uint32_t>(text.size()), value)) return bad(token, type);
    return Value{value};
  }
  double value = 0;
  if (!read_double(text.data(), static_cast<uint32_t>(text.size()), value)) return bad(token, type);
  return Value{value};
}

}  // namespace

Result<Value> parse_token(const Token& token, const Type& type, JsonTimestamps timestamps) {
  using Kind = Token::Kind;
  if (type.is_character()) return Value{std::string(token.text)};
  if (token.kind == Kind::Container) return bad(token, type);
  switch (type.root()) {
    case TypeRoot::Boolean: {
      std::string_view text = trimmed(token.text);
      return Value{text.size() == 4 && strncasecmp(text.data(), "true", 4) == 0};
    }
    case TypeRoot::TinyInt:
    case TypeRoot::SmallInt:
    case TypeRoot::Int:
    case TypeRoot::BigInt:
      return parse_integer(token, type);
    case TypeRoot::Float:
    case TypeRoot::Double:
    case TypeRoot::Decimal:
      return parse_number(token, type);
    case TypeRoot::Date: {
      int32_t days = 0;
      if (token.text.size() != 10 || !read_date(token.text.data(), 10, days)) return bad(token, type);
      return Value{int64_t{days}};
    }
    case TypeRoot::Time:
      return parse_time(token, type);
    case TypeRoot::Timestamp:
    case TypeRoot::TimestampLtz:
      return parse_timestamp(token, type, timestamps);
    case TypeRoot::Binary:
    case TypeRoot::VarBinary: {
      auto bytes = from_base64(token.text);
      if (!bytes) return bad(token, type);
      return Value{*std::move(bytes)};
    }
    default:
      return bad(token, type);
  }
}

}  // namespace sluice::runtime::json
