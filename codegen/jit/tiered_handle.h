#pragma once
// A bundle that starts on one tier and moves to better ones. The change happens between two batches, because operators
// read the pointer once per batch; every tier stays alive as long as the handle.
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "codegen/jit/code_engine.h"
#include "runtime/abi/code_provider.h"

namespace sluice::codegen {

template <class Kernels>
class TieredHandle final : public runtime::KernelHandle<Kernels> {
 public:
  // What kernels of any tier point to: prepared state, the interpreter's bundle.
  explicit TieredHandle(std::shared_ptr<const void> kept) : kept_(std::move(kept)) {}

  void install(Kernels kernels, CodeRef code) {
    std::lock_guard lock(mutex_);
    const auto& tier = tiers_.emplace_back(kernels, std::move(code));
    this->swap_in(&tier.first);
  }

 private:
  std::shared_ptr<const void> kept_;
  std::mutex mutex_;
  std::deque<std::pair<Kernels, CodeRef>> tiers_;  // A deque, because addresses must not change.
};

}  // namespace sluice::codegen
