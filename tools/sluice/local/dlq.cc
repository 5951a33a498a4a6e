// `sluice dlq show|replay`: the dead letters of a table, from its `decode.dead-letter.path` or `.topic`.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <tuple>

#include "base/env/real_env.h"
#include "runtime/connectors/kafka/dead_letter_headers.h"
#include "runtime/connectors/kafka/topic_view.h"
#include "runtime/formats/letter_reader.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/exit_code.h"
#include "tools/sluice/local/kafka_arguments.h"

namespace sluice::tools {
namespace {

using runtime::Letter;
using runtime::kafka::TopicMessage;
using runtime::kafka::TopicView;

struct DlqArguments {
  std::string path, topic, fault, to, to_topic;
  KafkaArguments kafka;
  uint64_t letters_max = 20;
};

// Letters that are asked for, each once: after a crash a reader may have written one twice.
class Letters {
 public:
  explicit Letters(const std::string& fault) : fault_(fault) {}
  void add(Letter letter) {
    if (!fault_.empty() && letter.fault != fault_) return;
    if (known_.insert(letter.place() + letter.value.value_or("")).second) letters_.push_back(std::move(letter));
  }
  const std::vector<Letter>& all() const { return letters_; }

 private:
  const std::string& fault_;
  std::set<std::string> known_;
  std::vector<Letter> letters_;
};

Letter letter_of(TopicMessage message) {
  Letter letter;
  letter.key = std::move(message.key);
  letter.value = std::move(message.value);
  auto number = [](const std::string& text, int64_t& out) {
    std::from_chars(text.data(), text.data() + text.size(), out);
  };
  for (const auto& [name, value] : message.headers) {
    std::string text = value.value_or("");
    if (name == runtime::kafka::kLetterSource) letter.source = text;
    if (name == runtime::kafka::kLetterFault) letter.fault = text;
    if (name == runtime::kafka::kLetterReason) letter.reason = text;
    if (name == runtime::kafka::kLetterTime) letter.time = text;
    if (name == runtime::kafka::kLetterPartition) number(text, letter.partition);
    if (name == runtime::kafka::kLetterOffset) number(text, letter.offset);
  }
  return letter;
}

// By time; readers that wrote at once have written to any partition.
Result<std::vector<Letter>> letters_of_topic(const DlqArguments& arguments) {
  RealEnv env({.task_threads = 1});
  SLUICE_TRY(auto view, TopicView::open(env.env(), arguments.kafka.properties()));
  SLUICE_TRY(auto topic, view->topic(arguments.topic));
  Letters letters(arguments.fault);
  SLUICE_DO(view->read(topic, {}, [&](TopicMessage message) {
    letters.add(letter_of(std::move(message)));
    return true;
  }));
  std::vector<Letter> sorted = letters.all();
  std::ranges::sort(sorted, {}, [](const Letter& letter) {
    return std::tie(letter.time, letter.source, letter.partition, letter.offset);
  });
  return sorted;
}

// Oldest file first, in the order in which they were written.
bool read_files(const DlqArguments& arguments, std::vector<Letter>& out) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  if (std::filesystem::is_directory(arguments.path, error)) {
    for (const auto& entry : std::filesystem::directory_iterator(arguments.path, error)) {
      if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
    }
  } else if (std::filesystem::exists(arguments.path, error)) {
    files.emplace_back(arguments.path);
  } else {
    fmt::print(stderr, "sluice: there is no `{}`\n", arguments.path);
    return false;
  }
  std::ranges::sort(files);
  Letters letters(arguments.fault);
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    for (std::string line; std::getline(file, line);) {
      auto letter = runtime::read_letter(line);
      if (letter) letters.add(*std::move(letter));  // The last line of a process that died while writing is none.
    }
  }
  out = letters.all();
  return true;
}

bool read_letters(const DlqArguments& arguments, std::vector<Letter>& letters) {
  if (arguments.topic.empty()) return read_files(arguments, letters);
  auto found = letters_of_topic(arguments);
  if (found) letters = *std::move(found);
  if (!found) report(found.error());
  return found.has_value();
}

int show(const DlqArguments& arguments) {
  std::vector<Letter> letters;
  if (!read_letters(arguments, letters)) return kWorldFailed;
  size_t first = letters.size() > arguments.letters_max ? letters.size() - arguments.letters_max : 0;
  for (size_t i = first; i < letters.size(); ++i) {
    const Letter& letter = letters[i];
    fmt::print("{} {} {}: {}\n", letter.time, letter.place(), letter.fault, letter.reason);
    if (letter.key) fmt::print("  key   {}\n", shown_bytes(letter.key));
    fmt::print("  value {}\n", shown_bytes(letter.value));
  }
  fmt::print("{} letters{}\n", letters.size(),
             first > 0 ? fmt::format(", the last {} shown", letters.size() - first) : "");
  return kOk;
}

// Keys and values as they were, for a job to read again.
int replay_to_topic(const DlqArguments& arguments, const std::vector<Letter>& letters) {
  std::vector<TopicMessage> messages;
  for (const Letter& letter : letters) {
    TopicMessage& message = messages.emplace_back();
    message.key = letter.key;
    message.value = letter.value;
  }
  RealEnv env({.task_threads = 1});
  Status copied = copy_messages(env.env(), arguments.kafka.properties(), arguments.to_topic, messages);
  if (!copied) return report(copied.error());
  fmt::print("{} messages written to topic {}\n", messages.size(), arguments.to_topic);
  return kOk;
}

// Values, one per line, for a file source to read again.
int replay(const DlqArguments& arguments) {
  std::vector<Letter> letters;
  if (!read_letters(arguments, letters)) return kWorldFailed;
  if (!arguments.to_topic.empty()) return replay_to_topic(arguments, letters);
  std::string bytes;
  uint64_t count = 0;
  for (const Letter& letter : letters) {
    if (!letter.value) continue;
    bytes += *letter.value + "\n";
    ++count;
  }
  // Under a name that sources pass over, so that none reads half a file.
  std::filesystem::path target(arguments.to);
  std::filesystem::path staged = target.parent_path() / ("." + target.filename().string());
  std::ofstream file(staged, std::ios::binary);
  file << bytes;
  file.close();
  std::error_code error;
  if (file.good()) std::filesystem::rename(staged, target, error);
  if (!file.good() || error) {
    fmt::print(stderr, "sluice: cannot write `{}`\n", arguments.to);
    return kWorldFailed;
  }
  fmt::print("{} messages written to {}\n", count, arguments.to);
  return kOk;
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_dlq(int argc, char** argv) {
  CLI::App app("Messages that could not be read.", "sluice dlq");
  sluice::tools::DlqArguments arguments;
  app.require_subcommand(1);
  auto* show = app.add_subcommand("show", "Prints letters, oldest first");
  auto* replay = app.add_subcommand("replay", "Writes their messages to where a job reads them again");
  for (CLI::App* command : {show, replay}) {
    auto* from = command->add_option_group("from");
    from->add_option("PATH", arguments.path, "The table's decode.dead-letter.path, or one file of it");
    from->add_option("--topic", arguments.topic, "The table's decode.dead-letter.topic")
        ->needs(command->add_option("--brokers", arguments.kafka.brokers, "HOST:PORT,... of the Kafka cluster"));
    from->require_option(1);
    arguments.kafka.add_settings_to(*command);
    command->add_option("--fault", arguments.fault, "Only letters with this fault, as wrong-value");
  }
  show->add_option("--limit", arguments.letters_max, "The last so many")->capture_default_str();
  auto* to = replay->add_option_group("to");
  to->add_option("--to", arguments.to, "A new file, in the folder of the source");
  to->add_option("--to-topic", arguments.to_topic, "A topic")->needs(replay->get_option("--brokers"));
  to->require_option(1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? sluice::tools::kOk : sluice::tools::kUsage;
  }
  return show->parsed() ? sluice::tools::show(arguments) : sluice::tools::replay(arguments);
}
