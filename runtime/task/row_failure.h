#pragma once
// What a person is told when an expression fails for a row.
#include "runtime/abi/code_provider.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

// The failure of a row of `columns` in `pipeline`: the reason, the values that the failing expression has read, and its
// span in the script; without a span the operator's name. Fails the job, as in Flink.
Failure row_failure(const jobgraph::Operator& op, const RowError& error, const PipelineSpec& pipeline,
                    const ColumnView* columns);

}  // namespace sluice::runtime
