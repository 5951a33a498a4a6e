#include "runtime/formats/temporal_text.h"

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "catalog/types/text_form.h"
#include "catalog/types/time_math.h"

namespace sluice::runtime {
namespace {

// Reads digits from the front of a text.
class Digits {
 public:
  explicit Digits(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool fixed(int count, int32_t& out) {
    if (end_ - at_ < count) return false;
    out = 0;
    for (int i = 0; i < count; ++i) {
      int digit = at_[i] - '0';
      if (digit < 0 || digit > 9) return false;
      out = out * 10 + digit;
    }
    at_ += count;
    return true;
  }
  bool take(char wanted) {
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }
  bool is_done() const { return at_ == end_; }
  std::string_view rest() const { return {at_, static_cast<size_t>(end_ - at_)}; }

  // Four digits, or a sign and four to ten.
  bool year(int64_t& out) {
    bool is_signed = at_ != end_ && (*at_ == '-' || *at_ == '+');
    bool is_negative = is_signed && *at_ == '-';
    if (is_signed) ++at_;
    int count = 0;
    out = 0;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9' && count < (is_signed ? 10 : 4)) {
      out = out * 10 + (*at_++ - '0');
      ++count;
    }
    if (count < 4 || (is_signed && !is_negative && count == 4)) return false;
    if (is_negative) out = -out;
    return true;
  }

  // `.` and up to nine digits, or nothing.
  bool fraction(int32_t& nanoseconds) {
    nanoseconds = 0;
    if (!take('.')) return true;
    int32_t unit = 100'000'000;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9' && unit > 0; unit /= 10) nanoseconds += (*at_++ - '0') * unit;
    return true;
  }

 private:
  const char* at_;
  const char* end_;
};

bool read_date(Digits& digits, CivilDate& date) {
  return digits.year(date.year) && digits.take('-') && digits.fixed(2, date.month) && digits.take('-') &&
         digits.fixed(2, date.day) && date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31;
}

// Up to 24:00:00, which is 86,400,000.
bool read_time(Digits& digits, bool needs_seconds, int32_t& ms, int32_t& nanoseconds_of_ms) {
  int32_t hour = 0, minute = 0, second = 0, nanoseconds = 0;
  if (!digits.fixed(2, hour) || !digits.take(':') || !digits.fixed(2, minute)) return false;
  if (digits.take(':')) {
    if (!digits.fixed(2, second) || !digits.fraction(nanoseconds)) return false;
  } else if (needs_seconds) {
    return false;
  }
  bool is_midnight = hour == 24 && minute == 0 && second == 0 && nanoseconds == 0;
  if ((hour > 23 && !is_midnight) || minute > 59 || second > 59) return false;
  ms = ((hour * 60 + minute) * 60 + second) * 1000 + nanoseconds / 1'000'000;
  nanoseconds_of_ms = nanoseconds % 1'000'000;
  return true;
}

constexpr size_t kPlainSize = 19;

// `YYYY-MM-DD hh:mm:ss` with that separator in its middle, where everything is in range but the day in its month.
// False: anything else. Reads the first 19 bytes.
bool read_plain_timestamp(const char* text, char separator, CivilDate& date, int32_t& second_of_day) {
  const __m128i form =
      _mm_setr_epi8('0', '0', '0', '0', '-', '0', '0', '-', '0', '0', separator, '0', '0', ':', '0', '0');
  const __m128i greatest = _mm_setr_epi8(9, 9, 9, 9, 0, 1, 9, 0, 3, 9, 0, 2, 9, 0, 5, 9);
  // Every second character counts ten times; separators are zero and count nothing.
  const __m128i weights = _mm_setr_epi8(10, 1, 10, 1, 0, 10, 1, 0, 10, 1, 0, 10, 1, 0, 10, 1);
  __m128i digits = _mm_sub_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text)), form);
  __m128i in_range = _mm_cmpeq_epi8(_mm_max_epu8(digits, greatest), greatest);
  int second_tens = text[17] - '0', second_ones = text[18] - '0';
  if (_mm_movemask_epi8(in_range) != 0xFFFF || text[16] != ':') return false;
  if (second_tens < 0 || second_tens > 5 || second_ones < 0 || second_ones > 9) return false;
  __m128i pairs = _mm_maddubs_epi16(digits, weights);
  date.year = _mm_extract_epi16(pairs, 0) * 100 + _mm_extract_epi16(pairs, 1);
  date.month = _mm_extract_epi16(pairs, 2) + _mm_extract_epi16(pairs, 3);
  date.day = _mm_extract_epi16(pairs, 4);
  int32_t hour = _mm_extract_epi16(pairs, 5) + _mm_extract_epi16(pairs, 6);
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31 || hour > 23) return false;
  second_of_day = (hour * 60 + _mm_extract_epi16(pairs, 7)) * 60 + second_tens * 10 + second_ones;
  return true;
}

void put_timestamp(CivilDate date, int32_t ms_of_day, TimestampNs& out) {
  date.day = std::min(date.day, days_in_month(date.year, date.month));
  out.milliseconds = days_of(date) * kMsPerDay + ms_of_day;
  out.zero = 0;
}

// The form that nearly all have. False: look closer.
bool read_usual_timestamp(std::string_view text, TimestampText form, TimestampNs& out) {
  CivilDate date;
  int32_t second = 0, nanoseconds = 0;
  if (text.size() < kPlainSize) return false;
  if (!read_plain_timestamp(text.data(), form == TimestampText::Sql ? ' ' : 'T', date, second)) return false;
  Digits rest(text.substr(kPlainSize));
  if (!rest.fraction(nanoseconds) || !rest.is_done()) return false;
  put_timestamp(date, second * 1000 + nanoseconds / 1'000'000, out);
  out.nanoseconds = nanoseconds % 1'000'000;
  return true;
}

}  // namespace

bool read_format_date(std::string_view text, int32_t& days) {
  Digits digits(text);
  CivilDate date;
  if (!read_date(digits, date) || !digits.is_done()) return false;
  if (date.day > days_in_month(date.year, date.month)) return false;
  int64_t value = days_of(date);
  days = static_cast<int32_t>(value);
  return value == days;
}

bool read_format_time(std::string_view text, int32_t& ms_of_day) {
  Digits digits(text);
  int32_t nanoseconds = 0;
  if (!read_time(digits, true, ms_of_day, nanoseconds) || !digits.is_done()) return false;
  ms_of_day %= static_cast<int32_t>(kMsPerDay);
  return true;
}

bool read_format_timestamp(std::string_view text, TimestampText form, TimestampNs& out) {
  if (read_usual_timestamp(text, form, out)) return true;
  Digits digits(text);
  CivilDate date;
  if (!read_date(digits, date)) return false;
  if (form == TimestampText::Sql ? !digits.take(' ') : !digits.take('T') && !digits.take('t')) return false;
  int32_t ms = 0;
  if (!read_time(digits, form == TimestampText::Sql, ms, out.nanoseconds) || !digits.is_done()) return false;
  put_timestamp(date, ms, out);
  return true;
}

bool store_timestamp(TimestampNs value, const Type& type, void* at) {
  cut_digits_down(value, type.precision());
  if (type.physical() == Physical::TimestampNs) {
    std::memcpy(at, &value, sizeof value);
    return true;
  }
  int64_t number = value.milliseconds;
  bool fits = true;
  if (type.precision() > 3) {
    fits = !__builtin_mul_overflow(number, int64_t{1000}, &number) &&
           !__builtin_add_overflow(number, int64_t{value.nanoseconds / 1000}, &number);
  }
  std::memcpy(at, &number, sizeof number);
  return fits;
}

TimestampNs load_timestamp(const void* at, const Type& type) {
  if (type.physical() == Physical::TimestampNs) {
    TimestampNs value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  int64_t number = 0;
  std::memcpy(&number, at, sizeof number);
  if (type.precision() <= 3) return {number, 0, 0};
  int64_t ms = floor_div(number, 1000);
  return {ms, static_cast<int32_t>(number - ms * 1000) * 1000, 0};
}

char* write_format_timestamp(char* out, TimestampNs value, TimestampText form) {
  int64_t days = floor_div(value.milliseconds, kMsPerDay);
  auto ms = static_cast<int32_t>(value.milliseconds - days * kMsPerDay);
  out = write_iso_date(out, days);
  *out++ = form == TimestampText::Iso ? 'T' : ' ';
  out = write_time(out, ms, 0);
  int32_t fraction = ms % 1000 * 1'000'000 + value.nanoseconds;
  if (fraction == 0) return out;
  *out++ = '.';
  for (int32_t unit = 100'000'000; fraction > 0; unit /= 10) {
    *out++ = static_cast<char>('0' + fraction / unit);
    fraction %= unit;
  }
  return out;
}

}  // namespace sluice::runtime
