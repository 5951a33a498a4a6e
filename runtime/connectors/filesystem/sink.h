#pragma once
// The `filesystem` sink.
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

Result<std::unique_ptr<SinkConnector>> make_filesystem_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                            const ConnectorContext& context);

}  // namespace sluice::runtime
