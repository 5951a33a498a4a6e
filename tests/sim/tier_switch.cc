#include "tests/sim/tier_switch.h"

#include <utility>

namespace sluice::sim {
namespace {

template <class Kernels>
class SwitchedHandle final : public runtime::KernelHandle<Kernels> {
 public:
  explicit SwitchedHandle(std::vector<runtime::KernelRef<Kernels>> tiers) : tiers_(std::move(tiers)) { choose(0); }
  void choose(size_t tier) { this->swap_in(&tiers_[tier]->current()); }

 private:
  std::vector<runtime::KernelRef<Kernels>> tiers_;
};

}  // namespace

template <class Kernels, class Make>
Result<runtime::KernelRef<Kernels>> TierSwitch::make(Make&& of_tier) {
  std::vector<runtime::KernelRef<Kernels>> tiers;
  for (runtime::CodeProvider* tier : tiers_) {
    SLUICE_TRY(runtime::KernelRef<Kernels> kernels, of_tier(*tier));
    tiers.push_back(std::move(kernels));
  }
  auto handle = std::make_shared<SwitchedHandle<Kernels>>(std::move(tiers));
  handle->choose(random_.below(tiers_.size()));
  switches_.push_back([weak = std::weak_ptr(handle)](size_t tier) {
    auto alive = weak.lock();
    if (alive) alive->choose(tier);
    return alive != nullptr;
  });
  return runtime::KernelRef<Kernels>(std::move(handle));
}

Result<runtime::KernelRef<runtime::PipelineKernel>> TierSwitch::pipeline(const runtime::PipelineSpec& spec) {
  return make<runtime::PipelineKernel>([&](runtime::CodeProvider& tier) { return tier.pipeline(spec); });
}
Result<runtime::KernelRef<runtime::KeyKernels>> TierSwitch::key(const runtime::KeySpec& spec) {
  return make<runtime::KeyKernels>([&](runtime::CodeProvider& tier) { return tier.key(spec); });
}
Result<runtime::KernelRef<runtime::AggKernels>> TierSwitch::aggregates(const runtime::AggSpec& spec) {
  return make<runtime::AggKernels>([&](runtime::CodeProvider& tier) { return tier.aggregates(spec); });
}
Result<runtime::KernelRef<runtime::RowKernels>> TierSwitch::rows(const runtime::RowSpec& spec) {
  return make<runtime::RowKernels>([&](runtime::CodeProvider& tier) { return tier.rows(spec); });
}

void TierSwitch::swap_one() {
  while (!switches_.empty()) {
    size_t chosen = random_.below(switches_.size());
    if (switches_[chosen](random_.below(tiers_.size()))) return;
    switches_[chosen] = std::move(switches_.back());
    switches_.pop_back();
  }
}

}  // namespace sluice::sim
