#pragma once
// The `nexmark` source: columns of the wide table (event_type, person, auction, bid) from the generator.
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

Result<std::unique_ptr<SourceConnector>> make_nexmark_source(const jobgraph::Source& source, const RowSchema& output,
                                                             const ConnectorContext& context);

}  // namespace sluice::runtime
