#include "tools/sluice/script_arguments.h"

#include <unistd.h>

namespace sluice::tools {
namespace {

// `key=value` cut at the first `=`.
std::pair<std::string, std::string> cut(const std::string& text) {
  size_t equals = text.find('=');
  return {text.substr(0, equals), text.substr(equals + 1)};
}

// Empty: it is one.
std::string check_pair(const std::string& text) {
  size_t equals = text.find('=');
  bool is_pair = equals != std::string::npos && equals != 0;
  return is_pair ? "" : fmt::format("`{}` is not of the form name=value", text);
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

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

CLI::Validator is_pair() { return CLI::Validator(check_pair, ""); }

void ScriptArguments::add_to(CLI::App& app) {
  app.add_option("FILE", files, "SQL scripts; several are one script, `-` is standard input")->required();
  app.add_option("-D", settings, "key=value: a setting, as SET 'key' = 'value' would make it")
      ->check(is_pair())
      ->allow_extra_args(false);
  app.add_option("--var", variables, "NAME=value: what ${NAME} stands for")->check(is_pair())->allow_extra_args(false);
  app.add_option("--parallelism", parallelism, "Subtasks of every operator")->check(CLI::Range(1, 1024));
}

std::string_view byte_order_mark_of(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? text.substr(0, kByteOrderMark.size()) : std::string_view();
}

Result<std::string> read_script_bytes(const std::string& path, FileSystem& files) {
  return path == "-" ? read_standard_input() : files.read_all(path);
}

Result<std::string> read_script_file(const std::string& path, FileSystem& files) {
  SLUICE_TRY(std::string text, read_script_bytes(path, files));
  text.erase(0, byte_order_mark_of(text).size());
  return text;
}

Result<planner::ScriptParts> read_script(const ScriptArguments& arguments, FileSystem& files) {
  planner::ScriptParts parts;
  for (const std::string& text : arguments.settings) {
    auto [key, value] = cut(text);
    parts.settings[key] = value;
  }
  for (const std::string& text : arguments.variables) parts.variables.insert(cut(text));
  for (const std::string& file : arguments.files) {
    SLUICE_TRY(std::string text, read_script_file(file, files));
    parts.files.push_back({file == "-" ? "<stdin>" : file, std::move(text)});
  }
  return parts;
}

Result<LoadedScript> load_script(const ScriptArguments& arguments, FileSystem& files, Diagnostics& diagnostics) {
  SLUICE_TRY(planner::ScriptParts parts, read_script(arguments, files));
  return planner::assemble(parts, diagnostics);
}

}  // namespace sluice::tools
