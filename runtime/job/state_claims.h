#pragma once
// Whether a job takes all that a checkpoint holds. State is found by the uid of its operator, a digest of the logical
// operator; what no operator of the job asks for would be left behind without a word, and with it rows.
#include <string>
#include <vector>

#include "base/result.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/checkpoint/manifest.h"

namespace sluice::runtime {

// Names, for people, of the operators of the manifest's job that hold state or rows not yet published there and have no
// counterpart in `graph`. CorruptCheckpoint when the manifest's job cannot be read.
Result<std::vector<std::string>> unclaimed_operators(const Manifest& manifest, const jobgraph::JobGraph& graph);

}  // namespace sluice::runtime
