#include "runtime/operators/checked_operator.h"

#include "base/check.h"
#include "runtime/abi/canonical_bytes.h"

namespace sluice::runtime {

class CheckedOperator::CheckedOutput final : public Output {
 public:
  CheckedOutput(CheckedOperator& checked, Output& out) : checked_(checked), out_(out) {}

  bool has_room() const override { return out_.has_room(); }
  void emit(Batch batch) override {
    SLUICE_CHECK(out_.has_room());
    SLUICE_CHECK(batch.rows >= 1 && batch.rows <= kBatchRowsMax);
    const RowSchema& schema = checked_.op_.output;
    SLUICE_CHECK(batch.columns.size() == schema.size());
    BatchView view(batch);
    for (size_t c = 0; c < schema.size(); ++c) {
      SLUICE_CHECK(batch.columns[c].rows == batch.rows);
      for (uint32_t row = 0; row < batch.rows && !schema[c].type.nullable(); ++row) {
        SLUICE_CHECK(is_valid(view.columns()[c].validity, row));
      }
    }
    for (uint32_t row = 0; row < batch.rows; ++row) check_row(view, row, batch.kind(row));
    out_.emit(std::move(batch));
  }

 private:
  void check_row(const BatchView& view, uint32_t row, RowKind kind) {
    const ChangelogMode& mode = checked_.op_.changelog;
    SLUICE_CHECK(mode.contains(kind));
    // An upsert stream takes rows back by key only.
    if (mode.contains(RowKind::UpdateAfter) && !mode.contains(RowKind::UpdateBefore)) return;
    std::string bytes;
    for (size_t c = 0; c < checked_.op_.output.size(); ++c) {
      append_canonical(view.columns()[c], checked_.op_.output[c].type, row, bytes);
    }
    int64_t& count = checked_.rows_[bytes];
    count += sign_of(kind);
    SLUICE_CHECK(count >= 0);
    if (count == 0) checked_.rows_.erase(bytes);
  }

  CheckedOperator& checked_;
  Output& out_;
};

CheckedOperator::CheckedOperator(jobgraph::Operator op, std::unique_ptr<Operator> inner)
    : op_(std::move(op)), inner_(std::move(inner)) {}

CheckedOperator::~CheckedOperator() = default;

void CheckedOperator::begin_event() {
  SLUICE_CHECK(!is_pending_);
  SLUICE_CHECK(!is_ended_);
}

Step CheckedOperator::note(Step step) {
  is_pending_ = step && *step == Progress::Pending;
  return step;
}

Step CheckedOperator::on_batch(uint32_t input, Batch batch, Output& out) {
  begin_event();
  CheckedOutput checked(*this, out);
  return note(inner_->on_batch(input, std::move(batch), checked));
}

Step CheckedOperator::on_watermark(TimestampMs watermark, Output& out) {
  begin_event();
  SLUICE_CHECK(watermark >= watermark_);
  watermark_ = watermark;
  CheckedOutput checked(*this, out);
  return note(inner_->on_watermark(watermark, checked));
}

Step CheckedOperator::on_timer(TimestampMs time, Output& out) {
  begin_event();
  CheckedOutput checked(*this, out);
  return note(inner_->on_timer(time, checked));
}

Step CheckedOperator::on_flush(Output& out) {
  begin_event();
  CheckedOutput checked(*this, out);
  return note(inner_->on_flush(checked));
}

Step CheckedOperator::on_completion(uint64_t token, Output& out) {
  begin_event();
  CheckedOutput checked(*this, out);
  return note(inner_->on_completion(token, checked));
}

Step CheckedOperator::on_barrier(CheckpointId id, Output& out) {
  begin_event();
  CheckedOutput checked(*this, out);
  return note(inner_->on_barrier(id, checked));
}

Step CheckedOperator::on_end(Output& out) {
  begin_event();
  is_ended_ = true;
  CheckedOutput checked(*this, out);
  return note(inner_->on_end(checked));
}

Step CheckedOperator::resume(Output& out) {
  SLUICE_CHECK(is_pending_);
  CheckedOutput checked(*this, out);
  return note(inner_->resume(checked));
}

}  // namespace sluice::runtime
