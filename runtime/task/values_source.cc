#include "runtime/task/values_source.h"

#include <algorithm>
#include <charconv>

#include "catalog/types/column_value.h"

namespace sluice::runtime {

Status ValuesSource::open(OperatorContext& context) {
  context_ = &context;
  if (context.subtask != 0) {
    next_ = spec_.rows.size();
    return Done{};
  }
  SLUICE_TRY(position_, context.state->list_state("position"));
  for (const std::string& entry : position_->restored()) {
    auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), next_);
    if (error != std::errc() || next_ > spec_.rows.size()) {
      return fail(ErrorCode::CorruptCheckpoint, "the position `{}` of VALUES is none", entry);
    }
  }
  position_->set({std::to_string(next_)});
  return Done{};
}

Result<SourceOperator::Outcome> ValuesSource::poll() {
  if (next_ == spec_.rows.size()) {
    out_->control(Element::watermark(kWatermarkMax));
    return Outcome::End;
  }
  auto count = static_cast<uint32_t>(std::min<size_t>(rows_max_, spec_.rows.size() - next_));
  const RowSchema& schema = context_->op->output;
  BatchBuilder builder(*context_->buffers, schema, count);
  builder.bind(*context_->kernels);
  MutableColumn* columns = builder.columns();
  for (uint32_t row = 0; row < count; ++row) {
    const ValueList& values = spec_.rows[next_ + row];
    for (size_t i = 0; i < schema.size(); ++i) {
      put_value(columns[i], schema[i].type, row, values[i], *context_->kernels);
    }
  }
  next_ += count;
  out_->emit(builder.finish(count, context_->arena));
  return Outcome::More;
}

// Only subtask 0 has rows.
void ValuesSource::on_snapshot(CheckpointId) {
  if (position_ != nullptr) position_->set({std::to_string(next_)});
}

}  // namespace sluice::runtime
