#pragma once
// A provider of code whose bundles change their tier while they are in use: interpreter, -O0, -O2, in any order. The
// run decides when; between two steps of the executor is always between two batches.
#include <functional>
#include <memory>
#include <vector>

#include "runtime/abi/code_provider.h"
#include "tests/sim/sim_env.h"

namespace sluice::sim {

class TierSwitch final : public runtime::CodeProvider {
 public:
  // All tiers outlive the bundles.
  TierSwitch(std::vector<runtime::CodeProvider*> tiers, uint64_t seed) : tiers_(std::move(tiers)), random_(seed) {}

  Result<runtime::KernelRef<runtime::PipelineKernel>> pipeline(const runtime::PipelineSpec& spec) override;
  Result<runtime::KernelRef<runtime::KeyKernels>> key(const runtime::KeySpec& spec) override;
  Result<runtime::KernelRef<runtime::AggKernels>> aggregates(const runtime::AggSpec& spec) override;
  Result<runtime::KernelRef<runtime::RowKernels>> rows(const runtime::RowSpec& spec) override;

  // One bundle goes over to another tier.
  void swap_one();
  bool can_swap() const { return tiers_.size() > 1 && !switches_.empty(); }

 private:
  // False when the bundle is gone.
  using Switch = std::function<bool(size_t tier)>;
  template <class Kernels, class Make>
  Result<runtime::KernelRef<Kernels>> make(Make&& of_tier);

  std::vector<runtime::CodeProvider*> tiers_;
  SimRandom random_;
  std::vector<Switch> switches_;
};

}  // namespace sluice::sim
