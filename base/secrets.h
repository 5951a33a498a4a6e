#pragma once
// Options whose values nobody may see: passwords, keys, tokens. They stay out of what is shown, logged and written
// down.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

inline constexpr std::string_view kHiddenValue = "******";

// By its name, as Flink knows them: `password`, `secret`, `token`, `jaas.config` and their like are somewhere in it.
bool is_secret(std::string_view key);

// `value`, or what stands for it.
std::string shown_value(std::string_view key, std::string_view value);

// Where the value of a secret option stands in a text, without its quotes.
struct SecretPlace {
  size_t begin = 0;
  size_t end = 0;
  bool operator==(const SecretPlace&) const = default;
};
// In order. The text may be any part of a script, and wrong: `'key' = 'value'` is looked for, and `key="value"` as in a
// login module's options; what lacks its last quote, or the `=`, is found too.
std::vector<SecretPlace> secrets_in(std::string_view text);
std::string without_secrets(std::string_view text);

}  // namespace sluice
