#pragma once
// Job graphs for those who must not see passwords.
#include "planner/jobgraph/jobgraph.h"

namespace sluice::jobgraph {

// The values of secret options and settings are hidden (base/secrets.h).
JobGraph without_secrets(JobGraph graph);

}  // namespace sluice::jobgraph
