#pragma once
// The `print` sink: every change as a line, `+I[1, abc]`.
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

Result<std::unique_ptr<SinkConnector>> make_print_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                       const ConnectorContext& context);

}  // namespace sluice::runtime
