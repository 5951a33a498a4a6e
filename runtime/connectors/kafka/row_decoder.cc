#include "runtime/connectors/kafka/row_decoder.h"

namespace sluice::runtime::kafka {

Result<DecoderPlan> plan_decoder(const jobgraph::Source& source, const RowSchema& output) {
  SLUICE_TRY(KafkaOptions options, read_options<KafkaOptions>(source.table.options));
  if (!options.key_format.empty()) return fail(ErrorCode::NotSupportedYet, "`key.format` is not supported yet");
  if (!source.table.metadata_keys.empty()) {
    return fail(ErrorCode::NotSupportedYet, "metadata columns of `{}` are not supported yet", source.table.path);
  }
  DecoderPlan plan;
  auto format = source.table.options.find("format");
  std::string name = format == source.table.options.end() ? options.value_format : format->second;
  SLUICE_TRY(plan.value_format, find_format_factory(name));
  if (plan.value_format->decoder == nullptr) {
    return fail(ErrorCode::NotSupportedYet, "reading format `{}` is not supported yet", name);
  }
  plan.value.columns = source.table.columns;
  plan.value.paths = source.paths;
  plan.value_options = source.table.options;
  plan.output = output;
  return plan;
}

Result<std::unique_ptr<RowDecoder>> RowDecoder::make(const DecoderPlan& plan, const ConnectorContext& context) {
  SLUICE_TRY(auto value, plan.value_format->decoder(plan.value, plan.value_options, {context.session}));
  return std::unique_ptr<RowDecoder>(new RowDecoder(std::move(value)));
}

std::optional<DecodeError> RowDecoder::decode(const rd_kafka_message_t& message, RowAppender& out) {
  if (message.payload == nullptr) return std::nullopt;  // A tombstone says nothing without a key.
  return value_->decode({static_cast<const char*>(message.payload), message.len}, out);
}

}  // namespace sluice::runtime::kafka
