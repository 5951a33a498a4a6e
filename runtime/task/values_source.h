#pragma once
// VALUES: its rows once, written by subtask 0.
#include "runtime/task/chain.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class ValuesSource final : public SourceOperator {
 public:
  ValuesSource(const jobgraph::Values& spec, uint32_t rows_max) : spec_(spec), rows_max_(rows_max) {}
  void bind(ElementOutput& out) override { out_ = &out; }
  Status open(OperatorContext& context) override;
  Result<Outcome> poll() override;
  void on_snapshot(CheckpointId id) override;

 private:
  const jobgraph::Values& spec_;
  uint32_t rows_max_;
  OperatorContext* context_ = nullptr;
  ElementOutput* out_ = nullptr;
  ListState* position_ = nullptr;
  size_t next_ = 0;
};

}  // namespace sluice::runtime
