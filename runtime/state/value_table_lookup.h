#pragma once
// Scratch memory of MemoryValueTable's lookups, reused from call to call.
#include <array>
#include <cstdint>
#include <vector>

#include "runtime/state/memory_value_table.h"

namespace sluice::runtime {

// Indexes below are those of the keys within the chunk.
struct MemoryValueTable::Lookup {
  std::array<uint64_t, kChunkKeys> positions;  // Where the search of a key goes on.
  std::vector<uint32_t> open;                  // Keys that are not decided yet.
  std::vector<uint32_t> candidates;            // Keys whose slot has the right tag and must be compared.
  std::vector<uint32_t> fresh;                 // Keys inserted by this call, whose key bytes are packed.
  std::vector<uint32_t> unpacked;              // Keys inserted in this round.
  // Arguments of bulk calls.
  std::vector<uint32_t> selection;
  std::vector<uint8_t*> slots;
  std::vector<uint8_t> equal;
};

}  // namespace sluice::runtime
