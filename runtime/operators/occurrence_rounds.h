#pragma once
// Splits the rows of a batch into rounds in which every key occurs at most once: round r has the r-th occurrence of
// each key. Within a round kernels may run over all rows at once, and round after round gives row-at-a-time semantics.
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::runtime {

class OccurrenceRounds {
 public:
  // numbers[i] is the key number of row i; there are `keys` keys.
  void assign(std::span<const uint32_t> numbers, uint32_t keys) {
    seen_.assign(keys, 0);
    ranks_.resize(numbers.size());
    begins_.assign(1, 0);
    for (size_t i = 0; i < numbers.size(); ++i) {
      uint32_t rank = seen_[numbers[i]]++;
      ranks_[i] = rank;
      if (rank + 2 > begins_.size()) begins_.resize(rank + 2, 0);
      ++begins_[rank + 1];
    }
    for (size_t r = 1; r < begins_.size(); ++r) begins_[r] += begins_[r - 1];
    next_.assign(begins_.begin(), begins_.end());
    rows_.resize(numbers.size());
    for (size_t i = 0; i < numbers.size(); ++i) rows_[next_[ranks_[i]]++] = static_cast<uint32_t>(i);
  }

  uint32_t count() const { return static_cast<uint32_t>(begins_.size()) - 1; }
  // Ascending rows.
  std::span<const uint32_t> round(uint32_t r) const { return {rows_.data() + begins_[r], begins_[r + 1] - begins_[r]}; }

 private:
  std::vector<uint32_t> seen_, ranks_, begins_, next_, rows_;
};

}  // namespace sluice::runtime
