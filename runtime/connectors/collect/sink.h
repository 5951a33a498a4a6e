#pragma once
// The sink of a SELECT: hands batches to whoever shows them.
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

Result<std::unique_ptr<SinkConnector>> make_collect_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                         const ConnectorContext& context);

}  // namespace sluice::runtime
