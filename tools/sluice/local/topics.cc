// `sluice topics ls|peek`: what a Kafka cluster holds, for a person who writes a table about it.
#include <algorithm>
#include <tuple>

#include "base/env/real_env.h"
#include "catalog/types/text_form.h"
#include "catalog/types/time_math.h"
#include "runtime/connectors/kafka/topic_view.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/exit_code.h"
#include "tools/sluice/local/kafka_arguments.h"

namespace sluice::tools {
namespace {

using runtime::kafka::TopicInfo;
using runtime::kafka::TopicMessage;
using runtime::kafka::TopicView;

struct TopicsArguments {
  KafkaArguments kafka;
  std::string topic;
  bool lists_all = false, lists_partitions = false;
  bool from_beginning = false, follows = false;
  uint64_t messages_max = 10;
};

// Topics of brokers themselves begin with two underscores.
int list(TopicView& view, const TopicsArguments& arguments) {
  auto topics = view.topics();
  if (!topics) return report(topics.error());
  size_t width = 5;
  for (const TopicInfo& topic : *topics) width = std::max(width, topic.name.size());
  fmt::print("{:<{}}  {:>10}  {:>12}\n", "TOPIC", width, "PARTITIONS", "OFFSETS");
  for (const TopicInfo& topic : *topics) {
    if (!arguments.lists_all && topic.name.starts_with("__")) continue;
    fmt::print("{:<{}}  {:>10}  {:>12}\n", topic.name, width, topic.partitions.size(), topic.offsets());
    if (!arguments.lists_partitions) continue;
    for (const auto& partition : topic.partitions) {
      fmt::print("  partition {}: offsets {} to {}, leader {}\n", partition.id, partition.begin, partition.end,
                 partition.leader);
    }
  }
  return kOk;
}

void print(const TopicMessage& message) {
  char time[kTextMax];
  std::string_view stamp =
      message.timestamp_ms < 0 ? "-" : std::string_view(time, write_iso_instant(time, {message.timestamp_ms, 0, 0}));
  std::string headers;
  for (const auto& [name, value] : message.headers) headers += fmt::format(" {}={}", name, shown_bytes(value));
  fmt::print("{}@{} {} {} {}{}\n", message.partition, message.offset, stamp, shown_bytes(message.key),
             shown_bytes(message.value), headers);
  std::fflush(stdout);
}

// The last messages of all partitions by time, or the first ones as they come.
int peek(TopicView& view, const TopicsArguments& arguments) {
  auto topic = view.topic(arguments.topic);
  if (!topic) return report(topic.error());
  std::vector<TopicMessage> messages;
  uint64_t printed = 0;
  Status read = view.read(
      *topic, {arguments.from_beginning ? std::nullopt : std::optional(arguments.messages_max), arguments.follows},
      [&](TopicMessage message) {
        if (arguments.from_beginning || arguments.follows) {
          print(message);
          return arguments.follows || ++printed < arguments.messages_max;
        }
        messages.push_back(std::move(message));
        return true;
      });
  if (!read) return report(read.error());
  std::ranges::sort(messages, {}, [](const TopicMessage& message) {
    return std::tuple(message.timestamp_ms, message.partition, message.offset);
  });
  size_t skipped = messages.size() - std::min<size_t>(messages.size(), arguments.messages_max);
  for (size_t i = skipped; i < messages.size(); ++i) print(messages[i]);
  return kOk;
}

int topics(const TopicsArguments& arguments, bool lists) {
  RealEnv env({.task_threads = 1});
  auto view = TopicView::open(env.env(), arguments.kafka.properties());
  if (!view) return report(view.error());
  return lists ? list(**view, arguments) : peek(**view, arguments);
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_topics(int argc, char** argv) {
  CLI::App app("What a Kafka cluster holds.", "sluice topics");
  sluice::tools::TopicsArguments arguments;
  app.require_subcommand(1);
  auto* list = app.add_subcommand("ls", "Lists topics");
  list->add_flag("--partitions", arguments.lists_partitions, "Their partitions, too");
  list->add_flag("--all", arguments.lists_all, "Topics of the brokers themselves, too");
  auto* peek = app.add_subcommand("peek", "Prints the last messages: partition@offset, time, key, value, headers");
  peek->add_option("TOPIC", arguments.topic, "Name of the topic")->required();
  peek->add_option("--limit", arguments.messages_max, "How many")->capture_default_str();
  peek->add_flag("--from-beginning", arguments.from_beginning, "The first ones instead");
  peek->add_flag("--follow", arguments.follows, "Goes on with what comes");
  for (CLI::App* command : {list, peek}) arguments.kafka.add_to(*command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? sluice::tools::kOk : sluice::tools::kUsage;
  }
  return sluice::tools::topics(arguments, list->parsed());
}
