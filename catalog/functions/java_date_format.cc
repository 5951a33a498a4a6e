#include "catalog/functions/java_date_format.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "catalog/functions/date_names.h"
#include "catalog/types/julian_calendar.h"
#include "catalog/types/time_math.h"

namespace sluice {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(char letter, int32_t count) {
  if (letter == 'M' || letter == 'L') return count < 3;
  return std::string_view("yYdDFuHkhKmsSwW").find(letter) != std::string_view::npos;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view word) {
  auto lower = [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); };
  return text.size() >= word.size() && std::ranges::equal(text.substr(0, word.size()), word, {}, lower, lower);
}

// The position of the longest name that the text begins with, or nothing; also of their first three letters.
std::optional<int64_t> take_name(std::string_view text, size_t& at, std::span<const std::string_view> names) {
  std::optional<int64_t> best;
  size_t size = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    for (std::string_view name : {names[i], names[i].substr(0, 3)}) {
      if (name.size() <= size || !starts_with_ignoring_case(text.substr(at), name)) continue;
      best = static_cast<int64_t>(i);
      size = name.size();
    }
  }
  at += size;
  return best;
}

// `+02`, `+0200`, `+02:00` as far as the pattern asks for it, `Z`, `GMT`, `GMT+2:00`.
std::optional<int64_t> take_zone(std::string_view text, size_t& at, char letter, int32_t count) {
  if (letter == 'X' && at < text.size() && text[at] == 'Z') return ++at, 0;
  bool is_general = letter != 'X';
  if (is_general && (text.substr(at).starts_with("GMT") || text.substr(at).starts_with("UTC"))) {
    at += 3;
    if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return 0;
  }
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return {};
  int64_t sign = text[at++] == '-' ? -1 : 1;
  auto pair = [&]() -> std::optional<int64_t> {
    if (at + 1 >= text.size() || !is_digit(text[at]) || !is_digit(text[at + 1])) return {};
    int64_t value = (text[at] - '0') * 10 + text[at + 1] - '0';
    at += 2;
    return value;
  };
  auto hours = pair();
  if (!hours) return {};
  int64_t offset = *hours * kMsPerHour;
  if (letter == 'X' && count == 1) return sign * offset;
  if (at < text.size() && text[at] == ':') ++at;
  auto minutes = pair();
  if (!minutes) return {};
  return sign * (offset + *minutes * kMsPerMinute);
}

}  // namespace

struct JavaDateFormat::Fields {
  int64_t year = 1970, month = 0, day = 1, day_of_year = 0;
  int64_t hour = 0, minute = 0, second = 0, millisecond = 0;
  int64_t half_hour = -1;  // Of h and K.
  bool afternoon = false, is_before_christ = false;
  bool counts_in_year = false;  // D came behind M and d.
  std::optional<int64_t> offset_ms;
};

std::shared_ptr<const JavaDateFormat> JavaDateFormat::compile(std::string_view pattern) {
  auto format = std::make_shared<JavaDateFormat>();
  auto text = [&](std::string_view part) {
    if (format->parts_.empty() || format->parts_.back().letter != 0) format->parts_.emplace_back();
    format->parts_.back().text += part;
  };
  for (size_t at = 0; at < pattern.size();) {
    char c = pattern[at];
    if (c == '\'') {
      size_t end = pattern.find('\'', at + 1);
      if (end == std::string_view::npos) {
        format->error_ = "the date pattern ends in an open quote";
        break;
      }
      text(end == at + 1 ? "'" : pattern.substr(at + 1, end - at - 1));
      at = end + 1;
    } else if (is_letter(c)) {
      size_t end = std::min(pattern.find_first_not_of(c, at), pattern.size());
      auto count = static_cast<int32_t>(end - at);
      bool known = std::string_view("GyYMLdDFEuaHkKhmsSwWzZX").find(c) != std::string_view::npos;
      if (!known || (c == 'X' && count > 3)) format->error_ = "a letter of the date pattern is not known";
      bool abuts = !format->parts_.empty() && format->parts_.back().letter != 0 && is_number(c, count) &&
                   is_number(format->parts_.back().letter, format->parts_.back().count);
      if (abuts) format->parts_.back().abuts = true;
      format->parts_.push_back({c, count, false, {}});
      at = end;
    } else {
      text(pattern.substr(at, 1));
      ++at;
    }
  }
  return format;
}

std::shared_ptr<const JavaDateFormat> JavaDateFormat::compile_cached(std::string_view pattern) {
  struct Last {
    std::string pattern;
    std::shared_ptr<const JavaDateFormat> format;
  };
  thread_local Last last;
  if (!last.format || last.pattern != pattern) last = {std::string(pattern), compile(pattern)};
  return last.format;
}

const JavaDateFormat& JavaDateFormat::plain() {
  static const std::shared_ptr<const JavaDateFormat> kPlain = compile("yyyy-MM-dd HH:mm:ss");
  return *kPlain;
}

bool JavaDateFormat::read_part(const Part& part, std::string_view text, size_t& at, Fields& fields) const {
  if (part.letter == 0) {
    if (!text.substr(at).starts_with(part.text)) return false;
    at += part.text.size();
    return true;
  }
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  if (at >= text.size()) return false;
  if (part.letter == 'z' || part.letter == 'Z' || part.letter == 'X') {
    fields.offset_ms = take_zone(text, at, part.letter, part.count);
    return fields.offset_ms.has_value();
  }
  if (!is_number(part.letter, part.count)) {
    constexpr std::string_view kHalves[] = {"AM", "PM"}, kEras[] = {"BC", "AD"};
    auto name = part.letter == 'a'   ? take_name(text, at, kHalves)
                : part.letter == 'G' ? take_name(text, at, kEras)
                : part.letter == 'E' ? take_name(text, at, kWeekdayNames)
                                     : take_name(text, at, kMonthNames);
    if (!name) return false;
    if (part.letter == 'a') fields.afternoon = *name == 1;
    if (part.letter == 'G') fields.is_before_christ = *name == 0;
    if (part.letter == 'M' || part.letter == 'L') fields.month = *name;
    return true;
  }
  size_t end = part.abuts ? at + static_cast<size_t>(part.count) : text.size();
  if (end > text.size()) return false;
  size_t begin = at;
  bool negative = text[at] == '-';
  if (negative) ++at;
  int64_t value = 0;
  size_t digits = at;
  while (at < end && is_digit(text[at]) && at - digits < 18) value = value * 10 + (text[at++] - '0');
  if (at == digits) return at = begin, false;
  if (negative) value = -value;
  switch (part.letter) {
    case 'y':
    case 'Y':
      fields.year = part.count <= 2 && at - begin == 2 && !negative ? value + 2000 : value;
      break;
    case 'M':
    case 'L':
      fields.month = value - 1;
      fields.counts_in_year = false;
      break;
    case 'd':
      fields.day = value;
      fields.counts_in_year = false;
      break;
    case 'D':
      fields.day_of_year = value;
      fields.counts_in_year = true;
      break;
    case 'H':
      fields.hour = value;
      break;
    case 'k':
      fields.hour = value == 24 ? 0 : value;
      break;
    case 'h':
      fields.half_hour = value == 12 ? 0 : value;
      break;
    case 'K':
      fields.half_hour = value;
      break;
    case 'm':
      fields.minute = value;
      break;
    case 's':
      fields.second = value;
      break;
    case 'S':
      fields.millisecond = value;
      break;
    default:
      break;
  }
  return true;
}

std::optional<JavaDateFormat::Read> JavaDateFormat::read(std::string_view text) const {
  Fields fields;
  size_t at = 0;
  for (const Part& part : parts_) {
    if (!read_part(part, text, at, fields)) return {};
  }
  if (fields.half_hour >= 0) fields.hour = fields.half_hour + (fields.afternoon ? 12 : 0);
  int64_t year = fields.is_before_christ ? 1 - fields.year : fields.year;
  int64_t months = fields.counts_in_year ? 0 : fields.month;
  int64_t day = fields.counts_in_year ? fields.day_of_year : fields.day;
  year += floor_div(months, 12);
  auto month = static_cast<int32_t>(floor_mod(months, 12)) + 1;
  // Beyond what a timestamp holds either way.
  year = std::clamp<int64_t>(year, -290'000'000, 290'000'000);
  int64_t days = hybrid_days_of({year, month, 1}) + day - 1;
  int64_t of_day = fields.hour * kMsPerHour + fields.minute * kMsPerMinute + fields.second * kMsPerSecond;
  if (year == 1582 && month == 10 && day > 4)
    days = hybrid_days_of({1582, 10, static_cast<int32_t>(std::min<int64_t>(day, 31))});
  return Read{days * kMsPerDay + of_day + fields.millisecond, fields.offset_ms};
}

std::string JavaDateFormat::write(int64_t local_ms, int64_t offset_ms) const {
  int64_t days = floor_div(local_ms, kMsPerDay), ms = local_ms - days * kMsPerDay;
  CivilDate date = hybrid_civil_of(days);
  int64_t year_of_era = date.year > 0 ? date.year : 1 - date.year;
  int64_t weekday = floor_mod(days + 4, 7);  // 0 is Sunday.
  std::string out;
  for (const Part& part : parts_) {
    int32_t width = part.count;
    auto number = [&](int64_t value) { out += fmt::format("{:0{}d}", value, width); };
    auto name = [&](std::string_view whole) { out += width >= 4 ? whole : whole.substr(0, 3); };
    switch (part.letter) {
      case 0:
        out += part.text;
        break;
      case 'G':
        out += date.year > 0 ? "AD" : "BC";
        break;
      case 'y':
      case 'Y':
        number(width == 2 ? year_of_era % 100 : year_of_era);
        break;
      case 'M':
      case 'L':
        if (width >= 3) {
          name(kMonthNames[date.month - 1]);
        } else {
          number(date.month);
        }
        break;
      case 'd':
        number(date.day);
        break;
      case 'D':
        number(days - hybrid_days_of({date.year, 1, 1}) + 1);
        break;
      case 'F':
        number((date.day - 1) / 7 + 1);
        break;
      case 'E':
        name(kWeekdayNames[(weekday + 6) % 7]);
        break;
      case 'u':
        number(weekday == 0 ? 7 : weekday);
        break;
      case 'a':
        out += ms < kMsPerDay / 2 ? "AM" : "PM";
        break;
      case 'H':
        number(ms / kMsPerHour);
        break;
      case 'k':
        number(ms < kMsPerHour ? 24 : ms / kMsPerHour);
        break;
      case 'K':
        number(ms / kMsPerHour % 12);
        break;
      case 'h':
        number(ms / kMsPerHour % 12 == 0 ? 12 : ms / kMsPerHour % 12);
        break;
      case 'm':
        number(ms / kMsPerMinute % 60);
        break;
      case 's':
        number(ms / kMsPerSecond % 60);
        break;
      case 'S':
        number(ms % kMsPerSecond);
        break;
      case 'w': {
        int64_t first = hybrid_days_of({date.year, 1, 1});
        number((days - (first - floor_mod(first + 4, 7))) / 7 + 1);
        break;
      }
      case 'W': {
        int64_t first = days - date.day + 1;
        number((days - (first - floor_mod(first + 4, 7))) / 7 + 1);
        break;
      }
      default: {
        int64_t minutes = (offset_ms < 0 ? -offset_ms : offset_ms) / kMsPerMinute;
        if (part.letter == 'X' && offset_ms == 0) {
          out += 'Z';
        } else {
          std::string_view form = part.letter == 'X' && width == 3 ? "{}{:02d}:{:02d}" : "{}{:02d}{:02d}";
          if (part.letter == 'X' && width == 1) form = "{}{:02d}";
          out += fmt::format(fmt::runtime(form), offset_ms < 0 ? '-' : '+', minutes / 60, minutes % 60);
        }
      }
    }
  }
  return out;
}

}  // namespace sluice
