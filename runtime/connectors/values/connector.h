#pragma once
// The `values` connector of tests: reads from and writes to the ValuesStore of its context.
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

Result<std::unique_ptr<SourceConnector>> make_values_source(const jobgraph::Source& source, const RowSchema& output,
                                                            const ConnectorContext& context);
Result<std::unique_ptr<SinkConnector>> make_values_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                        const ConnectorContext& context);

}  // namespace sluice::runtime
