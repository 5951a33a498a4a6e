#include "tools/sluice/script_arguments.h"

#include <unistd.h>

#include "grammar/variables.h"

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

Result<LoadedScript> load_script(const ScriptArguments& arguments, FileSystem& files, Diagnostics& diagnostics) {
  LoadedScript script;
  for (const std::string& text : arguments.settings) {
    SLUICE_TRY(auto setting, cut(text, "-D"));
    if (auto wrong = check_setting(setting.first, setting.second, {}, {})) {
      wrong->error.span.reset();
      diagnostics.report(*std::move(wrong));
    }
    script.settings.set(setting.first, setting.second);
  }
  grammar::Variables variables;
  for (const std::string& text : arguments.variables) {
    SLUICE_TRY(auto variable, cut(text, "--var"));
    variables.insert(std::move(variable));
  }
  for (const std::string& file : arguments.files) {
    bool is_stdin = file == "-";
    SLUICE_TRY(std::string text, is_stdin ? read_standard_input() : files.read_all(file));
    std::string name = is_stdin ? "<stdin>" : file;
    auto offset = static_cast<uint32_t>(script.original.text().size());
    script.original.append(name, text);
    script.source.append(name, grammar::substitute(text, offset, variables, diagnostics));
  }
  return script;
}

}  // namespace sluice::tools
