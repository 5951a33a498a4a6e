#include "runtime/formats/json/scalar.h"

#include <strings.h>

#include <cmath>

#include "base/base64.h"
#include "catalog/types/text_form.h"

namespace sluice::runtime::json {
namespace {

using Kind = Token::Kind;

Stored stored_if(bool good) { return good ? Stored::Value : Stored::Wrong; }

// INT and BIGINT cut the fraction of a number (not of a string); the smaller types take whole numbers only.
Stored store_whole(const Token& token, const Type& type, MutableColumn& column, uint32_t row) {
  IntegerRange range = range_of(type);
  std::string kept;
  std::string_view text = ascii_digits(trim_text(token.text), kept);
  int64_t value = 0;
  bool is_wide = type.is(TypeRoot::Int) || type.is(TypeRoot::BigInt);
  if (is_wide && token.kind == Kind::Number && text.find_first_of(".eE") != std::string_view::npos) {
    double real = 0;
    if (!read_double(text.data(), static_cast<uint32_t>(text.size()), real)) return Stored::Wrong;
    double limit = type.is(TypeRoot::Int) ? 0x1p31 : 0x1p63;
    if (!(real > -limit - 1 && real < limit)) return Stored::Wrong;
    value = static_cast<int64_t>(real);
  } else if (text.empty() || !read_whole_number(text, range.least, range.greatest, value)) {
    return Stored::Wrong;
  }
  store_integer(type, column, row, value);
  return Stored::Value;
}

template <class T>
Stored store_floating(const Token& token, MutableColumn& column, uint32_t row) {
  T value = 0;
  if (!read_java_floating(token.text, value)) return Stored::Wrong;
  mark_valid(column, row);
  store_value(column, row, value);
  return Stored::Value;
}

// Groups of four characters; a padded one may be followed by others.
bool decode_base64(std::string_view text, std::string& out) {
  if (text.size() % 4 != 0) return false;
  for (size_t at = 0; at < text.size(); at += 4) {
    std::string_view group = text.substr(at, 4);
    for (char c : group) {
      if (static_cast<unsigned char>(c) <= ' ') return false;
    }
    auto bytes = from_base64(group);
    if (!bytes || bytes->empty()) return false;
    out += *bytes;
  }
  return true;
}

Stored store_bytes(const Token& token, const ScalarRules& rules, MutableColumn& column, uint32_t row,
                   KernelContext& context) {
  if (token.kind != Kind::String) return rules.is_tree ? Stored::Null : Stored::Wrong;
  std::string bytes;
  if (!decode_base64(token.text, bytes)) return Stored::Wrong;
  store_text(bytes, column, row, context);
  return Stored::Value;
}

// The tree decoder's texts of numbers are those of the numbers, not those of the message.
Stored store_character(const Token& token, const ScalarRules& rules, MutableColumn& column, uint32_t row,
                       KernelContext& context) {
  std::string_view text = token.text;
  char buffer[kTextMax];
  if (rules.is_tree && token.kind == Kind::Number) {
    double real = 0;
    bool is_real = text.find_first_of(".eE") != std::string_view::npos;
    if (is_real && read_double(text.data(), static_cast<uint32_t>(text.size()), real)) {
      text = {buffer, write_double(buffer, real)};
    } else if (text == "-0") {
      text = "0";
    }
  }
  store_text(text, column, row, context);
  return Stored::Value;
}

Stored store_decimal(const Token& token, const Type& type, MutableColumn& column, uint32_t row) {
  switch (store_decimal_text(token.text, type, column, row)) {
    case DecimalRead::Stored:
      return Stored::Value;
    case DecimalRead::Overflow:
      return Stored::Null;
    case DecimalRead::NoNumber:
      return Stored::Wrong;
  }
  return Stored::Wrong;
}

Stored store_date(std::string_view text, MutableColumn& column, uint32_t row) {
  int32_t days = 0;
  if (!read_format_date(text, days)) return Stored::Wrong;
  mark_valid(column, row);
  store_value(column, row, days);
  return Stored::Value;
}

// Fractions of a second are lost, as in Flink.
Stored store_time(std::string_view text, MutableColumn& column, uint32_t row) {
  int32_t ms = 0;
  if (!read_format_time(text, ms)) return Stored::Wrong;
  mark_valid(column, row);
  store_value(column, row, ms / 1000 * 1000);
  return Stored::Value;
}

}  // namespace

bool store_timestamp_text(std::string_view text, const Type& type, TimestampText form, MutableColumn& column,
                          uint32_t row) {
  if (type.is(TypeRoot::TimestampLtz)) {
    if (!text.ends_with('Z')) return false;
    text.remove_suffix(1);
  }
  TimestampNs value;
  if (!read_format_timestamp(text, form, value)) return false;
  mark_valid(column, row);
  return store_timestamp(value, type, static_cast<char*>(column.values) + row * type.width());
}

Stored store_token(const Token& token, const Type& type, const ScalarRules& rules, MutableColumn& column, uint32_t row,
                   KernelContext& context) {
  if (type.is_character()) return store_character(token, rules, column, row, context);
  if (type.is(TypeRoot::Boolean)) {
    std::string_view text = trim_text(token.text);
    mark_valid(column, row);
    store_value(column, row, static_cast<uint8_t>(text.size() == 4 && strncasecmp(text.data(), "true", 4) == 0));
    return Stored::Value;
  }
  if (type.is_binary_string()) return store_bytes(token, rules, column, row, context);
  if (token.kind == Kind::Container || token.kind == Kind::True || token.kind == Kind::False) return Stored::Wrong;
  switch (type.root()) {
    case TypeRoot::TinyInt:
    case TypeRoot::SmallInt:
    case TypeRoot::Int:
    case TypeRoot::BigInt:
    case TypeRoot::IntervalYearMonth:
    case TypeRoot::IntervalDayTime:
      return store_whole(token, type, column, row);
    case TypeRoot::Float:
      return store_floating<float>(token, column, row);
    case TypeRoot::Double:
      return store_floating<double>(token, column, row);
    case TypeRoot::Decimal:
      return store_decimal(token, type, column, row);
    case TypeRoot::Date:
      return store_date(token.text, column, row);
    case TypeRoot::Time:
      return store_time(token.text, column, row);
    case TypeRoot::Timestamp:
    case TypeRoot::TimestampLtz:
      return stored_if(store_timestamp_text(token.text, type, rules.timestamps, column, row));
    default:
      return Stored::Wrong;
  }
}

}  // namespace sluice::runtime::json
