#include "runtime/connectors/kafka/sink.h"

#include "catalog/connectors/kafka.h"
#include "runtime/connectors/kafka/client_properties.h"
#include "runtime/connectors/kafka/sink_writer.h"

namespace sluice::runtime {
namespace {

using namespace kafka;

struct SinkSettings {
  std::string topic;
  ClientSettings client;
  bool waits_for_brokers = true;
  EncoderPlan encoder;
};

// `none` and `at-least-once`: rows are visible when they are written.
class PlainKafkaSink final : public SinkConnector {
 public:
  PlainKafkaSink(SinkSettings settings, const ConnectorContext& context)
      : settings_(std::move(settings)), context_(context) {}

  Result<std::unique_ptr<SinkWriter>> open(SinkSubtask, std::function<void()> wake) override {
    SLUICE_TRY(auto producer, Producer::make(context_.env, settings_.client, settings_.topic));
    SLUICE_TRY(auto encoder, RowEncoder::make(settings_.encoder, context_));
    auto queue = std::make_shared<SendQueue>(context_.env, std::move(producer), std::move(wake));
    return std::unique_ptr<SinkWriter>(
        std::make_unique<PlainWriter>(std::move(encoder), std::move(queue), settings_.waits_for_brokers));
  }
  bool is_transactional() const override { return false; }
  bool needs_final_checkpoint() const override { return true; }
  Status publish(CheckpointId, const std::vector<std::string>&) override { return Done{}; }
  Status recover(CheckpointId) override { return Done{}; }

 private:
  const SinkSettings settings_;
  const ConnectorContext context_;
};

// Behind what the table sets: no message is doubled or reordered by a retry; successes are counted and not told one by
// one; what waits for brokers is bounded.
Result<ClientSettings> client_settings(const std::map<std::string, std::string>& properties) {
  SLUICE_TRY(ClientSettings settings, translate_properties(properties));
  for (const auto& [key, value] : ClientSettings{{"enable.idempotence", "true"},
                                                 {"linger.ms", "1"},
                                                 {"partitioner", "murmur2_random"},
                                                 {"queue.buffering.max.kbytes", "65536"},
                                                 {"queue.buffering.max.messages", "200000"}}) {
    settings.emplace(key, value);
  }
  settings["delivery.report.only.error"] = "true";
  for (const char* of_consumers : {"group.id", "auto.offset.reset", "isolation.level"}) settings.erase(of_consumers);
  return settings;
}

}  // namespace

Result<std::unique_ptr<SinkConnector>> make_kafka_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                       const ConnectorContext& context) {
  SLUICE_TRY(KafkaOptions options, read_options<KafkaOptions>(sink.table.options));
  if (options.delivery == KafkaDelivery::ExactlyOnce) {
    return fail(ErrorCode::NotSupportedYet, "`sink.delivery-guarantee` = `exactly-once` is not supported yet");
  }
  SinkSettings settings;
  settings.topic = options.topic;
  SLUICE_TRY(settings.client, client_settings(client_properties(sink.table.options)));
  settings.waits_for_brokers = options.delivery != KafkaDelivery::None;
  SLUICE_TRY(settings.encoder, plan_encoder(sink, input));
  return std::unique_ptr<SinkConnector>(std::make_unique<PlainKafkaSink>(std::move(settings), context));
}

}  // namespace sluice::runtime
