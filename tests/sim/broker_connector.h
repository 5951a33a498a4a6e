#pragma once
// `values` tables that live in the broker: the connectors of simulated runs. The broker is found through the network of
// the context's Env, which has to be a SimNetwork.
#include <vector>

#include "runtime/connectors/connector.h"

namespace sluice::sim {

// The table of connectors of a simulated process: `values` is the broker, `filesystem` the product's.
const std::vector<runtime::ConnectorFactory>& simulated_connectors();

}  // namespace sluice::sim
