#pragma once
// The `kafka` and `upsert-kafka` sinks.
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

Result<std::unique_ptr<SinkConnector>> make_kafka_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                       const ConnectorContext& context);

}  // namespace sluice::runtime
