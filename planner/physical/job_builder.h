#pragma once
// Operators in the making: with what each of their inputs must be distributed by, with names for what they mean, and
// one of each where the same is asked for twice.
#include <map>
#include <string>
#include <vector>

#include "planner/jobgraph/jobgraph.h"

namespace sluice::planner {

struct Input {
  uint32_t from = 0;  // Operator id.
  jobgraph::Distribution distribution = jobgraph::Distribution::Forward;
  std::vector<uint32_t> hash_columns;
  bool operator==(const Input&) const = default;
};

// What the columns and rows of an operator mean, whatever operators lie between: digests.
struct Identity {
  // Of the stateful operators and catalog objects below, this operator included.
  std::string path;
  std::vector<std::string> columns;
};

class JobBuilder {
 public:
  // `shares`: an operator that is equal to an earlier one in everything, inputs included, is that one.
  explicit JobBuilder(bool shares) : shares_(shares) {}

  struct NewOperator {
    jobgraph::OperatorKind kind;
    std::vector<Input> inputs;
    RowSchema output;
    ChangelogMode changelog;
    std::vector<std::vector<uint32_t>> upsert_keys;
    int32_t rowtime = -1;
    std::vector<jobgraph::StateTable> state;
    // Of stateful operators, sources and sinks: digest of kind, keys, window and input path. Made unique by the
    // builder, in the order of creation; empty for others.
    std::string uid;
    Identity identity;  // `path` is set by the builder where there is a uid.
  };
  uint32_t add(NewOperator op);

  const jobgraph::Operator& at(uint32_t id) const { return operators_.at(id - 1).op; }
  const Identity& identity(uint32_t id) const { return operators_.at(id - 1).identity; }

  // Cuts the operators into fragments: a new one wherever rows change their subtask.
  void build_fragments(jobgraph::JobGraph& graph) const;

 private:
  struct Placed {
    jobgraph::Operator op;
    std::vector<Input> inputs;
    Identity identity;
    std::string base_uid;
  };
  uint32_t find_equal(const NewOperator& op) const;

  bool shares_;
  std::vector<Placed> operators_;  // Operator id - 1.
  std::map<std::string, uint32_t> uid_counts_;
};

}  // namespace sluice::planner
