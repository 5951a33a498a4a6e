#pragma once
// The end of a chain: checks NOT NULL and lengths, and hands rows to the connector's writer.
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "runtime/connectors/connector.h"
#include "runtime/task/length_enforcer.h"
#include "runtime/task/metrics.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class SinkOperator final : public Operator {
 public:
  SinkOperator(const jobgraph::Sink& spec, std::shared_ptr<SinkConnector> connector)
      : spec_(spec), connector_(std::move(connector)) {}
  Status open(OperatorContext& context) override;
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step on_watermark(TimestampMs watermark, Output& out) override;
  Step on_completion(uint64_t token, Output& out) override;
  Step on_end(Output& out) override;
  Step resume(Output& out) override;
  // Right after on_barrier: what was written belongs to the checkpoint.
  void prepare(CheckpointId id, std::function<void(Result<std::string>)> done);

 private:
  Result<Batch> enforce_not_null(Batch batch);
  Step write(Batch batch);

  const jobgraph::Sink& spec_;
  std::shared_ptr<SinkConnector> connector_;  // Of all subtasks; goes after the writer.
  OperatorContext* context_ = nullptr;
  std::vector<uint32_t> not_null_;  // Columns that the table declares NOT NULL and the query does not prove to be.
  LengthEnforcer lengths_;
  std::unique_ptr<SinkWriter> writer_;
  std::optional<Batch> held_;
};

}  // namespace sluice::runtime
