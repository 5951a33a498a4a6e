#pragma once
// The `datagen` source: rows at a given rate, random or in sequence.
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

Result<std::unique_ptr<SourceConnector>> make_datagen_source(const jobgraph::Source& source, const RowSchema& output,
                                                             const ConnectorContext& context);

}  // namespace sluice::runtime
