#include "runtime/task/stateless_operators.h"

namespace sluice::runtime {

Status DropUpdateBefore::open(OperatorContext& context) {
  context_ = &context;
  return Done{};
}

Step DropUpdateBefore::on_batch(uint32_t, Batch batch, Output& out) {
  const int8_t* kinds = batch.kinds_data();
  if (kinds == nullptr) return held_.write(std::move(batch), out);
  std::vector<uint32_t> kept;
  kept.reserve(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (static_cast<RowKind>(kinds[row]) != RowKind::UpdateBefore) kept.push_back(row);
  }
  if (kept.size() == batch.rows) return held_.write(std::move(batch), out);
  return held_.write(gather(batch, context_->inputs[0], kept, *context_->buffers, *context_->arena), out);
}

Status MiniBatchAssigner::open(OperatorContext& context) {
  context_ = &context;
  int64_t now = context.env.clock->wall_ms();
  last_ = now - now % interval_ms_;
  context.register_timer(last_ + interval_ms_);
  return Done{};
}

void MiniBatchAssigner::mark(int64_t now_ms) {
  int64_t current = now_ms - now_ms % interval_ms_;
  if (current <= last_) return;
  last_ = current;
  elements_->control(Element::flush(current));
}

Step MiniBatchAssigner::on_batch(uint32_t, Batch batch, Output& out) {
  mark(context_->env.clock->wall_ms());
  return held_.write(std::move(batch), out);
}

Step MiniBatchAssigner::on_timer(TimestampMs, Output&) {
  int64_t now = context_->env.clock->wall_ms();
  mark(now);
  context_->register_timer(now - now % interval_ms_ + interval_ms_);
  return Progress::Done;
}

}  // namespace sluice::runtime
