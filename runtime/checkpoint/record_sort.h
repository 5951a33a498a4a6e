#pragma once
// Puts the records of some buffers into the order of a run.
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/checkpoint/record_buffer.h"

namespace sluice::runtime {

struct SortedRecord {
  uint64_t key = 0;  // sort_key
  const RecordHeader* record = nullptr;
};

// Equal keys stay in the order of the buffers. `scratch` is reused memory.
void sort_records(std::span<const RecordBuffer> buffers, uint32_t max_parallelism, KeyGroupRange groups,
                  std::vector<SortedRecord>& sorted, std::vector<SortedRecord>& scratch);

}  // namespace sluice::runtime
