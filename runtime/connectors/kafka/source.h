#pragma once
// The `kafka` and `upsert-kafka` sources: one split per partition.
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

Result<std::unique_ptr<SourceConnector>> make_kafka_source(const jobgraph::Source& source, const RowSchema& output,
                                                           const ConnectorContext& context);

}  // namespace sluice::runtime
