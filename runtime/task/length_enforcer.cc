#include "runtime/task/length_enforcer.h"

#include <utility>

#include "base/utf8.h"
#include "catalog/types/column_value.h"

namespace sluice::runtime {
namespace {

std::string_view text_of(const Value& value) {
  auto* text = std::get_if<std::string>(&value.data);
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

size_t length_of(bool is_binary, std::string_view text) { return is_binary ? text.size() : count_characters(text); }

}  // namespace

void LengthEnforcer::open(OperatorContext& context, const jobgraph::Sink& sink) {
  context_ = &context;
  sink_ = &sink;
  if (sink.length == jobgraph::Sink::Length::Ignore) return;
  const RowSchema& columns = sink.table.columns;
  for (uint32_t c = 0; c < columns.size() && c < context.inputs[0].size(); ++c) {
    const Type& type = columns[c].type;
    bool pads = type.is(TypeRoot::Char) || type.is(TypeRoot::Binary);
    bool is_binary = type.is(TypeRoot::Binary) || type.is(TypeRoot::VarBinary);
    bool has_length = pads || is_binary || type.is(TypeRoot::VarChar);
    if (!has_length || type.length() == Type::kLengthMax) continue;
    limits_.push_back({c, type, pads, is_binary, static_cast<size_t>(type.length())});
  }
}

Result<Batch> LengthEnforcer::enforce(Batch batch) {
  for (const Limit& limit : limits_) SLUICE_DO(enforce(limit, batch));
  return batch;
}

bool LengthEnforcer::fits(const Limit& limit, const Value& value) const {
  if (value.is_null() && !limit.pads) return true;
  size_t length = length_of(limit.is_binary, text_of(value));
  return limit.pads ? length == limit.length : length <= limit.length;
}

Value LengthEnforcer::fitted(const Limit& limit, const Value& value) const {
  if (value.is_null() && !limit.pads) return value;
  std::string_view text = text_of(value);
  std::string out(limit.is_binary ? text.substr(0, limit.length) : first_characters(text, limit.length));
  size_t length = length_of(limit.is_binary, out);
  if (limit.pads) out.append(limit.length - length, limit.is_binary ? '\0' : ' ');
  return Value{std::move(out)};
}

Status LengthEnforcer::enforce(const Limit& limit, Batch& batch) {
  BatchView view(batch);
  const ColumnView& column = view.columns()[limit.column];
  bool all_fit = true;
  for (uint32_t row = 0; row < batch.rows && all_fit; ++row) {
    Value value = value_at(column, limit.type, row);
    all_fit = fits(limit, value);
    if (all_fit || sink_->length == jobgraph::Sink::Length::TrimPad) continue;
    return fail(ErrorCode::WrongLength, "column `{}` of `{}` is {}, and {} {} are written to it",
                sink_->table.columns[limit.column].name, sink_->table.path, limit.type.to_string(),
                length_of(limit.is_binary, text_of(value)), limit.is_binary ? "bytes" : "characters")
        .hint("Set `table.exec.sink.type-length-enforcer` to `TRIM_PAD` to cut and pad such values.");
  }
  if (all_fit) return Done{};
  BatchBuilder builder(*context_->buffers, {{sink_->table.columns[limit.column].name, limit.type.as_nullable()}},
                       batch.rows);
  builder.bind(*context_->kernels);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    put_value(builder.columns()[0], limit.type, row, fitted(limit, value_at(column, limit.type, row)),
              *context_->kernels);
  }
  Batch fresh = builder.finish(batch.rows, context_->arena);
  batch.columns[limit.column] = std::move(fresh.columns[0]);
  batch.heaps.insert(batch.heaps.end(), fresh.heaps.begin(), fresh.heaps.end());
  return Done{};
}

}  // namespace sluice::runtime
