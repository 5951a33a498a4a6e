// `sluice fmt FILE...`: scripts in the house layout. Loads neither the engine nor LLVM.
#include <cstdio>

#include "base/env/real_env.h"
#include "grammar/format/format.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/file_replacement.h"
#include "tools/sluice/line_diff.h"
#include "tools/sluice/script_arguments.h"
#include "tools/sluice/script_folders.h"

namespace sluice::tools {
namespace {

struct FormatArguments {
  std::vector<std::string> files;
  bool check = false, diff = false;
};

// With CR LF where `before` has nothing else. Where it has both, a text or a comment may hold either.
std::string in_line_breaks_of(const std::string& before, std::string text) {
  bool has_others = before.find('\n') == std::string::npos;
  for (size_t at = before.find('\n'); at != std::string::npos; at = before.find('\n', at + 1)) {
    has_others |= at == 0 || before[at - 1] != '\r';
  }
  if (has_others) return text;
  std::string out;
  for (char c : text) {
    if (c == '\n' && !out.ends_with('\r')) out += '\r';
    out += c;
  }
  return out;
}

class FormatCommand {
 public:
  explicit FormatCommand(const FormatArguments& arguments) : arguments_(arguments), files_(make_real_file_system()) {}

  int run() {
    auto paths = scripts_below(arguments_.files);
    if (!paths) fail_world(paths.error());
    for (const std::string& path : paths ? *paths : std::vector<std::string>{}) {
      if (Status done = format(path); !done) fail_world(done.error());
    }
    return code_;
  }

 private:
  Status format(const std::string& path) {
    bool is_stdin = path == "-";
    std::string name = is_stdin ? "<stdin>" : path;
    SLUICE_TRY(std::string before, read_script_bytes(path, *files_));
    std::string_view mark = byte_order_mark_of(before);
    SourceText source(name, std::string_view(before).substr(mark.size()));
    Diagnostics diagnostics;
    auto after = grammar::format_script(source, diagnostics);
    if (!after) {
      std::fputs(diagnostics.render(source).c_str(), stderr);
      fail_statement();
      return Done{};
    }
    *after = std::string(mark) + in_line_breaks_of(before, *std::move(after));
    if (arguments_.diff) std::fputs(unified_diff(name, before, *after).c_str(), stdout);
    if (arguments_.check && before != *after) {
      std::fprintf(stderr, "%s: would be formatted\n", name.c_str());
      fail_statement();
    }
    if (arguments_.diff || arguments_.check) return Done{};
    if (is_stdin) std::fputs(after->c_str(), stdout);
    return is_stdin || before == *after ? Status(Done{}) : replace_file(*files_, path, *after);
  }
  void fail_world(const Error& error) {
    std::fprintf(stderr, "sluice: %s\n", error.message.c_str());
    code_ = kWorldFailed;
  }
  void fail_statement() {
    if (code_ == kOk) code_ = kStatementFailed;
  }

  const FormatArguments& arguments_;
  std::unique_ptr<FileSystem> files_;
  int code_ = kOk;
};

}  // namespace

int format(int argc, char** argv) {
  CLI::App app("Writes SQL scripts in the house layout; `-` goes from standard input to standard output.",
               "sluice fmt");
  FormatArguments arguments;
  app.add_option("FILE", arguments.files, "SQL scripts, or folders of them")->required();
  app.add_flag("--check", arguments.check, "Change no file; fail when one would be changed");
  app.add_flag("--diff", arguments.diff, "Change no file; print what would be changed");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return FormatCommand(arguments).run();
}

}  // namespace sluice::tools
