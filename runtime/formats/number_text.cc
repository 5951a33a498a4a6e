#include "runtime/formats/number_text.h"

#include <charconv>
#include <cstring>
#include <limits>

#include "catalog/types/text_form.h"
#include "runtime/abi/canonical_bytes.h"

namespace sluice::runtime {
namespace {

// Zeros of the decimal digits in the basic plane that two- and three-byte sequences hold.
constexpr uint32_t kZeros[] = {0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
                               0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090,
                               0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
                               0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};

// The code point at `at`, and how many bytes it has; of bytes that are no UTF-8 anything.
uint32_t code_point(std::string_view text, size_t at, size_t& size) {
  auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  uint32_t first = byte(0);
  if (first >= 0xC0 && first < 0xE0) return size = 2, (first & 0x1F) << 6 | (byte(1) & 0x3F);
  if (first >= 0xE0 && first < 0xF0) return size = 3, (first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  return size = 1, first;
}

}  // namespace

std::string_view trim_text(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

std::string_view ascii_digits(std::string_view text, std::string& kept) {
  bool is_ascii = true;
  for (char c : text) is_ascii &= static_cast<unsigned char>(c) < 0x80;
  if (is_ascii) return text;
  kept.clear();
  for (size_t at = 0, size = 1; at < text.size(); at += size) {
    uint32_t code = code_point(text, at, size);
    uint32_t digit = 10;
    for (uint32_t zero : kZeros) {
      if (code - zero < 10) digit = code - zero;
    }
    if (digit < 10) {
      kept += static_cast<char>('0' + digit);
    } else {
      kept += text.substr(at, size);
    }
  }
  return kept;
}

bool read_whole_number(std::string_view text, int64_t least, int64_t greatest, int64_t& out) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const char* end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc{} && read.ptr == end && out >= least && out <= greatest;
}

template <class T>
bool read_java_floating(std::string_view text, T& out) {
  text = trim_text(text);
  bool negative = text.starts_with('-');
  std::string_view magnitude = text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
  bool is_hexadecimal = magnitude.size() > 2 && magnitude[0] == '0' && (magnitude[1] | 0x20) == 'x';
  if (!is_hexadecimal) {
    auto size = static_cast<uint32_t>(text.size());
    if constexpr (std::is_same_v<T, float>) return read_float(text.data(), size, out);
    if constexpr (std::is_same_v<T, double>) return read_double(text.data(), size, out);
  }
  magnitude.remove_prefix(2);
  if (std::strchr("fFdD", magnitude.back()) != nullptr && magnitude.find_first_of("pP") != std::string_view::npos) {
    magnitude.remove_suffix(1);
  }
  if (magnitude.find_first_of("pP") == std::string_view::npos) return false;
  const char* end = magnitude.data() + magnitude.size();
  auto read = std::from_chars(magnitude.data(), end, out, std::chars_format::hex);
  if (read.ec != std::errc{} || read.ptr != end) return false;
  if (negative) out = -out;
  return true;
}
template bool read_java_floating<float>(std::string_view text, float& out);
template bool read_java_floating<double>(std::string_view text, double& out);

IntegerRange range_of(const Type& type) {
  switch (type.physical()) {
    case Physical::Int8:
      return {INT8_MIN, INT8_MAX};
    case Physical::Int16:
      return {INT16_MIN, INT16_MAX};
    case Physical::Int32:
      return {INT32_MIN, INT32_MAX};
    default:
      return {INT64_MIN, INT64_MAX};
  }
}

void store_integer(const Type& type, MutableColumn& column, uint32_t row, int64_t value) {
  mark_valid(column, row);
  switch (type.physical()) {
    case Physical::Int8:
      return store_value(column, row, static_cast<int8_t>(value));
    case Physical::Int16:
      return store_value(column, row, static_cast<int16_t>(value));
    case Physical::Int32:
      return store_value(column, row, static_cast<int32_t>(value));
    default:
      return store_value(column, row, value);
  }
}

DecimalRead store_decimal_text(std::string_view text, const Type& type, MutableColumn& column, uint32_t row) {
  if (text.empty() || trim_text(text).size() != text.size()) return DecimalRead::NoNumber;
  Int128 unscaled = 0;
  bool fits = true;
  auto size = static_cast<uint32_t>(text.size());
  if (!read_decimal(text.data(), size, type.precision(), type.scale(), unscaled, fits)) {
    return fits ? DecimalRead::NoNumber : DecimalRead::Overflow;
  }
  if (!fits) return DecimalRead::Overflow;
  mark_valid(column, row);
  if (type.physical() == Physical::Int128) {
    store_value(column, row, unscaled);
  } else {
    store_value(column, row, static_cast<int64_t>(unscaled));
  }
  return DecimalRead::Stored;
}

void store_text(std::string_view text, MutableColumn& column, uint32_t row, KernelContext& context) {
  mark_valid(column, row);
  const char* data = text.data();
  if (text.size() > StringView::kInlineMax) {
    char* copy = context.arena->allocate(text.size());
    std::memcpy(copy, data, text.size());
    data = copy;
  }
  store_value(column, row, StringView(data, static_cast<uint32_t>(text.size())));
}

bool store_null(const Type& type, MutableColumn& column, uint32_t row) {
  if (column.validity == nullptr) return false;
  write_null(type, column, row);
  return true;
}

}  // namespace sluice::runtime
