// `sluice dlq show|replay PATH`: the dead letters of a table whose `decode.dead-letter.path` is PATH.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "runtime/formats/letter_reader.h"
#include "tools/sluice/commands.h"

namespace sluice::tools {
namespace {

using runtime::Letter;

struct DlqArguments {
  std::string path, fault, to;
  uint64_t letters_max = 20;
};

// The letters of all files of a directory (or of one file), each once: after a crash a reader may have written one
// twice. Oldest file first, in the order in which they were written.
bool read_letters(const DlqArguments& arguments, std::vector<Letter>& letters) {
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
  std::set<std::string> known;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    for (std::string line; std::getline(file, line);) {
      auto letter = runtime::read_letter(line);
      if (!letter) continue;  // The last line of a process that died while writing.
      if (!arguments.fault.empty() && letter->fault != arguments.fault) continue;
      if (!known.insert(letter->place() + letter->value.value_or("")).second) continue;
      letters.push_back(*std::move(letter));
    }
  }
  return true;
}

std::string shown(const std::optional<std::string>& bytes) {
  if (!bytes) return "NULL";
  std::string out;
  for (char c : bytes->substr(0, 200)) {
    auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return bytes->size() > 200 ? out + "..." : out;
}

int show(const DlqArguments& arguments) {
  std::vector<Letter> letters;
  if (!read_letters(arguments, letters)) return kWorldFailed;
  size_t first = letters.size() > arguments.letters_max ? letters.size() - arguments.letters_max : 0;
  for (size_t i = first; i < letters.size(); ++i) {
    const Letter& letter = letters[i];
    fmt::print("{} {} {}: {}\n", letter.time, letter.place(), letter.fault, letter.reason);
    if (letter.key) fmt::print("  key   {}\n", shown(letter.key));
    fmt::print("  value {}\n", shown(letter.value));
  }
  fmt::print("{} letters{}\n", letters.size(),
             first > 0 ? fmt::format(", the last {} shown", letters.size() - first) : "");
  return kOk;
}

// Values, one per line, for a file source to read again.
int replay(const DlqArguments& arguments) {
  std::vector<Letter> letters;
  if (!read_letters(arguments, letters)) return kWorldFailed;
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
  auto* replay = app.add_subcommand("replay", "Writes their messages to a file that a job reads again");
  for (CLI::App* command : {show, replay}) {
    command->add_option("PATH", arguments.path, "The table's decode.dead-letter.path, or one file of it")->required();
    command->add_option("--fault", arguments.fault, "Only letters with this fault, as wrong-value");
  }
  show->add_option("--limit", arguments.letters_max, "The last so many")->capture_default_str();
  replay->add_option("--to", arguments.to, "A new file, in the folder of the source")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? sluice::tools::kOk : sluice::tools::kUsage;
  }
  return show->parsed() ? sluice::tools::show(arguments) : sluice::tools::replay(arguments);
}
