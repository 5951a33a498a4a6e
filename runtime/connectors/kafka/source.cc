#include "runtime/connectors/kafka/source.h"

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>

#include "catalog/connectors/kafka.h"
#include "runtime/connectors/kafka/client.h"
#include "runtime/connectors/kafka/client_properties.h"
#include "runtime/connectors/kafka/dead_letter_topic.h"
#include "runtime/connectors/kafka/offsets.h"
#include "runtime/connectors/kafka/partition_list.h"
#include "runtime/connectors/kafka/partition_reader.h"
#include "runtime/connectors/kafka/producer.h"

namespace sluice::runtime {
namespace {

using namespace kafka;

// The library fetches ahead so many bytes for each partition, and takes one number for all of a client. What is read
// behind the first partitions of a subtask is read with less, so that a topic of many takes no memory without bound.
struct FetchAhead {
  size_t partitions_max;  // Of a subtask, those before them included.
  const char* kbytes;
};
constexpr FetchAhead kFetchAhead[] = {{8, "16384"}, {40, "2048"}, {std::numeric_limits<size_t>::max(), "256"}};
constexpr const char* kFetchAheadKey = "queued.max.messages.kbytes";

constexpr int kRefusalsMax = 3;
constexpr int kRefusalWaitMs = 500;
constexpr int64_t kNeverMs = int64_t{30} * 365 * 24 * 3600 * 1000;

// Where reading begins and ends.
struct Range {
  KafkaStartup startup = KafkaStartup::Earliest;
  std::vector<PartitionOffset> startup_offsets;
  int64_t startup_timestamp_ms = 0;
  KafkaBound bound = KafkaBound::Unbounded;
  std::vector<PartitionOffset> bound_offsets;
  int64_t bound_timestamp_ms = 0;
  std::string reset;  // auto.offset.reset as the table says it.
};

struct SourceSettings {
  TopicChoice topics;
  Range range;
  ClientSettings client;
  std::map<std::string, std::string> properties;  // The table's.
  bool has_group = false;
  bool has_fetch_ahead = false;  // The table says how much is fetched ahead.
  bool commits_offsets = true;
  int64_t discovery_interval_ms = 0;
  DecoderPlan decoder;
};

class KafkaSource final : public SourceConnector {
 public:
  KafkaSource(SourceSettings settings, const ConnectorContext& context)
      : settings_(std::move(settings)), context_(context) {}

  bool is_bounded() const override { return settings_.range.bound != KafkaBound::Unbounded; }
  // Who wants no discovery gets one all the same when the job goes on from a checkpoint, as in Flink.
  int64_t discovery_interval_ms() const override {
    if (is_bounded()) return 0;
    return settings_.discovery_interval_ms > 0 ? settings_.discovery_interval_ms : kNeverMs;
  }

  Result<std::vector<Split>> enumerate(uint32_t) override {
    SLUICE_TRY(std::shared_ptr<Client> client, this->client());
    SLUICE_TRY(std::vector<PartitionId> partitions, list_partitions(*client, settings_.topics));
    SLUICE_DO(look_for_letters_topic());
    SLUICE_TRY(Offsets begin, beginnings(*client, partitions));
    SLUICE_TRY(Offsets end, ends(*client, partitions));
    std::vector<Split> splits;
    for (const PartitionId& id : partitions) {
      PartitionPosition position;
      position.offset = begin.at(id);
      if (is_bounded()) position.end = end.at(id);
      splits.push_back(split_of(id, position));
    }
    return splits;
  }

  // A bounded source was bounded when it began.
  Result<std::vector<Split>> discover(uint32_t) override {
    if (is_bounded()) return std::vector<Split>{};
    SLUICE_TRY(std::shared_ptr<Client> client, this->client());
    if (settings_.discovery_interval_ms == 0) return discover_once(*client);
    bool is_answered = true;
    auto partitions = list_partitions(*client, settings_.topics, &is_answered);
    // Brokers that do not answer now are asked again; what is being read has its own connections. One that has just
    // started may not know its topics yet.
    if (!partitions && !is_answered) return std::vector<Split>{};
    if (!partitions && ++refusals_ < kRefusalsMax) return std::vector<Split>{};
    if (!partitions) return std::move(partitions).as_failure();
    refusals_ = 0;
    return unread_splits(*partitions);
  }

  Result<std::unique_ptr<SplitReader>> open(const Split& split, std::function<void()> wake) override {
    SLUICE_TRY(std::shared_ptr<Client> client, next_client());
    SLUICE_TRY(PartitionId id, partition_of(split));
    SLUICE_TRY(PartitionPosition position, position_of(split));
    SLUICE_TRY(std::shared_ptr<DeadLetters> letters, this->letters());
    return PartitionReader::open({.client = std::move(client),
                                  .id = std::move(id),
                                  .position = position,
                                  .has_known_end = settings_.range.bound != KafkaBound::SpecificOffsets,
                                  .plan = &settings_.decoder,
                                  .letters = std::move(letters),
                                  .context = context_,
                                  .wake = std::move(wake)});
  }

  // The group's offsets are for those who watch; nobody waits for them, and nothing is lost when they do not arrive.
  void on_checkpoint(const std::vector<Split>& positions) override {
    if (!settings_.has_group || !settings_.commits_offsets) return;
    auto client = this->client();
    if (!client) return;
    PartitionList list = make_partition_list(positions.size());
    for (const Split& split : positions) {
      auto id = partition_of(split);
      auto position = position_of(split);
      if (id && position && position->offset >= 0) add(list, *id, position->offset);
    }
    if (list->cnt > 0) rd_kafka_commit((*client)->handle(), list.get(), 1);
  }

 private:
  Result<std::shared_ptr<Client>> client() {
    std::lock_guard lock(mutex_);
    return client_of(0);
  }

  // For one more partition.
  Result<std::shared_ptr<Client>> next_client() {
    std::lock_guard lock(mutex_);
    size_t opened = ++opened_, step = 0;
    while (!settings_.has_fetch_ahead && opened > kFetchAhead[step].partitions_max) ++step;
    return client_of(step);
  }

  Result<std::shared_ptr<Client>> client_of(size_t step) {
    if (clients_[step]) return clients_[step];
    ClientSettings settings = settings_.client;
    settings.emplace(kFetchAheadKey, kFetchAhead[step].kbytes);
    SLUICE_TRY(clients_[step], Client::consumer(context_.env, settings));
    return clients_[step];
  }

  // One that is not there is told before the first letter has waited for it.
  Status look_for_letters_topic() {
    const DecodeOptions& policy = settings_.decoder.policy;
    if (policy.on_error != DecodeOnError::DeadLetter || policy.dead_letter_topic.empty()) return Done{};
    SLUICE_TRY(ClientSettings settings, producer_settings(settings_.properties));
    SLUICE_TRY(auto producer, Producer::make(context_.env, settings, policy.dead_letter_topic));
    SLUICE_TRY([[maybe_unused]] uint32_t partitions, producer->partition_count());
    return Done{};
  }

  Result<std::shared_ptr<DeadLetters>> letters() {
    const DecodeOptions& policy = settings_.decoder.policy;
    std::lock_guard lock(mutex_);
    if (letters_ != nullptr || policy.on_error != DecodeOnError::DeadLetter) return letters_;
    if (policy.dead_letter_topic.empty()) {
      letters_ = std::make_shared<DeadLetterFile>(context_.env, policy.dead_letter_path,
                                                  fmt::format("{}-{}.jsonl", context_.operator_uid, context_.subtask));
    } else {
      SLUICE_TRY(letters_, DeadLetterTopic::make(context_.env, settings_.properties, policy.dead_letter_topic));
    }
    return letters_;
  }

  Result<Offsets> beginnings(const Client& client, const std::vector<PartitionId>& partitions) {
    const Range& range = settings_.range;
    switch (range.startup) {
      case KafkaStartup::Latest:
        return latest_offsets(client, partitions);
      case KafkaStartup::Timestamp:
        return offsets_at(client, partitions, range.startup_timestamp_ms);
      case KafkaStartup::GroupOffsets:
        return group_offsets(client, partitions, range.reset);
      case KafkaStartup::SpecificOffsets:
        return specific_offsets(client, partitions, range.startup_offsets);
      case KafkaStartup::Earliest:
        break;
    }
    Offsets known;
    for (const PartitionId& id : partitions) known.emplace(id, PartitionPosition::kBeginning);
    return known;
  }

  static std::vector<Split> unread_splits(const std::vector<PartitionId>& partitions) {
    std::vector<Split> splits;
    for (const PartitionId& id : partitions) splits.push_back(split_of(id, {}));
    return splits;
  }

  // Nobody looks again, so that what is not answered now fails the attempt; the next one asks anew.
  Result<std::vector<Split>> discover_once(const Client& client) {
    for (int i = 1;; ++i) {
      auto partitions = list_partitions(client, settings_.topics);
      if (partitions) return unread_splits(*partitions);
      if (i == kRefusalsMax) return std::move(partitions).as_failure();
      rd_kafka_poll(client.handle(), kRefusalWaitMs);
    }
  }

  // Where the group has read nothing, `reset` decides.
  Result<Offsets> group_offsets(const Client& client, const std::vector<PartitionId>& partitions,
                                const std::string& reset) {
    SLUICE_TRY(Offsets known, committed_offsets(client, partitions));
    SLUICE_TRY(Offsets latest, reset == "latest" ? latest_offsets(client, partitions) : Result<Offsets>(Offsets{}));
    for (const PartitionId& id : partitions) {
      if (known.contains(id)) continue;
      if (reset != "earliest" && reset != "latest") return unread(id);
      known[id] = reset == "latest" ? latest.at(id) : PartitionPosition::kBeginning;
    }
    return known;
  }

  Failure unread(const PartitionId& id) const {
    return fail(ErrorCode::BadOptionValue, "the group `{}` has read nothing of topic `{}`, partition {}",
                settings_.client.at("group.id"), id.topic, id.partition)
        .hint(
            "For where to begin, set `properties.auto.offset.reset` to earliest or latest, or another "
            "`scan.startup.mode`; for where to end, another `scan.bounded.mode`.");
  }

  // As in Flink, partitions that are not listed are at the group's offset, or at their beginning.
  Result<Offsets> specific_offsets(const Client& client, const std::vector<PartitionId>& partitions,
                                   const std::vector<PartitionOffset>& listed) {
    Offsets known;
    std::vector<PartitionId> others;
    for (const PartitionId& id : partitions) {
      auto found = std::ranges::find(listed, id.partition, &PartitionOffset::partition);
      found != listed.end() ? void(known[id] = found->offset) : others.push_back(id);
    }
    if (settings_.has_group) {
      SLUICE_TRY(Offsets of_group, committed_offsets(client, others));
      known.merge(of_group);
    }
    for (const PartitionId& id : others) known.emplace(id, PartitionPosition::kBeginning);
    return known;
  }

  Result<Offsets> ends(const Client& client, const std::vector<PartitionId>& partitions) {
    const Range& range = settings_.range;
    switch (range.bound) {
      case KafkaBound::Unbounded:
        break;
      case KafkaBound::Latest:
        return latest_offsets(client, partitions);
      case KafkaBound::Timestamp:
        return offsets_at(client, partitions, range.bound_timestamp_ms);
      case KafkaBound::GroupOffsets:
        return group_offsets(client, partitions, "none");
      case KafkaBound::SpecificOffsets: {
        SLUICE_TRY(Offsets known, specific_offsets(client, partitions, range.bound_offsets));
        for (auto& [id, offset] : known) offset = std::max<int64_t>(offset, 0);  // At the beginning nothing is read.
        return known;
      }
    }
    return Offsets{};
  }

  const SourceSettings settings_;
  const ConnectorContext context_;
  std::mutex mutex_;
  std::array<std::shared_ptr<Client>, std::size(kFetchAhead)> clients_;
  size_t opened_ = 0;  // Partitions.
  std::shared_ptr<DeadLetters> letters_;
  int refusals_ = 0;  // Answers in a row that were none; discoveries come one after the other.
};

// Of several for a partition the last counts.
std::vector<PartitionOffset> offsets_of(const std::string& text) {
  auto offsets = parse_partition_offsets(text).value_or(std::vector<PartitionOffset>{});
  std::ranges::reverse(offsets);
  return offsets;
}

// They would be read again, be malformed again, and so on for ever.
Status check_letters_go_elsewhere(const TopicChoice& topics, const DecodeOptions& policy) {
  const std::string& letters = policy.dead_letter_topic;
  if (policy.on_error != DecodeOnError::DeadLetter || letters.empty()) return Done{};
  bool is_read = std::ranges::find(topics.topics, letters) != topics.topics.end();
  if (!topics.pattern.empty()) {
    SLUICE_TRY(std::shared_ptr<const Regex> regex, compile_topic_pattern(topics.pattern));
    RegexGroup match;
    is_read = regex->find(letters, 0, 0, match);
  }
  if (!is_read) return Done{};
  return fail(ErrorCode::BadOptionValue, "option `decode.dead-letter.topic` cannot be `{}`, which the table reads",
              letters)
      .hint("Letters would be read as messages and come back for ever. Name another topic.");
}

// Behind what the table sets: offsets are ours to keep; rows of transactions that were given up do not exist; a
// position that the broker no longer has is an error and not a gap; what is fetched ahead is bounded.
Result<ClientSettings> client_settings(const std::map<std::string, std::string>& properties) {
  SLUICE_DO(check_auto_commit(properties));
  SLUICE_TRY(ClientSettings settings, translate_properties(properties));
  for (const auto& [key, value] : ClientSettings{
           {"auto.offset.reset", "error"}, {"isolation.level", "read_committed"}, {"queued.min.messages", "1000000"}}) {
    settings.emplace(key, value);
  }
  settings["enable.auto.commit"] = "false";
  settings["enable.auto.offset.store"] = "false";
  settings["enable.partition.eof"] = "true";  // Marks of transactions behind the last message are no lag.
  return settings;
}

Result<Range> range_of(const KafkaOptions& options, const jobgraph::TableRef& table, const std::string& reset) {
  Range range;
  range.bound = options.bound;
  range.bound_offsets = offsets_of(options.bound_offsets);
  range.bound_timestamp_ms = options.bound_timestamp_ms;
  range.reset = reset;
  if (table.options.at("connector") == "upsert-kafka") return range;  // Always from the beginning.
  SLUICE_TRY(KafkaTableOptions own, read_options<KafkaTableOptions>(table.options));
  range.startup = own.startup;
  range.startup_offsets = offsets_of(own.startup_offsets);
  range.startup_timestamp_ms = own.startup_timestamp_ms;
  return range;
}

std::string property(const std::map<std::string, std::string>& properties, const std::string& key) {
  auto found = properties.find(key);
  return found == properties.end() ? std::string() : found->second;
}

}  // namespace

Result<std::unique_ptr<SourceConnector>> make_kafka_source(const jobgraph::Source& source, const RowSchema& output,
                                                           const ConnectorContext& context) {
  if (!source.pushed_filters.empty()) {
    return fail(ErrorCode::InvalidJobGraph, "the connector of `{}` takes no filters", source.table.path);
  }
  SLUICE_TRY(KafkaOptions options, read_options<KafkaOptions>(source.table.options));
  auto properties = client_properties(source.table.options);
  SourceSettings settings;
  settings.topics = {split_list(options.topic), options.topic_pattern};
  SLUICE_TRY(settings.range, range_of(options, source.table, property(properties, "auto.offset.reset")));
  SLUICE_TRY(settings.client, client_settings(properties));
  settings.properties = properties;
  settings.has_group = !property(properties, "group.id").empty();
  settings.commits_offsets = property(properties, "commit.offsets.on.checkpoint") != "false";
  settings.discovery_interval_ms = options.discovery_interval.count();
  settings.has_fetch_ahead = settings.client.contains(kFetchAheadKey);
  SLUICE_TRY(settings.decoder, plan_decoder(source, output));
  SLUICE_DO(check_letters_go_elsewhere(settings.topics, settings.decoder.policy));
  return std::unique_ptr<SourceConnector>(std::make_unique<KafkaSource>(std::move(settings), context));
}

}  // namespace sluice::runtime
