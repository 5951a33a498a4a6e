#pragma once
// The option struct of a connector or a format describes itself in one `fields` list. Parsing, "does not exist, did you
// mean", completion and the docs page are readers of that list. Keys and defaults are Flink's.
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "base/result.h"

namespace sluice {

using Milliseconds = std::chrono::milliseconds;

// An amount of bytes, written like `100 b`, `16 kb`, `128 mb` or `1 g`.
struct MemorySize {
  int64_t bytes = 0;
  bool operator==(const MemorySize&) const = default;
};

// One 'key' = 'value' entry with the places of both, for the caret.
struct OptionValue {
  std::string text;
  SourceSpan key_span;
  SourceSpan value_span;
};
using WithClause = std::map<std::string, OptionValue>;

// False when the text is no value of the type.
bool parse_option(std::string_view text, std::string& value);
bool parse_option(std::string_view text, bool& value);
bool parse_option(std::string_view text, int64_t& value);
bool parse_option(std::string_view text, double& value);
bool parse_option(std::string_view text, Milliseconds& value);  // Flink's durations: `10 s`, `1 min`, `500`, `PT10S`.
bool parse_option(std::string_view text, MemorySize& value);

// "Did you mean `x`?" where one is near, else all of them.
std::string one_of_hint(std::string_view written, const std::vector<std::string>& names);

// An enumeration has `constexpr const auto& names_of(E)`: pairs of text and enumerator.
template <class E>
concept OptionEnum = std::is_enum_v<E>;

template <OptionEnum E>
bool parse_option(std::string_view text, E& value) {
  for (auto [name, candidate] : names_of(E{})) {
    if (name == text) return value = candidate, true;
  }
  return false;
}

// What a value of the option's type looks like, and what the option is for.
std::string form_of(const std::string&);
std::string form_of(bool);
std::string form_of(int64_t);
std::string form_of(double);
std::string form_of(Milliseconds);
std::string form_of(MemorySize);

template <class T>
std::string hint_of(std::string_view, const T& field, const char* help) {
  if constexpr (requires { form_of(field); }) {
    std::string form = form_of(field);
    if (!form.empty()) return form + " " + help;
  }
  return help;
}
template <OptionEnum E>
std::string hint_of(std::string_view written, const E&, const char*) {
  std::vector<std::string> names;
  for (auto [name, candidate] : names_of(E{})) names.emplace_back(name);
  return one_of_hint(written, names);
}

// Reads entries into option structs and reports everything that is wrong, not only the first thing. Several structs
// (connector, then formats) may read from one clause; `finish` reports what nobody knew.
class OptionParser {
 public:
  OptionParser(WithClause with, SourceSpan table, Diagnostics& diagnostics)
      : rest_(std::move(with)), table_(table), diagnostics_(diagnostics) {}

  template <class T>
  void required(const char* key, T& field, const char* help) {
    if (!take(key, field, help)) {
      diagnostics_.report(fail(ErrorCode::MissingOption, table_, "option `{}` is missing", prefix_ + key).hint(help));
    }
  }
  template <class T>
  void optional(const char* key, T& field, const char* help) {
    take(key, field, help);
  }
  // Whatever follows `prefix`: options that somebody else knows, such as those of a client library.
  void pass(const std::string& prefix) {
    std::erase_if(rest_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
  }
  // All keys that are read from now on stand below `scope`: `key.` for the format of keys.
  void within(std::string scope) { scope_ = std::move(scope); }
  // Keys of a format carry its name: `csv.field-delimiter`.
  template <class Options>
  Options parse(std::string prefix = {}) {
    prefix_ = scope_ + prefix;
    Options options;
    Options::fields(options, *this);
    return options;
  }
  void finish();

 private:
  template <class T>
  bool take(const char* key, T& field, const char* help) {
    std::string full = prefix_ + key;
    known_.push_back(full);
    auto found = rest_.extract(full);
    if (found.empty()) return false;
    const OptionValue& value = found.mapped();
    if (!parse_option(value.text, field)) {
      constexpr auto kCode = OptionEnum<T> ? ErrorCode::UnknownStrategy : ErrorCode::BadOptionValue;
      diagnostics_.report(fail(kCode, value.value_span, "option `{}` cannot be `{}`", full, value.text)
                              .hint(hint_of(value.text, field, help)));
    }
    return true;
  }

  WithClause rest_;
  SourceSpan table_;
  Diagnostics& diagnostics_;
  std::string scope_, prefix_;
  std::vector<std::string> known_;
};

// The options of a table that was validated before: what the runtime reads from a JobGraph. Unknown keys are ignored,
// bad values fail.
template <class Options>
Result<Options> read_options(const std::map<std::string, std::string>& with, std::string prefix = {}) {
  WithClause clause;
  for (const auto& [key, text] : with) clause[key] = {text, {}, {}};
  Diagnostics diagnostics;
  OptionParser parser(std::move(clause), {}, diagnostics);
  Options options = parser.parse<Options>(std::move(prefix));
  if (!diagnostics.ok()) return Failure{diagnostics.errors().front()};
  return options;
}

// The same of a table in which something may be wrong: what cannot be read has been reported, and is as by default.
template <class Options>
Options readable_options(const std::map<std::string, std::string>& with) {
  WithClause clause;
  for (const auto& [key, text] : with) clause[key] = {text, {}, {}};
  Diagnostics reported;
  OptionParser parser(std::move(clause), {}, reported);
  return parser.parse<Options>();
}

}  // namespace sluice
