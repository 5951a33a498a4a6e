#include "catalog/connectors/option_fields.h"

#include <algorithm>

#include <fmt/ranges.h>

namespace sluice {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

struct Unit {
  std::string_view name;
  int64_t factor;
};

// "12 kb": digits, then a unit of the list; without a unit the factor is 1.
bool parse_amount(std::string_view text, const std::vector<Unit>& units, int64_t& value) {
  size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  size_t unit_begin = std::min(text.find_first_not_of(' ', digits), text.size());
  int64_t amount = 0;
  if (!parse_option(text.substr(0, digits), amount)) return false;
  std::string unit = lower(text.substr(unit_begin));
  auto found = std::ranges::find(units, unit, &Unit::name);
  if (!unit.empty() && found == units.end()) return false;
  return !__builtin_mul_overflow(amount, unit.empty() ? 1 : found->factor, &value);
}

// ISO-8601 durations of days and smaller: PT10S, PT1H30M, P2D, PT0.5S.
bool parse_iso_duration(std::string_view text, int64_t& value) {
  text.remove_prefix(1);
  bool in_time = false, any = false;
  value = 0;
  while (!text.empty()) {
    if (text.front() == 'T' || text.front() == 't') {
      in_time = true;
      text.remove_prefix(1);
      continue;
    }
    double amount = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
    if (error != std::errc{} || end == text.data() + text.size()) return false;
    char unit = static_cast<char>(*end | 0x20);
    double factor = unit == 'd' ? 86'400'000 : unit == 'h' ? 3'600'000 : unit == 'm' ? 60'000 : 1000;
    if ((unit == 'd') == in_time || (unit != 'd' && unit != 'h' && unit != 'm' && unit != 's')) return false;
    value += static_cast<int64_t>(amount * factor);
    any = true;
    text.remove_prefix(static_cast<size_t>(end + 1 - text.data()));
  }
  return any;
}

}  // namespace

bool parse_option(std::string_view text, std::string& value) {
  value = text;
  return true;
}

bool parse_option(std::string_view text, bool& value) {
  std::string word = lower(text);
  if (word != "true" && word != "false") return false;
  value = word == "true";
  return true;
}

bool parse_option(std::string_view text, int64_t& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

bool parse_option(std::string_view text, double& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

bool parse_option(std::string_view text, Milliseconds& value) {
  static const std::vector<Unit> kUnits = {
      {"ms", 1},           {"milli", 1},         {"millis", 1},      {"millisecond", 1},  {"milliseconds", 1},
      {"s", 1000},         {"sec", 1000},        {"secs", 1000},     {"second", 1000},    {"seconds", 1000},
      {"m", 60'000},       {"min", 60'000},      {"minute", 60'000}, {"minutes", 60'000}, {"h", 3'600'000},
      {"hour", 3'600'000}, {"hours", 3'600'000}, {"d", 86'400'000},  {"day", 86'400'000}, {"days", 86'400'000},
  };
  int64_t amount = 0;
  bool iso = !text.empty() && (text.front() == 'P' || text.front() == 'p');
  if (iso ? !parse_iso_duration(text, amount) : !parse_amount(text, kUnits, amount)) return false;
  value = Milliseconds(amount);
  return true;
}

bool parse_option(std::string_view text, MemorySize& value) {
  constexpr int64_t kKilo = 1024, kMega = kKilo * 1024, kGiga = kMega * 1024, kTera = kGiga * 1024;
  static const std::vector<Unit> kUnits = {
      {"b", 1},     {"bytes", 1},  {"k", kKilo},         {"kb", kKilo},        {"kibibytes", kKilo},
      {"m", kMega}, {"mb", kMega}, {"mebibytes", kMega}, {"g", kGiga},         {"gb", kGiga},
      {"t", kTera}, {"tb", kTera}, {"tebibytes", kTera}, {"gibibytes", kGiga},
  };
  return parse_amount(text, kUnits, value.bytes);
}

std::string form_of(const std::string&) { return {}; }
std::string form_of(bool) { return "Write true or false."; }
std::string form_of(int64_t) { return "Write a whole number."; }
std::string form_of(double) { return "Write a number."; }
std::string form_of(Milliseconds) { return "Write a duration such as `10 s` or `5 min`."; }
std::string form_of(MemorySize) { return "Write an amount such as `64 mb` or `1 g`."; }

std::string one_of_hint(std::string_view written, const std::vector<std::string>& names) {
  std::string hint = did_you_mean(written, names);
  auto begins = [&](const std::string& name) { return written.size() > 3 && name.starts_with(written); };
  if (hint.empty() && std::ranges::count_if(names, begins) == 1) {
    hint = fmt::format("Did you mean `{}`?", *std::ranges::find_if(names, begins));
  }
  return hint.empty() ? fmt::format("One of: {}.", fmt::join(names, ", ")) : hint;
}

void OptionParser::finish() {
  for (const auto& [key, value] : rest_) {
    diagnostics_.report(fail(ErrorCode::UnknownOption, value.key_span, "option `{}` does not exist", key)
                            .hint(did_you_mean(key, known_)));
  }
}

}  // namespace sluice
