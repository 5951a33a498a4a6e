#pragma once
// The `filesystem` source: every file of a directory is a split.
#include "runtime/connectors/connector.h"

namespace sluice::runtime {

Result<std::unique_ptr<SourceConnector>> make_filesystem_source(const jobgraph::Source& source, const RowSchema& output,
                                                                const ConnectorContext& context);

}  // namespace sluice::runtime
