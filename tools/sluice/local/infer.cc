// `sluice infer --path FILE|--topic TOPIC --format json|csv`: the CREATE TABLE that holds the messages of a file or
// topic.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

#include "base/env/real_env.h"
#include "base/secrets.h"
#include "runtime/connectors/kafka/topic_view.h"
#include "runtime/formats/inference.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/exit_code.h"
#include "tools/sluice/local/kafka_arguments.h"

namespace sluice::tools {
namespace {

struct InferArguments {
  std::string path, topic, table;
  KafkaArguments kafka;
  uint64_t messages_max = 10'000;
  runtime::InferenceOptions options;
  std::vector<std::string> format_options;
};

// `my events` -> `my_events`
std::string as_identifier(std::string name) {
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name.empty() ? "t" : name;
}

Status read_file(const InferArguments& arguments, runtime::Inference& inference) {
  std::ifstream file(arguments.path, std::ios::binary);
  if (!file) return fail(ErrorCode::ConnectorUnavailable, "cannot read `{}`", arguments.path);
  std::string line;
  for (uint64_t i = 0; i < arguments.messages_max && std::getline(file, line); ++i) {
    if (line.ends_with('\r')) line.pop_back();
    inference.add(line);
  }
  return Done{};
}

// The newest messages, because they are what will come.
Status read_topic(const InferArguments& arguments, runtime::Inference& inference) {
  RealEnv env({.task_threads = 1});
  SLUICE_TRY(auto view, runtime::kafka::TopicView::open(env.env(), arguments.kafka.properties()));
  SLUICE_TRY(auto topic, view->topic(arguments.topic));
  return view->read(topic, {.last = arguments.messages_max}, [&](const runtime::kafka::TopicMessage& message) {
    if (message.value) inference.add(*message.value);
    return true;
  });
}

std::vector<std::pair<std::string, std::string>> table_options(const InferArguments& arguments) {
  std::vector<std::pair<std::string, std::string>> out;
  if (arguments.topic.empty()) {
    out = {{"connector", "filesystem"}, {"path", std::filesystem::absolute(arguments.path).string()}};
  } else {
    out = {{"connector", "kafka"}, {"topic", arguments.topic}, {"scan.startup.mode", "earliest-offset"}};
    for (const auto& [key, value] : arguments.kafka.properties())
      out.emplace_back("properties." + key, shown_value(key, value));
  }
  out.emplace_back("format", arguments.options.format);
  return out;
}

int infer(InferArguments arguments) {
  for (const std::string& option : arguments.format_options) {
    size_t equals = option.find('=');
    if (equals != std::string::npos) arguments.options.csv[option.substr(0, equals)] = option.substr(equals + 1);
  }
  auto inference = runtime::Inference::make(arguments.options);
  if (!inference) return report(inference.error());
  Status read = arguments.topic.empty() ? read_file(arguments, **inference) : read_topic(arguments, **inference);
  if (!read) return report(read.error());
  runtime::InferredTable inferred = (*inference)->finish();
  if (inferred.columns.empty()) {
    fmt::print(stderr, "sluice: `{}` holds no {} message with fields\n", arguments.path + arguments.topic,
               arguments.options.format);
    return kStatementFailed;
  }
  std::string of_source =
      arguments.topic.empty() ? std::filesystem::path(arguments.path).stem().string() : arguments.topic;
  std::string name = arguments.table.empty() ? as_identifier(of_source) : arguments.table;
  fmt::print("-- From {} messages; NOT NULL where all of them had a value.\n", inferred.messages);
  if (inferred.malformed > 0) fmt::print("-- {} more could not be read.\n", inferred.malformed);
  fmt::print("{}", ddl_of(name, inferred, table_options(arguments)));
  return kOk;
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_infer(int argc, char** argv) {
  CLI::App app("Prints the CREATE TABLE that holds the messages of a file or of a Kafka topic.", "sluice infer");
  sluice::tools::InferArguments arguments;
  auto* from = app.add_option_group("from");
  from->add_option("--path", arguments.path, "File with one message per line");
  from->add_option("--topic", arguments.topic, "Kafka topic, of which the newest messages are read")
      ->needs(app.add_option("--brokers", arguments.kafka.brokers, "HOST:PORT,... of the Kafka cluster"));
  from->require_option(1);
  arguments.kafka.add_settings_to(app);
  app.add_option("--format", arguments.options.format, "json or csv")->required();
  app.add_option("--table", arguments.table, "Name of the table; that of the file or topic without it");
  app.add_option("--messages", arguments.messages_max, "How many are read")->capture_default_str();
  app.add_flag("--header", arguments.options.has_header, "csv: the first line names the columns");
  app.add_option("--option", arguments.format_options, "Option of the format, as csv.field-delimiter=;");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? sluice::tools::kOk : sluice::tools::kUsage;
  }
  return sluice::tools::infer(std::move(arguments));
}
