// What stands in for an absent selection or validity. In the process only, not in bitcode: the tables need not be in
// every object.
#include <array>
#include <numeric>

#include "codegen/support/support_kernels.h"

namespace sluice::codegen {
namespace {

constexpr std::array<uint32_t, kBatchRowsMax> kIdentity = [] {
  std::array<uint32_t, kBatchRowsMax> rows{};
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}();

constexpr std::array<uint64_t, kBatchRowsMax / 64> kAllValid = [] {
  std::array<uint64_t, kBatchRowsMax / 64> words{};
  words.fill(~uint64_t{0});
  return words;
}();

constexpr std::array<int8_t, kBatchRowsMax> kInserts{};

}  // namespace

SLUICE_SUPPORT const uint32_t* sluice_support_identity() noexcept { return kIdentity.data(); }
SLUICE_SUPPORT const uint64_t* sluice_support_all_valid() noexcept { return kAllValid.data(); }
SLUICE_SUPPORT const int8_t* sluice_support_all_inserts() noexcept { return kInserts.data(); }

}  // namespace sluice::codegen
