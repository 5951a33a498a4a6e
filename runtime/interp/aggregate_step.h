#pragma once
// One aggregate call over many rows at a time. A step knows its accumulator fields in the packed row; the bundle of an
// operator is a list of steps. The arithmetic is that of catalog/functions/aggregate_steps.h.
#include <memory>
#include <vector>

#include "runtime/abi/code_provider.h"
#include "runtime/interp/field_kernels.h"

namespace sluice::runtime::interp {

// Rows that are added to (or taken back from) the accumulators in slots[i].
struct AggregateRows {
  KernelContext* context = nullptr;
  Rows rows;
  const int8_t* kinds = nullptr;
  uint8_t* const* slots = nullptr;
  StateHeap* heap = nullptr;
};

// Slots that are read, and where to.
struct AggregateReads {
  KernelContext* context = nullptr;
  const uint8_t* const* slots = nullptr;
  uint32_t count = 0;
  const uint32_t* positions = nullptr;
};

class AggregateStep {
 public:
  virtual ~AggregateStep() = default;
  virtual void init(uint8_t* const* slots, uint32_t count) const noexcept = 0;
  virtual void add(const AggregateRows& in) const noexcept = 0;
  // The accumulators of another phase stand in the columns from merge_columns on.
  virtual void merge(const AggregateRows& in) const noexcept = 0;
  virtual void result(const AggregateReads& in, MutableColumn* out) const noexcept = 0;

  // The accumulator fields, in order; `column` is where merge reads them.
  const std::vector<StoredField>& accumulators() const { return accumulators_; }

 protected:
  std::vector<StoredField> accumulators_;
};

// The step of call `index` of a spec. Fails with NotSupportedYet.
Result<std::unique_ptr<AggregateStep>> make_step(const AggSpec& spec, size_t index);

}  // namespace sluice::runtime::interp
