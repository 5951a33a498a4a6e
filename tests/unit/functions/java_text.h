#pragma once
// Java source as text: names that stand for values in expressions.jsonl, comments.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::tests {

using JavaName = std::pair<std::string_view, std::string_view>;

inline constexpr JavaName kScalarNames[] = {{"true", "true"},
                                            {"false", "false"},
                                            {"Boolean.TRUE", "true"},
                                            {"Boolean.FALSE", "false"},
                                            {"Integer.MIN_VALUE", "-2147483648"},
                                            {"Integer.MAX_VALUE", "2147483647"},
                                            {"Long.MIN_VALUE", "-9223372036854775808"},
                                            {"Long.MAX_VALUE", "9223372036854775807"},
                                            {"Double.MAX_VALUE", "1.7976931348623157E308"},
                                            {"DateTimeUtils.MIN_EPOCH_SECONDS", "-62167219200"},
                                            {"DateTimeUtils.MAX_EPOCH_SECONDS", "253402300799"},
                                            {"ltz3", "1970-01-01T00:00:01.123Z"},
                                            {"ltz0", "1970-01-01T00:00:01Z"},
                                            {"tmstmp3", "1969-12-31T16:00:01.123"}};
inline constexpr JavaName kTextNames[] = {{"HELLO", "Hello"},
                                          {"MULTIBYTE", "é€😀"},
                                          {"INVALID_START", "\x80"},
                                          {"TRUNCATED", "\xE2\x82"},
                                          {"OVERLONG", "\xC0\xAF"},
                                          {"SURROGATE", "\xED\xA0\x80"},
                                          {"mixed", "\x41\x42\x80\x43\x44"}};

inline std::string without_comments(std::string_view source) {
  std::string out;
  bool quoted = false;
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '"' && (i == 0 || source[i - 1] != '\\')) quoted = !quoted;
    if (!quoted && source.substr(i).starts_with("//")) {
      i = std::min(source.find('\n', i), source.size() - 1);
      continue;
    }
    out += source[i];
  }
  return out;
}

}  // namespace sluice::tests
