#include "runtime/interp/aggregate_bundle.h"

namespace sluice::runtime::interp {
namespace {

const AggregateBundle* bundle_of(const void* self) { return static_cast<const AggregateBundle*>(self); }

}  // namespace

AggregateBundle::AggregateBundle() {
  kernels_ = {this, init, add, merge, result, accumulators};
  swap_in(&kernels_);
}

Result<std::shared_ptr<const AggregateBundle>> AggregateBundle::make(const AggSpec& spec) {
  std::shared_ptr<AggregateBundle> bundle(new AggregateBundle());
  for (size_t i = 0; i < spec.calls.size(); ++i) {
    SLUICE_TRY(std::unique_ptr<AggregateStep> step, make_step(spec, i));
    bundle->steps_.push_back(std::move(step));
  }
  return std::shared_ptr<const AggregateBundle>(std::move(bundle));
}

void AggregateBundle::init(const void* self, uint8_t* const* slots, uint32_t count) noexcept {
  for (auto& step : bundle_of(self)->steps_) step->init(slots, count);
}

void AggregateBundle::add(const void* self, KernelContext* context, const ColumnView* columns, const int8_t* kinds,
                          const uint32_t* selection, uint32_t count, uint8_t* const* slots, StateHeap* heap) noexcept {
  AggregateRows in = {context, {columns, selection, count}, kinds, slots, heap};
  for (auto& step : bundle_of(self)->steps_) step->add(in);
}

void AggregateBundle::merge(const void* self, KernelContext* context, const ColumnView* columns,
                            const uint32_t* selection, uint32_t count, uint8_t* const* slots,
                            StateHeap* heap) noexcept {
  AggregateRows in = {context, {columns, selection, count}, nullptr, slots, heap};
  for (auto& step : bundle_of(self)->steps_) step->merge(in);
}

void AggregateBundle::result(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                             const uint32_t* positions, MutableColumn* out) noexcept {
  AggregateReads in = {context, slots, count, positions};
  for (auto& step : bundle_of(self)->steps_) step->result(in, out++);
}

void AggregateBundle::accumulators(const void* self, KernelContext* context, const uint8_t* const* slots,
                                   uint32_t count, const uint32_t* positions, MutableColumn* out) noexcept {
  for (auto& step : bundle_of(self)->steps_) {
    for (const StoredField& field : step->accumulators()) load_field(field, context, slots, count, positions, out++);
  }
}

}  // namespace sluice::runtime::interp
