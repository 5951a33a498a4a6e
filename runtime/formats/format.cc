#include "runtime/formats/format.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::runtime {

RowAppender::RowAppender(BufferPool& pool, RowSchema schema, const SessionContext* session, uint32_t rows_max)
    : arena_(pool), builder_(pool, schema, std::min(rows_max, kBatchRowsMax)), rows_max_(builder_.capacity()) {
  context_.arena = &arena_;
  context_.session = session;
  builder_.bind(context_);
}

void RowAppender::commit(RowKind kind) {
  SLUICE_CHECK(rows_ < rows_max_);
  if (kind != RowKind::Insert) builder_.kinds()[rows_] = static_cast<int8_t>(kind);
  ++rows_;
  ++rows_committed_;
  if (rows_ == rows_max_) finish();
}

void RowAppender::finish() {
  full_.push_back(builder_.finish(rows_, &arena_));
  builder_.bind(context_);
  rows_ = 0;
}

Batch RowAppender::take() {
  if (full_.empty() && rows_ > 0) finish();
  if (full_.empty()) return {};
  Batch batch = std::move(full_.front());
  full_.erase(full_.begin());
  return batch;
}

size_t Decoder::record_size(std::string_view bytes, bool at_end) const {
  size_t line_break = bytes.find('\n');
  if (line_break != std::string_view::npos) return line_break + 1;
  return at_end ? bytes.size() : 0;
}

Result<const FormatFactory*> find_format_factory(const std::string& name) {
  auto found = std::ranges::find(formats(), name, &FormatFactory::name);
  if (found == formats().end()) return fail(ErrorCode::UnknownFormat, "there is no format `{}`", name);
  return &*found;
}

}  // namespace sluice::runtime
