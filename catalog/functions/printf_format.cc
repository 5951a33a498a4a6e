#include "catalog/functions/printf_format.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "catalog/functions/letter_case.h"
#include "catalog/functions/utf16.h"
#include "catalog/types/value_text.h"

namespace sluice {
namespace {

constexpr int kWidthMax = 1 << 20;

// Java sees dates, times of day and intervals as the numbers that they are kept as.
bool stands_as_integer(const Type& type) {
  return type.is_integer() || type.is_interval() || type.is(TypeRoot::Date) || type.is(TypeRoot::Time);
}

struct Place {
  int index = 0;  // Of the argument, from 1; 0: the next one.
  bool left = false, plus = false, blank = false, zero = false, grouped = false, brackets = false, alternate = false;
  int width = -1, precision = -1;
  char conversion = 0;
};

class Formatter {
 public:
  Formatter(const std::string& format, std::span<const Value> values, std::span<const Type> types,
            KernelContext& context)
      : format_(format), values_(values), types_(types), context_(context) {}

  std::optional<std::string> run() {
    while (at_ < format_.size()) {
      char c = format_[at_++];
      if (c != '%') {
        out_ += c;
        continue;
      }
      Place place;
      if (!read(place) || !write(place)) return {};
    }
    return std::move(out_);
  }

 private:
  bool number(int& out);
  bool read(Place& place);
  bool write(const Place& place);
  bool integer(const Place& place, const Value& value, const Type& type, std::string& out);
  bool floating(const Place& place, const Value& value, const Type& type, std::string& out);
  bool character(const Value& value, const Type& type, std::string& out);
  std::string sign_and_group(const Place& place, bool negative, std::string digits);
  void pad(const Place& place, std::string text);
  std::string upper(const std::string& text) { return std::string(to_upper(context_, StringView(text)).view()); }

  const std::string& format_;
  std::span<const Value> values_;
  std::span<const Type> types_;
  KernelContext& context_;
  size_t at_ = 0;
  int next_ = 1;
  int last_ = 0;
  std::string out_;
};

bool Formatter::number(int& out) {
  size_t begin = at_;
  int64_t value = 0;
  while (at_ < format_.size() && format_[at_] >= '0' && format_[at_] <= '9') {
    value = std::min<int64_t>(value * 10 + (format_[at_++] - '0'), kWidthMax);
  }
  out = static_cast<int>(value);
  return at_ > begin;
}

bool Formatter::read(Place& place) {
  size_t begin = at_;
  int value = 0;
  if (at_ < format_.size() && format_[at_] != '0' && number(value) && at_ < format_.size() && format_[at_] == '$') {
    place.index = value;
    ++at_;
  } else {
    at_ = begin;
  }
  constexpr std::string_view kFlags = "-+ 0,(#<";
  for (; at_ < format_.size() && kFlags.find(format_[at_]) != std::string_view::npos; ++at_) {
    char c = format_[at_];
    place.left |= c == '-';
    place.plus |= c == '+';
    place.blank |= c == ' ';
    place.zero |= c == '0';
    place.grouped |= c == ',';
    place.brackets |= c == '(';
    place.alternate |= c == '#';
    if (c == '<') place.index = last_;
  }
  if (number(value)) place.width = value;
  if (at_ < format_.size() && format_[at_] == '.') {
    ++at_;
    if (!number(place.precision)) return false;
  }
  if (at_ >= format_.size()) return false;
  place.conversion = format_[at_++];
  bool needs_width = place.left || place.zero;
  return !(needs_width && place.width < 0) && !(place.left && place.zero) && !(place.plus && place.blank);
}

void Formatter::pad(const Place& place, std::string text) {
  auto size = static_cast<int>(to_utf16(text).size());
  std::string blanks(static_cast<size_t>(std::max(0, place.width - size)), ' ');
  out_ += place.left ? text + blanks : blanks + text;
}

std::string Formatter::sign_and_group(const Place& place, bool negative, std::string digits) {
  if (place.grouped) {
    auto end = static_cast<int64_t>(std::min(digits.find('.'), digits.size()));
    for (int64_t at = end - 3; at > 0; at -= 3) digits.insert(static_cast<size_t>(at), ",");
  }
  std::string sign = negative ? (place.brackets ? "(" : "-") : place.plus ? "+" : place.blank ? " " : "";
  std::string tail = negative && place.brackets ? ")" : "";
  auto size = static_cast<int>(sign.size() + digits.size() + tail.size());
  if (place.zero && size < place.width) digits.insert(0, static_cast<size_t>(place.width - size), '0');
  return sign + digits + tail;
}

bool Formatter::integer(const Place& place, const Value& value, const Type& type, std::string& out) {
  if (!stands_as_integer(type) || place.precision >= 0) return false;
  int64_t number = value.get<int64_t>();
  if (place.conversion == 'd') {
    std::string digits = fmt::format("{}", number);
    bool negative = number < 0;
    out = sign_and_group(place, negative, negative ? digits.substr(1) : digits);
    return true;
  }
  if (place.grouped || place.plus || place.blank || place.brackets) return false;
  uint64_t bits = static_cast<uint64_t>(number);
  if (type.width() < 8) bits &= (uint64_t{1} << (type.width() * 8)) - 1;
  bool is_octal = place.conversion == 'o';
  out = is_octal ? fmt::format("{:o}", bits) : fmt::format("{:x}", bits);
  if (place.alternate) out.insert(0, is_octal ? "0" : "0x");
  auto size = static_cast<int>(out.size());
  if (place.zero && size < place.width) out.insert(0, static_cast<size_t>(place.width - size), '0');
  return true;
}

bool Formatter::floating(const Place& place, const Value& value, const Type& type, std::string& out) {
  if (!type.is_approximate()) return false;  // A DECIMAL is no number of Java's there.
  int digits = place.precision < 0 ? 6 : std::min(place.precision, 1000);
  double number = type.is(TypeRoot::Float) ? static_cast<double>(value.get<float>()) : value.get<double>();
  if (!std::isfinite(number)) {
    out = std::isnan(number) ? "NaN" : number < 0 ? "-Infinity" : place.plus ? "+Infinity" : "Infinity";
    return true;
  }
  bool negative = std::signbit(number);
  std::string text = place.conversion == 'e' ? fmt::format("{:.{}e}", std::fabs(number), digits)
                                             : fmt::format("{:.{}f}", std::fabs(number), digits);
  out = sign_and_group(place, negative, text);
  return true;
}

bool Formatter::character(const Value& value, const Type& type, std::string& out) {
  if (!type.is_integer() || type.is(TypeRoot::BigInt)) return false;
  int64_t c = value.get<int64_t>();
  if (c < 0 || c > 0x10FFFF) return false;
  std::u16string units;
  if (c >= 0x10000) {
    units = {static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)),
             static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF))};
  } else {
    units = {static_cast<char16_t>(c)};
  }
  out = from_utf16(units);
  return true;
}

// Java shows values of these types in its own way.
std::string shown(const Value& value, const Type& type) {
  if (type.is(TypeRoot::Boolean)) return value.get<bool>() ? "true" : "false";
  if (stands_as_integer(type)) return std::to_string(value.get<int64_t>());
  if (!type.is_timestamp()) return cast_text(value, type);
  std::string text = changelog_text(value, type);
  if (text.ends_with('Z')) text.pop_back();
  return text;
}

bool Formatter::write(const Place& place) {
  if (place.conversion == '%') return pad(place, "%"), true;
  if (place.conversion == 'n') return out_ += '\n', true;
  int index = place.index > 0 ? place.index : next_++;
  last_ = index;
  if (index > static_cast<int>(values_.size())) return false;
  const Value& value = values_[static_cast<size_t>(index - 1)];
  const Type& type = types_[static_cast<size_t>(index - 1)];
  char lower = static_cast<char>(place.conversion >= 'A' && place.conversion <= 'Z' ? place.conversion - 'A' + 'a'
                                                                                    : place.conversion);
  bool is_upper = lower != place.conversion;
  if (std::string_view("sbhcdoxefg").find(lower) == std::string_view::npos || lower == 'h' || lower == 'g')
    return false;
  if (is_upper && std::string_view("SBCXE").find(place.conversion) == std::string_view::npos) return false;
  Place lowered = place;
  lowered.conversion = lower;
  std::string text;
  bool cuts = lower == 's' || lower == 'b';
  if (lower == 'b') {
    text = value.is_null() ? "false" : type.is(TypeRoot::Boolean) ? shown(value, type) : "true";
  } else if (value.is_null()) {
    text = "null";
    cuts = lower != 'd' && lower != 'x' && lower != 'o';
  } else if (lower == 's') {
    if (place.alternate) return false;
    text = shown(value, type);
  } else if (lower == 'c') {
    if (!character(value, type, text)) return false;
  } else if (lower == 'e' || lower == 'f') {
    if (!floating(lowered, value, type, text)) return false;
  } else if (!integer(lowered, value, type, text)) {
    return false;
  }
  if (cuts && place.precision >= 0) {
    text = from_utf16(std::u16string_view(to_utf16(text)).substr(0, static_cast<size_t>(place.precision)));
  }
  pad(place, is_upper ? upper(text) : text);
  return true;
}

}  // namespace

std::optional<std::string> format_as_java(const std::string& format, std::span<const Value> values,
                                          std::span<const Type> types, KernelContext& context) {
  return Formatter(format, values, types, context).run();
}

}  // namespace sluice
