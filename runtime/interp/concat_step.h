#pragma once
// LISTAGG over rows that are not taken back.
#include <memory>

#include "runtime/interp/aggregate_step.h"

namespace sluice::runtime::interp {

std::unique_ptr<AggregateStep> make_concat_step(const AggregateCall& call, std::vector<StoredField> accumulators);

}  // namespace sluice::runtime::interp
