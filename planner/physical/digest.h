#pragma once
// Names that stay the same as long as the query means the same: uids of operators, ids of state fields. FNV-1a with 128
// bits, written out here because no library may ever change it.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::planner {

// The parts with their lengths, so that {"ab", "c"} and {"a", "bc"} differ. 32 hexadecimal digits.
std::string digest(const std::vector<std::string_view>& parts);

// The same folded to 31 bits with the highest bit set: ids of fields, away from the small ones that are given by hand.
uint32_t field_digest(const std::vector<std::string_view>& parts);

}  // namespace sluice::planner
