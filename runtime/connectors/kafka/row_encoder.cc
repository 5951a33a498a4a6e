#include "runtime/connectors/kafka/row_encoder.h"

namespace sluice::runtime::kafka {

Result<EncoderPlan> plan_encoder(const jobgraph::Sink& sink, const RowSchema& input) {
  SLUICE_TRY(KafkaOptions options, read_options<KafkaOptions>(sink.table.options));
  if (!options.key_format.empty()) return fail(ErrorCode::NotSupportedYet, "`key.format` is not supported yet");
  if (!sink.table.metadata_keys.empty()) {
    return fail(ErrorCode::NotSupportedYet, "metadata columns of `{}` are not supported yet", sink.table.path);
  }
  EncoderPlan plan;
  auto format = sink.table.options.find("format");
  std::string name = format == sink.table.options.end() ? options.value_format : format->second;
  SLUICE_TRY(plan.value_format, find_format_factory(name));
  if (plan.value_format->encoder == nullptr) {
    return fail(ErrorCode::NotSupportedYet, "writing format `{}` is not supported yet", name);
  }
  for (uint32_t i = 0; i < input.size(); ++i) {
    plan.value_columns.push_back({sink.table.columns[i].name, input[i].type});
    plan.value_positions.push_back(i);
  }
  plan.value_options = sink.table.options;
  return plan;
}

Result<std::unique_ptr<RowEncoder>> RowEncoder::make(const EncoderPlan& plan, const ConnectorContext& context) {
  EncoderSpec spec;
  spec.columns = plan.value_columns;
  spec.positions = plan.value_positions;
  SLUICE_TRY(auto value, plan.value_format->encoder(spec, plan.value_options, {context.session}));
  return std::unique_ptr<RowEncoder>(new RowEncoder(std::move(value)));
}

Status RowEncoder::encode(const Batch& batch, Outgoing& out) {
  BatchView view(batch);
  size_t begin = out.bytes.size();
  values_.ends.clear();
  values_.bytes.swap(out.bytes);
  Status encoded = value_->encode({view.columns(), batch.kinds_data(), nullptr, batch.rows}, values_);
  values_.bytes.swap(out.bytes);
  SLUICE_DO(encoded);
  for (const EncodedMessages::End& end : values_.ends) {
    OutgoingMessage& message = out.messages.emplace_back();
    message.value_at = begin;
    message.value_size = end.is_null ? OutgoingMessage::kNull : static_cast<int32_t>(end.end - begin);
    begin = end.end;
  }
  return Done{};
}

}  // namespace sluice::runtime::kafka
