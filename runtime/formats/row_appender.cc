#include "runtime/formats/row_appender.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::runtime {

RowAppender::RowAppender(BufferPool& pool, RowSchema schema, const SessionContext* session, uint32_t rows_max)
    : arena_(pool),
      schema_(std::move(schema)),
      builder_(pool, schema_, std::min(rows_max, kBatchRowsMax)),
      rows_max_(builder_.capacity()) {
  context_.arena = &arena_;
  context_.session = session;
  builder_.bind(context_);
}

void RowAppender::commit(RowKind kind) {
  if (is_held_) {
    ++rows_held_;
    return;
  }
  SLUICE_CHECK(rows_ < rows_max_);
  if (completion_ != nullptr) completion_->complete(builder_.columns(), rows_, context_);
  if (kind != RowKind::Insert) builder_.kinds()[rows_] = static_cast<int8_t>(kind);
  ++rows_;
  ++rows_committed_;
  if (rows_ == rows_max_) finish();
}

uint32_t RowAppender::release() {
  is_held_ = false;
  return rows_held_;
}

void RowAppender::finish() {
  full_.push_back(builder_.finish(rows_, &arena_));
  builder_.bind(context_);
  rows_ = 0;
}

namespace {

// Fields of rows have the rows of their parents, elements of lists have not.
void truncate(Column& column, const Type& type, uint32_t rows) {
  column.rows = rows;
  if (type.physical() != Physical::Struct) return;
  for (size_t i = 0; i < column.children.size(); ++i) truncate(column.children[i], type.child(i), rows);
}

}  // namespace

void RowAppender::rollback(const Mark& mark) {
  rows_committed_ = mark.committed;
  if (full_.size() == mark.full) {
    rows_ = mark.rows;
    return;
  }
  rows_ = 0;
  Batch& first = full_[mark.full];
  first.rows = mark.rows;
  for (size_t i = 0; i < first.columns.size(); ++i) truncate(first.columns[i], schema_[i].type, mark.rows);
  full_.resize(mark.full + (mark.rows > 0 ? 1 : 0));
}

Batch RowAppender::take() {
  if (full_.empty() && rows_ > 0) finish();
  if (full_.empty()) return {};
  Batch batch = std::move(full_.front());
  full_.erase(full_.begin());
  return batch;
}

}  // namespace sluice::runtime
