// `sluice infer --path FILE --format json|csv`: the CREATE TABLE that holds a file's messages.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

#include "runtime/formats/inference.h"
#include "tools/sluice/commands.h"

namespace sluice::tools {
namespace {

struct InferArguments {
  std::string path, table;
  uint64_t messages_max = 10'000;
  runtime::InferenceOptions options;
  std::vector<std::string> format_options;
};

// `my events.json` -> `my_events`
std::string name_of_file(const std::string& path) {
  std::string name = std::filesystem::path(path).stem().string();
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name.empty() ? "t" : name;
}

int infer(InferArguments arguments) {
  for (const std::string& option : arguments.format_options) {
    size_t equals = option.find('=');
    if (equals != std::string::npos) arguments.options.csv[option.substr(0, equals)] = option.substr(equals + 1);
  }
  auto inference = runtime::Inference::make(arguments.options);
  if (!inference) {
    fmt::print(stderr, "sluice: {}\n", inference.error().message);
    return kStatementFailed;
  }
  std::ifstream file(arguments.path, std::ios::binary);
  if (!file) {
    fmt::print(stderr, "sluice: cannot read `{}`\n", arguments.path);
    return kWorldFailed;
  }
  std::string line;
  for (uint64_t i = 0; i < arguments.messages_max && std::getline(file, line); ++i) {
    if (line.ends_with('\r')) line.pop_back();
    (*inference)->add(line);
  }
  runtime::InferredTable inferred = (*inference)->finish();
  if (inferred.columns.empty()) {
    fmt::print(stderr, "sluice: `{}` holds no {} message with fields\n", arguments.path, arguments.options.format);
    return kStatementFailed;
  }
  std::string name = arguments.table.empty() ? name_of_file(arguments.path) : arguments.table;
  fmt::print("-- From {} messages; NOT NULL where all of them had a value.\n", inferred.messages);
  if (inferred.malformed > 0) fmt::print("-- {} more could not be read.\n", inferred.malformed);
  fmt::print("{}", ddl_of(name, inferred,
                          {{"connector", "filesystem"},
                           {"path", std::filesystem::absolute(arguments.path).string()},
                           {"format", arguments.options.format}}));
  return kOk;
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_infer(int argc, char** argv) {
  CLI::App app("Prints the CREATE TABLE that holds the messages of a file.", "sluice infer");
  sluice::tools::InferArguments arguments;
  app.add_option("--path", arguments.path, "File with one message per line")->required();
  app.add_option("--format", arguments.options.format, "json or csv")->required();
  app.add_option("--table", arguments.table, "Name of the table; the file's without it");
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
