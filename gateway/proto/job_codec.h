#pragma once
// Jobs and errors <-> sluice.proto.
#include <vector>

#include "base/placed_error.h"
#include "gateway/jobs/job_view.h"
#include "gateway/proto/sluice.pb.h"
#include "planner/jobgraph/jobgraph.h"

namespace sluice::gateway {

void encode_error(const PlacedError& error, v1::Diagnostic& out);
PlacedError decode_error(const v1::Diagnostic& in);

v1::JobState encode_state(JobState state);
// Nothing for a state that a newer gateway knows.
std::optional<JobState> decode_state(v1::JobState state);

// What a list shows of a job.
void encode_job(const JobView& view, v1::Job& out);
// Statement, operators and directory, too.
void encode_job_details(const JobView& view, const jobgraph::JobGraph& graph, v1::Job& out);

void encode_lineage(const jobgraph::LineageEdge& edge, v1::LineageEdge& out);
jobgraph::LineageEdge decode_lineage(const v1::LineageEdge& in);

}  // namespace sluice::gateway
