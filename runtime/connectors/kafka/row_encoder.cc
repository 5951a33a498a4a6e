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
  SLUICE_TRY(auto value, plan.value_format->encoder(plan.value_columns, plan.value_options, {context.session}));
  return std::unique_ptr<RowEncoder>(new RowEncoder(plan, std::move(value)));
}

Status RowEncoder::encode(const Batch& batch, Outgoing& out) {
  BatchView view(batch);
  views_.clear();
  for (uint32_t position : plan_.value_positions) views_.push_back(view.columns()[position]);
  selection_.resize(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) selection_[row] = row;
  ends_.clear();
  size_t begin = out.bytes.size();
  SLUICE_DO(value_->encode(views_.data(), selection_.data(), batch.rows, false, out.bytes, &ends_));
  for (size_t end : ends_) {
    OutgoingMessage& message = out.messages.emplace_back();
    message.value_at = begin;
    message.value_size = static_cast<int32_t>(end - begin);
    begin = end;
  }
  return Done{};
}

}  // namespace sluice::runtime::kafka
