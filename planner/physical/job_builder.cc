#include "planner/physical/job_builder.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "catalog/connectors/option_fields.h"
#include "planner/jobgraph/print.h"
#include "planner/physical/digest.h"

namespace sluice::planner {

using jobgraph::Distribution;
using jobgraph::Edge;
using jobgraph::Fragment;

namespace {

// The parallelism that a table asks for, of its source or sink; 0: the job's.
uint32_t own_parallelism(const jobgraph::Operator& op) {
  const auto* source = std::get_if<jobgraph::Source>(&op.kind);
  const auto* sink = std::get_if<jobgraph::Sink>(&op.kind);
  if (source == nullptr && sink == nullptr) return 0;
  const auto& options = source != nullptr ? source->table.options : sink->table.options;
  auto found = options.find(source != nullptr ? "scan.parallelism" : "sink.parallelism");
  int64_t wanted = 0;
  if (found == options.end() || !parse_option(found->second, wanted)) return 0;
  return static_cast<uint32_t>(std::clamp<int64_t>(wanted, 0, UINT32_MAX));
}

// The changes of a key keep their order where they pass between subtasks of different number. Without updates, or
// without a key, rows stay where they are if the numbers are the same.
Input next_to_own(const Input& input, const jobgraph::Operator& from, const jobgraph::Operator& to) {
  const auto* source = std::get_if<jobgraph::Source>(&from.kind);
  const auto* sink = std::get_if<jobgraph::Sink>(&to.kind);
  if (input.distribution != Distribution::Forward || from.changelog.is_insert_only()) return input;
  const jobgraph::TableRef* table = sink != nullptr ? &sink->table : source != nullptr ? &source->table : nullptr;
  if (table == nullptr || table->primary_key.empty()) return input;
  if (sink != nullptr) return {input.from, Distribution::Hash, table->primary_key};
  return from.upsert_keys.empty() ? input : Input{input.from, Distribution::Hash, from.upsert_keys.front()};
}

}  // namespace

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
  std::vector<bool> is_own;  // Per fragment: has the parallelism of a table.
  for (const Placed& placed : operators_) {
    uint32_t own = own_parallelism(placed.op);
    auto is_alike = [&](const Input& input) {
      return input.distribution == Distribution::Forward && own == 0 && !is_own[fragment_of[input.from - 1]];
    };
    // An operator joins the fragment of its inputs when they are all in one and rows stay where they are.
    bool joins = !placed.inputs.empty();
    for (const Input& input : placed.inputs) {
      joins = joins && is_alike(input) && fragment_of[input.from - 1] == fragment_of[placed.inputs[0].from - 1];
    }
    size_t at = joins ? fragment_of[placed.inputs[0].from - 1] : graph.fragments.size();
    fragment_of[placed.op.id - 1] = at;
    if (!joins) {
      Fragment fragment;
      fragment.id = static_cast<uint32_t>(at);
      bool gathers = std::ranges::any_of(placed.inputs, [&](const Input& input) {
        return input.distribution == Distribution::Gather ||
               (is_alike(input) && graph.fragments[fragment_of[input.from - 1]].parallelism_max == 1);
      });
      fragment.parallelism_max = own != 0 ? own : gathers ? 1 : 0;
      is_own.push_back(own != 0);
      graph.fragments.push_back(std::move(fragment));
    }
    for (uint32_t i = 0; i < placed.inputs.size() && !joins; ++i) {
      const Placed& from = operators_[placed.inputs[i].from - 1];
      Input input = is_alike(placed.inputs[i]) ? placed.inputs[i] : next_to_own(placed.inputs[i], from.op, placed.op);
      bool narrows = graph.fragments[at].parallelism_max == 1 && input.distribution == Distribution::Forward;
      if (narrows) input.distribution = Distribution::Gather;
      graph.edges.push_back(Edge{input.from, placed.op.id, i, input.distribution, input.hash_columns});
    }
    graph.fragments[at].operators.push_back(placed.op);
  }
}

}  // namespace sluice::planner
