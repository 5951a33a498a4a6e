#pragma once
// The protocol of the exactly-once Kafka sink (docs/exactly-once.md), written once more against the simulated broker:
// two transactional ids per subtask in turns, staged files beside the checkpoints, markers, fencing before anything is
// read. It shares no code with the product; what is tested is the protocol.
#include <memory>

#include "runtime/connectors/connector.h"

namespace sluice::sim {

std::unique_ptr<runtime::SinkConnector> make_transactional_sink(const std::string& table, const RowSchema& schema,
                                                                const runtime::ConnectorContext& context);

}  // namespace sluice::sim
