#include "catalog/functions/rounding.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

namespace sluice {
namespace {

template <class T>
T round_text(T x, int32_t digits, bool half_up, RowError& error) {
  if (std::isnan(x) || std::isinf(x)) {
    fail_row(error, "NaN and infinity cannot be rounded");
    return 0;
  }
  if (x == 0) return 0;
  char text[64];
  char* end = std::to_chars(text, text + sizeof text, std::fabs(x), std::chars_format::scientific).ptr;
  char* mark = std::find(text, end, 'e');
  int exponent = 0;
  std::from_chars(mark + 1 + (mark[1] == '+' ? 1 : 0), end, exponent);
  std::string significand;
  for (char* at = text; at < mark; ++at) {
    if (*at != '.') significand += *at;
  }
  int64_t keep = int64_t{exponent} + 1 + digits;  // Digits that stay.
  if (keep >= static_cast<int64_t>(significand.size())) return x;
  if (keep < 0) return 0;
  auto count = static_cast<size_t>(keep);
  bool up = half_up && significand[count] >= '5';
  significand.resize(count);
  significand.insert(0, "0");
  for (size_t i = significand.size(); up && i-- > 0;) {
    up = significand[i] == '9';
    significand[i] = up ? '0' : static_cast<char>(significand[i] + 1);
  }
  significand += "e" + std::to_string(-static_cast<int64_t>(digits));
  T out = 0;
  std::from_chars(significand.data(), significand.data() + significand.size(), out);
  return x < 0 && out != 0 ? -out : out;
}

}  // namespace

double round_floating(double x, int32_t digits, bool half_up, RowError& error) {
  return round_text(x, digits, half_up, error);
}
float round_floating(float x, int32_t digits, bool half_up, RowError& error) {
  return round_text(x, digits, half_up, error);
}

}  // namespace sluice
