#include "planner/physical/job_builder.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "planner/jobgraph/print.h"
#include "planner/physical/digest.h"

namespace sluice::planner {

using jobgraph::Distribution;
using jobgraph::Edge;
using jobgraph::Fragment;

uint32_t JobBuilder::find_equal(const NewOperator& op) const {
  // Two sinks write twice.
  if (!shares_ || std::holds_alternative<jobgraph::Sink>(op.kind)) return 0;
  for (const Placed& placed : operators_) {
    const jobgraph::Operator& other = placed.op;
    bool same = placed.inputs == op.inputs && placed.base_uid == op.uid && other.kind == op.kind &&
                other.output == op.output && other.changelog == op.changelog && other.state == op.state &&
                other.rowtime == op.rowtime;
    if (same) return other.id;
  }
  return 0;
}

uint32_t JobBuilder::add(NewOperator op) {
  if (uint32_t equal = find_equal(op); equal != 0) return equal;
  Placed placed;
  placed.op.id = static_cast<uint32_t>(operators_.size()) + 1;
  placed.op.name = fmt::format("{}[{}]", jobgraph::name_of(op.kind), placed.op.id);
  placed.op.kind = std::move(op.kind);
  placed.op.output = std::move(op.output);
  placed.op.changelog = op.changelog;
  placed.op.upsert_keys = std::move(op.upsert_keys);
  placed.op.rowtime = op.rowtime;
  placed.op.state = std::move(op.state);
  for (const Input& input : op.inputs) placed.op.inputs.push_back(input.from);
  placed.inputs = std::move(op.inputs);
  placed.identity = std::move(op.identity);
  placed.base_uid = op.uid;
  if (!op.uid.empty()) {
    uint32_t ordinal = uid_counts_[op.uid]++;
    placed.op.uid = ordinal == 0 ? op.uid : digest({op.uid, fmt::format("{}", ordinal)});
    placed.identity.path = placed.op.uid;
  }
  SLUICE_CHECK(placed.identity.columns.size() == placed.op.output.size());
  operators_.push_back(std::move(placed));
  return operators_.back().op.id;
}

void JobBuilder::build_fragments(jobgraph::JobGraph& graph) const {
  std::vector<size_t> fragment_of(operators_.size());
  for (const Placed& placed : operators_) {
    // An operator joins the fragment of its inputs when they are all in one and rows stay where they are.
    bool joins = !placed.inputs.empty();
    for (const Input& input : placed.inputs) {
      joins = joins && input.distribution == Distribution::Forward &&
              fragment_of[input.from - 1] == fragment_of[placed.inputs[0].from - 1];
    }
    size_t at = joins ? fragment_of[placed.inputs[0].from - 1] : graph.fragments.size();
    fragment_of[placed.op.id - 1] = at;
    if (!joins) {
      Fragment fragment;
      fragment.id = static_cast<uint32_t>(at);
      bool gathers = std::ranges::any_of(placed.inputs, [&](const Input& input) {
        bool is_forward = input.distribution == Distribution::Forward;
        return input.distribution == Distribution::Gather ||
               (is_forward && graph.fragments[fragment_of[input.from - 1]].parallelism_max == 1);
      });
      if (gathers) fragment.parallelism_max = 1;
      graph.fragments.push_back(std::move(fragment));
    }
    for (uint32_t i = 0; i < placed.inputs.size() && !joins; ++i) {
      const Input& input = placed.inputs[i];
      bool narrows = graph.fragments[at].parallelism_max == 1 && input.distribution == Distribution::Forward;
      Distribution distribution = narrows ? Distribution::Gather : input.distribution;
      graph.edges.push_back(Edge{input.from, placed.op.id, i, distribution, input.hash_columns});
    }
    graph.fragments[at].operators.push_back(placed.op);
  }
}

}  // namespace sluice::planner
