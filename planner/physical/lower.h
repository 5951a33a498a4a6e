#pragma once
// Logical nodes -> operators. One function per kind, each of which decides what its input must be distributed by, what
// state it keeps, and what it is called for ever.
#include <map>

#include "planner/physical/job_builder.h"
#include "planner/physical/physical_settings.h"
#include "planner/plan/logical.h"
#include "planner/plan/traits.h"

namespace sluice::planner {

class Lowering {
 public:
  Lowering(JobBuilder& builder, const PhysicalSettings& settings, const ChangelogAnnotations& changelogs)
      : builder_(builder), settings_(settings), changelogs_(changelogs) {}

  // The id of the sink's operator.
  Result<uint32_t> lower_sink(const Plan& sink);

 private:
  // Whether an operator with a mini-batch bundle waits for the rows: then a source is followed by a MiniBatchAssigner.
  Result<uint32_t> lower(const Plan& plan, bool flushes);

  Result<uint32_t> lower_node(const Plan& plan, const Scan& scan, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Values& values, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Filter& filter, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Project& project, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Aggregate& aggregate, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const WindowTvf& tvf, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const WindowAggregate& aggregate, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Deduplicate& deduplicate, bool flushes);
  static Result<uint32_t> lower_node(const Plan& plan, const Rank& rank, bool flushes);
  static Result<uint32_t> lower_node(const Plan& plan, const Over& over, bool flushes);
  static Result<uint32_t> lower_node(const Plan& plan, const Match& match, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Union& all, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Join& join, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Correlate& correlate, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Sort& sort, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Expand& expand, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const ChangelogCall& call, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const WatermarkAssigner& assigner, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const ChangelogNormalize& normalize, bool flushes);
  Result<uint32_t> lower_node(const Plan& plan, const Sink& sink, bool flushes);

  Result<uint32_t> add_calc(const Plan& plan, uint32_t input, jobgraph::Calc calc);
  Result<uint32_t> lower_two_phases(const Plan& plan, const Aggregate& aggregate,
                                    const std::vector<AggregateCall>& calls, uint32_t input);
  // The operator's description so far: output and traits of `plan`.
  JobBuilder::NewOperator describe(const Plan& plan, jobgraph::OperatorKind kind) const;
  // Of a stateful operator: digest of kind, meaning of the keys, `extra` (the window), input path.
  static std::string uid_of(const char* kind, const std::vector<uint32_t>& keys, const Identity& input,
                            std::string_view extra);
  const ChangelogTraits& changelog_of_node(const Plan& plan) const { return changelogs_.at(plan.id()); }
  std::optional<jobgraph::MiniBatch> mini_batch() const;

  JobBuilder& builder_;
  const PhysicalSettings& settings_;
  const ChangelogAnnotations& changelogs_;
};

// Rows with the same keys to one subtask; all rows to one where there are no keys.
Input keyed_input(uint32_t from, const std::vector<uint32_t>& keys);

// What an expression means, given what the columns that it reads mean.
std::string expr_identity(const Expr& expr, const Identity& input);

}  // namespace sluice::planner
