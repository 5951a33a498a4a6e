#include "planner/jobgraph/jobgraph.h"

namespace sluice::jobgraph {

SLUICE_DEFINE_COPIES(OperatorKind)

}  // namespace sluice::jobgraph
