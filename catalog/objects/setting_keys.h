#pragma once
// Keys of settings that Flink has renamed. Scripts still carry the older ones.
#include <string_view>

namespace sluice {

// What Flink calls an older key today; the key itself when it is none.
std::string_view current_key_of(std::string_view key);

}  // namespace sluice
