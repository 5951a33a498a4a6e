#include "runtime/connectors/kafka/row_encoder.h"

#include <algorithm>
#include <map>
#include <utility>

#include "catalog/connectors/kafka.h"
#include "catalog/types/column_value.h"
#include "runtime/connectors/kafka/offsets.h"

namespace sluice::runtime::kafka {
namespace {

Status check_writable(const FormatFactory& format) {
  if (format.encoder != nullptr) return Done{};
  return fail(ErrorCode::NotSupportedYet, "writing format `{}` is not supported yet", format.name);
}

Status plan_metadata(const jobgraph::TableRef& table, EncoderPlan& plan) {
  for (uint32_t i = 0; i < table.metadata_keys.size(); ++i) {
    const std::string& key = table.metadata_keys[i];
    uint32_t position = plan.layout.physical + i;
    const Type& type = plan.columns[position].type;
    bool is_time = key == "timestamp" && type.is(TypeRoot::TimestampLtz) && type.physical() == Physical::Int64;
    bool is_headers = key == "headers" && type.is(TypeRoot::Map) && type.child(0).physical() == Physical::String &&
                      type.child(1).physical() == Physical::String;
    bool is_topic = key == "topic" && type.physical() == Physical::String && type.is_character();
    if (is_topic) {
      plan.topic = static_cast<int32_t>(position);
    } else if (is_time) {
      plan.timestamp = static_cast<int32_t>(position);
    } else if (is_headers) {
      plan.headers = static_cast<int32_t>(position);
    } else {
      return fail(ErrorCode::InvalidJobGraph, "metadata `{}` is not written as {}", key, type.to_string());
    }
  }
  return Done{};
}

}  // namespace

Result<EncoderPlan> plan_encoder(const jobgraph::Sink& sink, const RowSchema& input) {
  EncoderPlan plan;
  plan.columns = input;
  SLUICE_TRY(plan.layout, layout_of(sink.table, input));
  SLUICE_DO(check_writable(*plan.layout.value.format));
  if (plan.layout.key.format != nullptr) SLUICE_DO(check_writable(*plan.layout.key.format));
  SLUICE_DO(plan_metadata(sink.table, plan));
  SLUICE_TRY(KafkaOptions kafka, read_options<KafkaOptions>(sink.table.options));
  plan.topics = split_list(kafka.topic);
  if (!kafka.topic_pattern.empty()) {
    SLUICE_TRY(plan.pattern, compile_topic_pattern(kafka.topic_pattern));
  }
  if (plan.layout.is_upsert) {
    SLUICE_TRY(UpsertKafkaOptions options, read_options<UpsertKafkaOptions>(sink.table.options));
    plan.flush_rows_max = static_cast<size_t>(std::max<int64_t>(options.flush_rows_max, 0));
    plan.flush_interval_ms = options.flush_interval.count();
  }
  return plan;
}

Result<std::unique_ptr<RowEncoder>> RowEncoder::make(const EncoderPlan& plan, const ConnectorContext& context) {
  const auto& [format, options, columns, positions] = plan.layout.value;
  SLUICE_TRY(auto value, format->encoder({.columns = columns, .positions = positions}, options, {context.session}));
  std::unique_ptr<Encoder> key;
  if (const ColumnLayout::Part& part = plan.layout.key; part.format != nullptr) {
    SLUICE_TRY(key, part.format->encoder({.columns = part.columns, .positions = part.positions}, part.options,
                                         {context.session}));
  }
  return std::unique_ptr<RowEncoder>(new RowEncoder(plan, std::move(key), std::move(value)));
}

Status RowEncoder::encode(const Batch& batch, Outgoing& out) {
  BatchView view(batch);
  out.messages.resize(batch.rows);
  SLUICE_DO(encode_values(batch, view, out));
  if (key_ != nullptr) SLUICE_DO(encode_keys(view, out));
  if (plan_.timestamp >= 0) SLUICE_DO(take_times(view.columns()[plan_.timestamp], out));
  if (plan_.topic >= 0 && plan_.topics.size() != 1) SLUICE_DO(take_topics(view.columns()[plan_.topic], out));
  if (plan_.headers >= 0) encode_headers(view.columns()[plan_.headers], out);
  return Done{};
}

// What a deletion would say is its key.
Status RowEncoder::encode_values(const Batch& batch, const BatchView& view, Outgoing& out) {
  kept_.clear();
  for (uint32_t row = 0; row < batch.rows; ++row) {
    bool is_deletion = batch.kind(row) == RowKind::Delete || batch.kind(row) == RowKind::UpdateBefore;
    if (!plan_.layout.is_upsert || !is_deletion) kept_.push_back(row);
  }
  messages_.clear();
  messages_.bytes.swap(out.bytes);
  const int8_t* kinds = plan_.layout.is_upsert ? nullptr : batch.kinds_data();
  Status encoded =
      value_->encode({view.columns(), kinds, kept_.data(), static_cast<uint32_t>(kept_.size())}, messages_);
  messages_.bytes.swap(out.bytes);
  SLUICE_DO(encoded);
  size_t begin = 0;
  for (size_t i = 0; i < kept_.size(); ++i) {
    OutgoingMessage& message = out.messages[kept_[i]];
    message.value_at = begin;
    if (!messages_.ends[i].is_null) message.value_size = static_cast<int32_t>(messages_.ends[i].end - begin);
    begin = messages_.ends[i].end;
  }
  return Done{};
}

Status RowEncoder::encode_keys(const BatchView& view, Outgoing& out) {
  size_t begin = out.bytes.size();
  messages_.clear();
  messages_.bytes.swap(out.bytes);
  Status encoded = key_->encode({view.columns(), nullptr, nullptr, view.rows()}, messages_);
  messages_.bytes.swap(out.bytes);
  SLUICE_DO(encoded);
  for (uint32_t row = 0; row < view.rows(); ++row) {
    OutgoingMessage& message = out.messages[row];
    message.key_at = begin;
    if (!messages_.ends[row].is_null) message.key_size = static_cast<int32_t>(messages_.ends[row].end - begin);
    begin = messages_.ends[row].end;
  }
  return Done{};
}

// Brokers take no time before 1970, and librdkafka writes the present one for 1970 itself.
Status RowEncoder::take_times(const ColumnView& column, Outgoing& out) const {
  const auto* times = static_cast<const int64_t*>(column.values);
  bool is_ms = plan_.columns[static_cast<uint32_t>(plan_.timestamp)].type.precision() <= 3;
  for (uint32_t row = 0; row < out.messages.size(); ++row) {
    if (!is_valid(column.validity, row)) continue;
    int64_t time_ms = is_ms ? times[row] : times[row] / 1000;
    if (times[row] < 0 || time_ms == 0) {
      return fail(ErrorCode::RowExpressionFailed,
                  "column `{}` is the time of a message, which cannot be {} ms since 1970: it must be positive",
                  plan_.columns[static_cast<uint32_t>(plan_.timestamp)].name,
                  std::min<int64_t>(time_ms, times[row] < 0 ? -1 : 0));
    }
    out.messages[row].timestamp_ms = time_ms;
    out.is_plain = false;
  }
  return Done{};
}

Status RowEncoder::check_topic(std::string_view name) const {
  RegexGroup match;
  if (plan_.pattern != nullptr) {
    if (plan_.pattern->find(name, 0, 0, match)) return Done{};
    return fail(ErrorCode::BadOptionValue, "a row goes to topic `{}`, which option `topic-pattern` does not match",
                name);
  }
  if (std::ranges::find(plan_.topics, name) != plan_.topics.end()) return Done{};
  return fail(ErrorCode::BadOptionValue, "a row goes to topic `{}`, which option `topic` does not name", name);
}

Status RowEncoder::take_topics(const ColumnView& column, Outgoing& out) const {
  const auto* names = static_cast<const StringView*>(column.values);
  std::map<std::string_view, uint32_t> places;  // In the bytes: each name stands there once.
  out.is_plain = false;
  for (uint32_t row = 0; row < out.messages.size(); ++row) {
    if (!is_valid(column.validity, row)) {
      return fail(ErrorCode::NullInNotNullColumn, "column `{}` is NULL, and says to which topic a row goes",
                  plan_.columns[static_cast<uint32_t>(plan_.topic)].name);
    }
    std::string_view name = names[row].view();
    auto [place, is_new] = places.try_emplace(name, static_cast<uint32_t>(out.bytes.size()));
    if (is_new) {
      SLUICE_DO(check_topic(name));
      out.bytes += name;
    }
    out.messages[row].topic_at = place->second;
    out.messages[row].topic_size = static_cast<uint32_t>(name.size());
  }
  return Done{};
}

void RowEncoder::encode_headers(const ColumnView& column, Outgoing& out) const {
  const Type& type = plan_.columns[static_cast<uint32_t>(plan_.headers)].type;
  for (uint32_t row = 0; row < out.messages.size(); ++row) {
    Value headers = value_at(column, type, row);
    if (headers.is_null()) continue;
    OutgoingMessage& message = out.messages[row];
    message.headers_at = out.bytes.size();
    for (const auto& [name, value] : *headers.get<std::shared_ptr<const ValueMap>>()) {
      if (name.is_null()) continue;
      auto bytes = value.is_null() ? std::nullopt : std::optional<std::string_view>(value.get<std::string>());
      append_header(name.get<std::string>(), bytes, out.bytes);
    }
    message.headers_size = static_cast<uint32_t>(out.bytes.size() - message.headers_at);
    out.is_plain = false;
  }
}

}  // namespace sluice::runtime::kafka
