#include "runtime/job/state_claims.h"

#include <algorithm>
#include <set>

#include "planner/jobgraph/codec.h"

namespace sluice::runtime {
namespace {

std::set<std::string> uids_of(const jobgraph::JobGraph& graph) {
  std::set<std::string> uids;
  for (const jobgraph::Fragment& fragment : graph.fragments) {
    for (const jobgraph::Operator& op : fragment.operators) uids.insert(op.uid);
  }
  return uids;
}

// Of operators with something beside the tables of their state: positions of sources, rows in sinks.
std::set<std::string> holders_in(const Manifest& manifest) {
  std::set<std::string> uids;
  for (const TaskStateHandle& task : manifest.tasks) {
    for (const OperatorList& list : task.lists) {
      if (!list.entries.empty()) uids.insert(list.uid);
    }
  }
  for (const PreparedSink& sink : manifest.sinks) {
    bool has_rows = std::ranges::any_of(sink.committables, [](const std::string& text) { return !text.empty(); });
    if (has_rows) uids.insert(sink.uid);
  }
  return uids;
}

}  // namespace

Result<std::vector<std::string>> unclaimed_operators(const Manifest& manifest, const jobgraph::JobGraph& graph) {
  std::vector<std::string> unclaimed;
  if (manifest.job_graph.empty()) return unclaimed;
  auto former = jobgraph::decode(manifest.job_graph);
  if (!former) {
    return fail(ErrorCode::CorruptCheckpoint, "the job in the checkpoint cannot be read: {}", former.error().message);
  }
  std::set<std::string> claimed = uids_of(graph), holders = holders_in(manifest);
  for (const jobgraph::Fragment& fragment : former->fragments) {
    for (const jobgraph::Operator& op : fragment.operators) {
      bool holds = !op.uid.empty() && (!op.state.empty() || holders.contains(op.uid));
      if (holds && !claimed.contains(op.uid)) unclaimed.push_back(op.name);
    }
  }
  return unclaimed;
}

}  // namespace sluice::runtime
