#pragma once
// Small JobGraphs by hand, for tests of the runtime that do not need SQL.
#include <string>
#include <utility>
#include <vector>

#include "planner/jobgraph/jobgraph.h"

namespace sluice::sim {

inline const RowSchema kPairs = {{"k", Type::integer()}, {"v", Type::bigint()}};

class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name) { graph_.name = std::move(name); }

  // Operators are added to the fragment that was begun last; ids are given in order, from 1.
  void begin_fragment(uint32_t parallelism_max = 0);
  // A `values` table of (k INT, v BIGINT).
  uint32_t source(const std::string& table, bool bounded);
  uint32_t add(jobgraph::OperatorKind kind, std::vector<uint32_t> inputs, RowSchema output, std::string name);
  // COUNT(*), SUM(v) per k. Output: k, count, sum.
  uint32_t count_and_sum(uint32_t input);
  uint32_t sink(const std::string& table, uint32_t input);
  void edge(uint32_t from, uint32_t to, uint32_t input, jobgraph::Distribution distribution,
            std::vector<uint32_t> hash_columns = {});
  void set(const std::string& key, const std::string& value) { graph_.settings[key] = value; }
  jobgraph::Operator& op(uint32_t id);
  const jobgraph::JobGraph& graph() const { return graph_; }

 private:
  jobgraph::JobGraph graph_;
  uint32_t next_id_ = 1;
};

// in -> (hash by k) -> COUNT, SUM -> out
jobgraph::JobGraph counting_graph(const std::string& name, bool bounded);
// in1, in2 -> union -> (hash by k) -> COUNT, SUM -> out, the two sources in fragments of their own.
jobgraph::JobGraph union_graph(const std::string& name, bool bounded);

}  // namespace sluice::sim
