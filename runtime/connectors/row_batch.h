#pragma once
// Batches from rows of single values, for sources whose rows are few.
#include <vector>

#include "runtime/abi/batch.h"
#include "runtime/connectors/connector.h"
#include "runtime/connectors/values/store.h"

namespace sluice::runtime {

// `paths` picks the columns from the rows; at most kBatchRowsMax changes.
Batch batch_of(const std::vector<TableChange>& changes, const std::vector<jobgraph::FieldPath>& paths,
               const RowSchema& output, BufferPool& pool, Arena& arena, const SessionContext* session);

// The rows of a batch with their kinds.
std::vector<TableChange> changes_of(const Batch& batch, const RowSchema& schema);

}  // namespace sluice::runtime
