#pragma once
// Options whose values nobody may see: passwords, keys, tokens. They stay out of what is shown, logged and written
// down.
#include <string>
#include <string_view>

namespace sluice {

inline constexpr std::string_view kHiddenValue = "******";

// By its name, as Flink knows them: `password`, `secret`, `token`, `jaas.config` and their like are somewhere in it.
bool is_secret(std::string_view key);

// `value`, or what stands for it.
std::string shown_value(std::string_view key, std::string_view value);

}  // namespace sluice
