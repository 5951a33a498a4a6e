#pragma once
// Keys of settings that Flink has renamed. Scripts still carry the older ones.
#include <string_view>

namespace sluice {

// The key that means the same today; `key` itself when it is no older one.
std::string_view current_key_of(std::string_view key);

}  // namespace sluice
