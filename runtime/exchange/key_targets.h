#pragma once
// Which subtask owns the key of each row, for a batch of key hashes at a time: subtask_of(key_group_of(hash)) of
// base/key_hash.h, computed in vector registers.
#include <cstdint>
#include <vector>

namespace sluice::runtime {

class KeyTargets {
 public:
  KeyTargets(uint32_t parallelism, uint32_t max_parallelism);
  void compute(const uint64_t* hashes, uint32_t count, uint32_t* targets) const;

 private:
  uint32_t max_parallelism_;
  std::vector<uint32_t> target_of_group_;
};

}  // namespace sluice::runtime
