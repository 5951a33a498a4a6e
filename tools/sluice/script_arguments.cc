#include "tools/sluice/script_arguments.h"

#include <unistd.h>

namespace sluice::tools {
namespace {

// `key=value` cut at the first `=`.
Result<std::pair<std::string, std::string>> cut(const std::string& text, const char* argument) {
  size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return fail(ErrorCode::BadOptionValue, "{} `{}` is not of the form name=value", argument, text);
  }
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

Result<std::string> read_standard_input() {
  std::string text;
  char buffer[65536];
  for (;;) {
    ssize_t got = read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0) return fail(ErrorCode::FileSystemError, "cannot read standard input");
    if (got == 0) return text;
    text.append(buffer, static_cast<size_t>(got));
  }
}

}  // namespace

void ScriptArguments::add_to(CLI::App& app) {
  app.add_option("FILE", files, "SQL scripts; several are one script, `-` is standard input")->required();
  app.add_option("-D", settings, "key=value: a setting, as SET 'key' = 'value' would make it");
  app.add_option("--var", variables, "NAME=value: what ${NAME} stands for");
  app.add_option("--parallelism", parallelism, "Subtasks of every operator")->check(CLI::Range(1, 1024));
}

Result<planner::ScriptParts> read_script(const ScriptArguments& arguments, FileSystem& files) {
  planner::ScriptParts parts;
  for (const std::string& text : arguments.settings) {
    SLUICE_TRY(auto setting, cut(text, "-D"));
    parts.settings[setting.first] = setting.second;
  }
  for (const std::string& text : arguments.variables) {
    SLUICE_TRY(auto variable, cut(text, "--var"));
    parts.variables.insert(std::move(variable));
  }
  for (const std::string& file : arguments.files) {
    bool is_stdin = file == "-";
    SLUICE_TRY(std::string text, is_stdin ? read_standard_input() : files.read_all(file));
    parts.files.push_back({is_stdin ? "<stdin>" : file, std::move(text)});
  }
  return parts;
}

Result<LoadedScript> load_script(const ScriptArguments& arguments, FileSystem& files, Diagnostics& diagnostics) {
  SLUICE_TRY(planner::ScriptParts parts, read_script(arguments, files));
  return planner::assemble(parts, diagnostics);
}

}  // namespace sluice::tools
