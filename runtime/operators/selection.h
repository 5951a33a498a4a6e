#pragma once
// Selections that operators pass to kernels again and again.
#include <array>
#include <cstdint>

#include "base/column_abi.h"

namespace sluice::runtime {

namespace selection_detail {
inline constexpr std::array<uint32_t, size_t{2} * kBatchRowsMax> kNumbers = [] {
  std::array<uint32_t, size_t{2} * kBatchRowsMax> numbers{};
  for (uint32_t i = 0; i < numbers.size(); ++i) numbers[i] = i;
  return numbers;
}();
}  // namespace selection_detail

// begin, begin + 1, ...: as many as two batches have rows.
inline const uint32_t* rows_from(uint32_t begin) { return selection_detail::kNumbers.data() + begin; }

}  // namespace sluice::runtime
