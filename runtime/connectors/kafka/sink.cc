#include "runtime/connectors/kafka/sink.h"

#include "catalog/connectors/kafka.h"
#include "runtime/connectors/kafka/client_properties.h"
#include "runtime/connectors/kafka/sink_writer.h"
#include "runtime/connectors/kafka/transactional_writer.h"

namespace sluice::runtime {
namespace {

using namespace kafka;

struct SinkSettings {
  std::string topic;  // The first, where there are several: it has the markers. None: those of a pattern.
  ClientSettings client;
  bool waits_for_brokers = true;
  bool is_fixed = false;  // A subtask writes one partition.
  std::string transactional_id_prefix;
  bool allows_duplicates = false;
  EncoderPlan encoder;
};

using PartitionCounts = std::map<std::string, uint32_t>;

FixedPartitions partitions_of(SinkSubtask subtask, const PartitionCounts& counts) {
  FixedPartitions out;
  for (const auto& [topic, count] : counts) out[topic] = static_cast<int32_t>(subtask.index % count);
  return out;
}

// Among which subtasks share each topic; none: messages choose their own. A topic that is not there is told now, and
// not when the first message has waited for it.
Result<PartitionCounts> fixed_partitions(const Env& env, const SinkSettings& settings) {
  SLUICE_TRY(auto producer, Producer::make(env, settings.client, settings.topic));
  PartitionCounts counts;
  for (const std::string& topic : settings.encoder.topics) {
    SLUICE_TRY(counts[topic], producer->partition_count(topic));
  }
  return settings.is_fixed ? counts : PartitionCounts{};
}

Transactions::Options options_of(const SinkSettings& settings, const ConnectorContext& context) {
  return {.env = context.env,
          .client = transaction_settings(settings.client),
          .topic = settings.topic,
          .id_prefix = settings.transactional_id_prefix + "-" + context.operator_uid,
          .run = fmt::format("{}.{:08x}", context.job_id, static_cast<uint32_t>(context.env.random->next())),
          .staging = context.staging_directory,
          .allows_duplicates = settings.allows_duplicates};
}

// `none` and `at-least-once`: rows are visible when they are written.
class PlainKafkaSink final : public SinkConnector {
 public:
  PlainKafkaSink(SinkSettings settings, const ConnectorContext& context)
      : settings_(std::move(settings)), context_(context), transactions_(options_of(settings_, context)) {}

  Result<std::unique_ptr<SinkWriter>> open(SinkSubtask subtask, std::function<void()> wake) override {
    SLUICE_TRY(auto producer, Producer::make(context_.env, settings_.client, settings_.topic));
    SLUICE_TRY(auto encoder, RowEncoder::make(settings_.encoder, context_));
    auto buffer = std::make_unique<MessageBuffer>(
        std::move(encoder), settings_.encoder,
        MessageBuffer::Options{context_.env, settings_.topic, partitions_of(subtask, partitions_), wake});
    auto queue = std::make_shared<SendQueue>(context_.env, std::move(producer), std::move(wake));
    return std::unique_ptr<SinkWriter>(
        std::make_unique<PlainWriter>(std::move(buffer), std::move(queue), settings_.waits_for_brokers,
                                      subtask.index == 0 ? committable_ : std::string()));
  }
  bool is_transactional() const override { return false; }
  bool needs_final_checkpoint() const override { return true; }
  Status publish(CheckpointId, const std::vector<std::string>&) override { return Done{}; }
  // The checkpoint may have been taken while the table was exactly once.
  Status publish_restored(const RestoredSink& restored) override {
    SLUICE_TRY(auto decoded, decode_transactions(restored.committables));
    if (decoded.empty()) return Done{};
    SLUICE_DO(transactions_.recover(restored, decoded));
    committable_ = encode(TransactionCommittable{.run = transactions_.run(), .before = transactions_.lineage()});
    return Done{};
  }
  Status recover(CheckpointId) override {
    SLUICE_DO(transactions_.end_former());
    SLUICE_TRY(partitions_, fixed_partitions(context_.env, settings_));
    return Done{};
  }

 private:
  const SinkSettings settings_;
  const ConnectorContext context_;
  Transactions transactions_;   // Of a time when the table was exactly once.
  std::string committable_;     // What the job stands on, for a time when it is again.
  PartitionCounts partitions_;  // None: messages choose their own.
};

class TransactionalKafkaSink final : public SinkConnector {
 public:
  TransactionalKafkaSink(SinkSettings settings, const ConnectorContext& context)
      : settings_(std::move(settings)), context_(context), transactions_(options_of(settings_, context)) {}

  Result<std::unique_ptr<SinkWriter>> open(SinkSubtask subtask, std::function<void()> wake) override {
    TransactionalWriter::Options options;
    options.env = context_.env;
    options.topic = settings_.topic;
    options.run = transactions_.run();
    options.staging = context_.staging_directory;
    options.name = fmt::format("{:016x}-{}", context_.env.random->next(), subtask.index);
    for (uint32_t slot = 0; slot < kSlots; ++slot) {
      options.ids.push_back(transactions_.id_of(subtask.index, slot));
      options.producers.push_back(transactions_.producer(options.ids.back()));
    }
    SLUICE_TRY(auto encoder, RowEncoder::make(settings_.encoder, context_));
    options.buffer = std::make_unique<MessageBuffer>(
        std::move(encoder), settings_.encoder,
        MessageBuffer::Options{context_.env, settings_.topic, partitions_of(subtask, partitions_), wake});
    options.wake = std::move(wake);
    if (subtask.index == 0) options.before = transactions_.lineage();
    return std::unique_ptr<SinkWriter>(std::make_unique<TransactionalWriter>(std::move(options)));
  }

  bool is_transactional() const override { return true; }
  bool needs_publish_note() const override { return true; }

  Status publish(CheckpointId id, const std::vector<std::string>& committables) override {
    SLUICE_TRY(auto decoded, decode_transactions(committables));
    return transactions_.commit(id, decoded);
  }
  Status publish_restored(const RestoredSink& restored) override {
    SLUICE_TRY(auto decoded, decode_transactions(restored.committables));
    return transactions_.recover(restored, decoded);
  }
  Status recover(CheckpointId) override {
    SLUICE_TRY(partitions_, fixed_partitions(context_.env, settings_));
    return transactions_.take_over(context_.parallelism);
  }

  std::vector<std::string> warnings(int64_t checkpoint_interval_ms) const override {
    int64_t timeout_ms = 0;
    if (!parse_option(transaction_settings(settings_.client).at("transaction.timeout.ms"), timeout_ms)) return {};
    if (timeout_ms > checkpoint_interval_ms) return {};
    return {
        fmt::format("`transaction.timeout.ms` = {} of topic `{}` is not longer than the interval of checkpoints, {} "
                    "ms: brokers will give transactions up before they are committed",
                    timeout_ms, settings_.topic, checkpoint_interval_ms)};
  }

 private:
  const SinkSettings settings_;
  const ConnectorContext context_;
  Transactions transactions_;
  PartitionCounts partitions_;  // None: messages choose their own.
};

}  // namespace

Result<std::unique_ptr<SinkConnector>> make_kafka_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                       const ConnectorContext& context) {
  SLUICE_TRY(KafkaOptions options, read_options<KafkaOptions>(sink.table.options));
  SinkSettings settings;
  std::map<std::string, std::string> properties = client_properties(sink.table.options);
  if (options.delivery == KafkaDelivery::ExactlyOnce) {
    // Rows of a transaction are not seen before its commit, so that they may wait for others to be sent with: while one
    // waits, librdkafka's thread spins for the last millisecond.
    properties.emplace("linger.ms", "20");
    properties.emplace("batch.size", "262144");
  }
  SLUICE_TRY(settings.client, producer_settings(properties));
  settings.waits_for_brokers = options.delivery != KafkaDelivery::None;
  SLUICE_TRY(settings.encoder, plan_encoder(sink, input));
  bool has_pattern = settings.encoder.pattern != nullptr && options.delivery != KafkaDelivery::ExactlyOnce;
  if (settings.encoder.topics.empty() && !has_pattern) {
    return fail(ErrorCode::InvalidJobGraph, "a Kafka sink has no topic");
  }
  if (!settings.encoder.topics.empty()) settings.topic = settings.encoder.topics.front();
  auto partitioner = sink.table.options.find("sink.partitioner");
  settings.is_fixed = partitioner != sink.table.options.end() && partitioner->second == "fixed";
  auto flag = context.settings->find("sluice.restore.allow-duplicates");
  settings.allows_duplicates = flag != context.settings->end() && flag->second == "true";
  if (options.delivery != KafkaDelivery::ExactlyOnce) {
    return std::unique_ptr<SinkConnector>(std::make_unique<PlainKafkaSink>(std::move(settings), context));
  }
  settings.transactional_id_prefix = options.transactional_id_prefix;
  return std::unique_ptr<SinkConnector>(std::make_unique<TransactionalKafkaSink>(std::move(settings), context));
}

}  // namespace sluice::runtime
