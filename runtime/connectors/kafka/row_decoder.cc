#include "runtime/connectors/kafka/row_decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "catalog/types/column_value.h"

namespace sluice::runtime::kafka {
namespace {

// What of a part is read: its columns, and where in the rows they go.
DecoderSpec spec_of(const ColumnLayout::Part& part, const jobgraph::Source& source) {
  DecoderSpec spec;
  spec.columns = part.columns;
  for (uint32_t i = 0; i < source.paths.size(); ++i) {
    auto found = std::ranges::find(part.positions, source.paths[i][0]);
    if (found == part.positions.end()) continue;
    jobgraph::FieldPath path = source.paths[i];
    path[0] = static_cast<uint32_t>(found - part.positions.begin());
    spec.paths.push_back(std::move(path));
    spec.targets.push_back(i);
  }
  return spec;
}

std::string_view text_of(const void* bytes, size_t size) {
  return {static_cast<const char*>(bytes), bytes == nullptr ? 0 : size};
}

// NULL, or where the column cannot be, a value that nobody looks at.
void put_nothing(MutableColumn& column, const Type& type, uint32_t row, KernelContext& context) {
  if (column.validity != nullptr) return put_value(column, type, row, Value::null(), context);
  switch (type.physical()) {
    case Physical::Struct:
      for (uint32_t i = 0; i < type.child_count(); ++i) put_nothing(column.children[i], type.child(i), row, context);
      return;
    case Physical::List:
      return put_value(column, type, row, Value::list({}), context);
    case Physical::Map:
      return put_value(column, type, row, Value::map({}), context);
    default:
      std::memset(static_cast<char*>(column.values) + size_t{row} * type.width(), 0, type.width());
  }
}

// A message without a value deletes the row of its key. The key's columns were written when the key was decoded.
class DeletionDecoder final : public Decoder {
 public:
  DeletionDecoder(const DecoderPlan& plan, std::unique_ptr<Decoder> value) : plan_(plan), value_(std::move(value)) {}

  std::optional<DecodeError> decode(std::string_view message, RowAppender& out) override {
    if (message.data() != nullptr) return value_->decode(message, out);
    for (uint32_t column : plan_.value.targets) {
      if (std::ranges::find(plan_.key.targets, column) != plan_.key.targets.end()) continue;
      put_nothing(out.columns()[column], plan_.output[column].type, out.row(), out.context());
    }
    out.commit(RowKind::Delete);
    return std::nullopt;
  }
  uint64_t fields_nulled() const override { return value_->fields_nulled(); }

 private:
  const DecoderPlan& plan_;
  std::unique_ptr<Decoder> value_;
};

Status check_readable(const FormatFactory& format) {
  if (format.decoder != nullptr) return Done{};
  return fail(ErrorCode::NotSupportedYet, "reading format `{}` is not supported yet", format.name);
}

}  // namespace

Result<DecoderPlan> plan_decoder(const jobgraph::Source& source, const RowSchema& output) {
  DecoderPlan plan;
  SLUICE_TRY(plan.layout, layout_of(source.table, source.table.columns));
  SLUICE_DO(check_readable(*plan.layout.value.format));
  plan.value = spec_of(plan.layout.value, source);
  if (plan.layout.key.format != nullptr) {
    SLUICE_DO(check_readable(*plan.layout.key.format));
    plan.key = spec_of(plan.layout.key, source);
  }
  for (uint32_t i = 0; i < source.paths.size(); ++i) {
    uint32_t column = source.paths[i][0];
    if (column < plan.layout.physical) continue;
    const std::string& key = source.table.metadata_keys[column - plan.layout.physical];
    SLUICE_TRY(MetadataColumn metadata, metadata_column(key, output[i].type, i));
    plan.metadata.push_back(std::move(metadata));
  }
  SLUICE_TRY(plan.policy, decode_options_of(source.table.options));
  plan.output = output;
  return plan;
}

Result<std::unique_ptr<RowDecoder>> RowDecoder::make(const DecoderPlan& plan, const ConnectorContext& context,
                                                     std::shared_ptr<DeadLetters> letters) {
  auto decoder = [&](const ColumnLayout::Part& part, const DecoderSpec& spec) {
    return open_decoder(*part.format, spec, part.options, plan.policy, {context.session}, *context.buffers);
  };
  MessageDecoder::Parts parts;
  parts.options = plan.policy;
  parts.letters = std::move(letters);
  parts.clock = context.env.clock;
  SLUICE_TRY(parts.value, decoder(plan.layout.value, plan.value));
  if (plan.layout.key.format != nullptr) {
    SLUICE_TRY(parts.key, decoder(plan.layout.key, plan.key));
  }
  if (plan.layout.is_upsert) parts.value = std::make_unique<DeletionDecoder>(plan, std::move(parts.value));
  for (const MetadataColumn& column : plan.metadata) parts.completed.push_back(column.output);
  return std::unique_ptr<RowDecoder>(new RowDecoder(plan, std::move(parts)));
}

std::optional<DecodeError> RowDecoder::decode(const rd_kafka_message_t& message, std::string_view topic,
                                              RowAppender& out) {
  message_ = &message;
  out.set_completion(plan_.metadata.empty() ? nullptr : this);
  return messages_.decode({text_of(message.payload, message.len),
                           text_of(message.key, message.key_len),
                           {topic, message.partition, message.offset}},
                          out);
}

void RowDecoder::complete(MutableColumn* columns, uint32_t row, KernelContext& context) {
  for (const MetadataColumn& column : plan_.metadata) {
    put_metadata(column, *message_, columns[column.output], row, context);
  }
}

}  // namespace sluice::runtime::kafka
