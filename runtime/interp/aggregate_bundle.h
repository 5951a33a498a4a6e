#pragma once
// Aggregate bundles of the interpreter: the steps of an operator's calls, one after another.
#include <memory>
#include <vector>

#include "runtime/abi/code_provider.h"
#include "runtime/interp/aggregate_step.h"

namespace sluice::runtime::interp {

class AggregateBundle final : public KernelHandle<AggKernels> {
 public:
  static Result<std::shared_ptr<const AggregateBundle>> make(const AggSpec& spec);

 private:
  AggregateBundle();
  static void init(const void* self, uint8_t* const* slots, uint32_t count) noexcept;
  static void add(const void* self, KernelContext* context, const ColumnView* columns, const int8_t* kinds,
                  const uint32_t* selection, uint32_t count, uint8_t* const* slots, StateHeap* heap) noexcept;
  static void merge(const void* self, KernelContext* context, const ColumnView* columns, const uint32_t* selection,
                    uint32_t count, uint8_t* const* slots, StateHeap* heap) noexcept;
  static void result(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                     const uint32_t* positions, MutableColumn* out) noexcept;
  static void accumulators(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                           const uint32_t* positions, MutableColumn* out) noexcept;

  std::vector<std::unique_ptr<AggregateStep>> steps_;
  AggKernels kernels_;
};

}  // namespace sluice::runtime::interp
