#pragma once
// The `blackhole` sink: takes every row and keeps none.
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

Result<std::unique_ptr<SinkConnector>> make_blackhole_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                           const ConnectorContext& context);

}  // namespace sluice::runtime
