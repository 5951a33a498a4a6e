// Any bytes are a JobGraph that encodes to one that is equal, or an error.
#include "planner/jobgraph/codec.h"
#include "planner/jobgraph/validate.h"
#include "tests/fuzz/bytes_target.h"
#include "tests/unit/planner/random_graph.h"

namespace sluice::testing {

std::string fuzz_sample(Draw& draw) { return jobgraph::encode(jobgraph::RandomGraph(draw.below(UINT32_MAX)).draw()); }

bool fuzz_check(std::string_view bytes) {
  Result<jobgraph::JobGraph> graph = jobgraph::decode(bytes);
  if (!graph) return graph.error().code == ErrorCode::InvalidJobGraph || !graph.error().message.empty();
  if (!jobgraph::validate(*graph)) return false;
  std::string encoded = jobgraph::encode(*graph);
  Result<jobgraph::JobGraph> again = jobgraph::decode(encoded);
  return again && jobgraph::encode(*again) == encoded;
}

}  // namespace sluice::testing
