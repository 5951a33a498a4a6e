#pragma once
// How a split stands in the operator list `splits` of a checkpoint.
#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

struct SplitEntry {
  Split split;
  bool is_ended = false;  // Read to its end: kept, so that it is not read again.
  bool operator==(const SplitEntry& other) const {
    return split.id == other.split.id && split.position == other.split.position && is_ended == other.is_ended;
  }
};

// Four bytes length of the id, the id, one byte for the end, the position.
std::string encode(const SplitEntry& entry);
Result<SplitEntry> decode_split_entry(std::string_view bytes);

}  // namespace sluice::runtime
