#pragma once
// Headers of messages in a topic of dead letters.
#include <string_view>

namespace sluice::runtime::kafka {

inline constexpr std::string_view kLetterSource = "sluice.source";
inline constexpr std::string_view kLetterPartition = "sluice.partition";
inline constexpr std::string_view kLetterOffset = "sluice.offset";
inline constexpr std::string_view kLetterFault = "sluice.fault";
inline constexpr std::string_view kLetterReason = "sluice.reason";
inline constexpr std::string_view kLetterTime = "sluice.time";

}  // namespace sluice::runtime::kafka
