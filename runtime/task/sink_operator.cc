#include "runtime/task/sink_operator.h"

#include <utility>

namespace sluice::runtime {
namespace {

bool has_null(const Column& column, uint32_t row) {
  return column.validity && !is_valid(reinterpret_cast<const uint64_t*>(column.validity.data()), row);
}

}  // namespace

Status SinkOperator::open(OperatorContext& context) {
  context_ = &context;
  const RowSchema& input = context.inputs[0];
  for (uint32_t i = 0; i < input.size() && i < spec_.table.columns.size(); ++i) {
    if (!spec_.table.columns[i].type.nullable()) not_null_.push_back(i);
  }
  lengths_.open(context, spec_);
  SLUICE_TRY(writer_, connector_->open({context.subtask, context.parallelism}, context.make_completion(0)));
  return Done{};
}

Step SinkOperator::on_batch(uint32_t, Batch batch, Output&) {
  SLUICE_TRY(Batch checked, enforce_not_null(std::move(batch)));
  if (checked.rows == 0) return Progress::Done;
  SLUICE_TRY(Batch fitting, lengths_.enforce(std::move(checked)));
  return write(std::move(fitting));
}

Step SinkOperator::on_watermark(TimestampMs watermark, Output&) {
  SLUICE_DO(writer_->on_watermark(watermark));
  return Progress::Done;
}

Step SinkOperator::on_completion(uint64_t, Output&) {
  SLUICE_DO(writer_->on_wake());
  return Progress::Done;
}

Step SinkOperator::on_end(Output&) {
  writer_->on_end();
  return Progress::Done;
}

Step SinkOperator::resume(Output&) {
  if (!held_) return Progress::Done;
  return write(*std::exchange(held_, std::nullopt));
}

Step SinkOperator::write(Batch batch) {
  if (!writer_->has_room()) {
    held_ = std::move(batch);
    return Progress::Pending;
  }
  SLUICE_DO(writer_->write(batch));
  return Progress::Done;
}

void SinkOperator::prepare(CheckpointId id, std::function<void(Result<std::string>)> done) {
  writer_->prepare(id, std::move(done));
}

Result<Batch> SinkOperator::enforce_not_null(Batch batch) {
  std::vector<bool> drops;
  for (uint32_t index : not_null_) {
    const Column& column = batch.columns[index];
    if (!column.validity) continue;
    for (uint32_t row = 0; row < batch.rows; ++row) {
      if (!has_null(column, row)) continue;
      if (spec_.not_null == jobgraph::Sink::NotNull::Error) {
        return fail(ErrorCode::NullInNotNullColumn, "column `{}` of `{}` is NOT NULL, and a NULL is written to it",
                    spec_.table.columns[index].name, spec_.table.path)
            .hint("Set `table.exec.sink.not-null-enforcer` to `DROP` to leave such rows out.");
      }
      drops.resize(batch.rows, false);
      drops[row] = true;
    }
  }
  if (drops.empty()) return batch;
  std::vector<uint32_t> kept;
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (!drops[row]) kept.push_back(row);
  }
  context_->metrics->not_null_records_dropped.add(batch.rows - kept.size());
  return gather(batch, context_->inputs[0], kept, *context_->buffers, *context_->arena);
}

}  // namespace sluice::runtime
