// slt_runner [--mode NAME] [--update] FILE...: runs `.slt` files in all modes, or in one.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>

#include "base/env/real_env.h"
#include "codegen/code_provider_factory.h"
#include "runtime/interp/interpreter_provider.h"
#include "tests/runner/slt_file.h"
#include "tests/runner/slt_rows.h"
#include "tests/runner/slt_world.h"

namespace sluice::slt {
namespace {

struct Run {
  std::vector<std::string> problems;
  std::vector<std::vector<std::string>> actual;  // Per block, for --update.
};

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += "    " + line + "\n";
  return out;
}

// Changes of one query as a sorted list: order counts only within a key, and every key's changes differ.
std::vector<std::string> sorted(std::vector<std::string> lines) {
  std::ranges::sort(lines);
  return lines;
}

std::string normalized(const std::string& line) {
  std::string out;
  for (char c : line) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Below `----` of an input: the name of a query, then its changes.
std::map<std::string, std::vector<std::string>> by_query(const std::vector<std::string>& lines,
                                                         const std::vector<std::string>& names) {
  std::map<std::string, std::vector<std::string>> out;
  std::string current = names.size() == 1 ? names.front() : "";
  for (const std::string& line : lines) {
    if (std::ranges::find(names, line) != names.end())
      current = line;
    else
      out[current].push_back(normalized(line));
  }
  return out;
}

std::vector<std::string> table_of(const std::vector<runtime::TableChange>& changes, const RowSchema& columns) {
  std::map<std::string, int64_t> counts;
  for (const runtime::TableChange& change : changes) counts[row_text(change.row, columns)] += sign_of(change.kind);
  std::vector<std::string> rows;
  for (const auto& [row, count] : counts) {
    for (int64_t i = 0; i < count; ++i) rows.push_back(row);
    if (count < 0) rows.push_back("taken back and not there: " + row);
  }
  return rows;
}

class Runner {
 public:
  Runner(const File& file, const sim::RunMode& mode, runtime::CodeProvider& code)
      : file_(file), mode_(mode), world_(mode, code, 1) {}

  Run run() {
    for (const Block& block : file_.blocks) {
      run_.actual.emplace_back();
      execute(block);
    }
    return std::move(run_);
  }

 private:
  void problem(const Block& block, const std::string& text) {
    run_.problems.push_back(fmt::format("{}:{}: [{}] {}", file_.path, block.line, mode_.name, text));
  }

  void compare(const Block& block, const std::vector<std::string>& actual) {
    run_.actual.back() = actual;
    std::vector<std::string> expected;
    for (const std::string& line : block.expected) expected.push_back(normalized(line));
    std::vector<std::string> got;
    for (const std::string& line : actual) got.push_back(normalized(line));
    if (expected != got) problem(block, "expected\n" + joined(block.expected) + "  got\n" + joined(actual));
  }

  void execute(const Block& block) {
    const std::string& verb = block.verb;
    std::string name = block.arguments.empty() ? "" : block.arguments.front();
    Status status = Done{};
    if (verb == "skip") return skip(block, name);
    if (verb == "statement") return statement(block);
    if (verb == "error") return error(block);
    if (verb == "query")
      status = world_.start_query(name, block.text());
    else if (verb == "file")
      status = world_.write_file(name, block.body);
    else if (verb == "input")
      return input(block, world_.feed(name, block.body));
    else if (verb == "failure")
      return failure(block, name);
    else if (verb == "advance")
      return input(block, advance(name));
    else if (verb == "checkpoint")
      return input(block, Done{});
    else if (verb == "crash")
      world_.crash();
    else if (verb == "restart")
      status = restart(block);
    else if (verb == "table")
      return table(block, name);
    else if (verb == "plan" || verb == "lineage")
      return plan(block);
    else if (verb == "metric")
      return metric(block);
    else
      return problem(block, "unknown verb `" + verb + "`");
    if (!status) problem(block, status.error().message);
  }

  void skip(const Block& block, const std::string& mode) {
    if (sim::find_run_mode(mode) == nullptr) problem(block, "unknown mode `" + mode + "`");
  }

  void statement(const Block& block) {
    Diagnostics diagnostics;
    SourceText source;
    if (!world_.statement(block.text(), diagnostics, source)) problem(block, diagnostics.render(source));
  }

  void error(const Block& block) {
    Diagnostics diagnostics;
    SourceText source;
    std::string text = block.text();
    if (world_.statement(text, diagnostics, source)) return problem(block, "the statement is accepted");
    std::vector<std::string> actual;
    for (const Error& error : diagnostics.errors()) actual.push_back(place_of(source, text, error));
    compare(block, actual);
  }

  Status advance(const std::string& text) {
    int64_t amount = std::strtoll(text.c_str(), nullptr, 10);
    world_.advance(text.ends_with("ms") ? amount : amount * 1000);
    return Done{};
  }

  Status restart(const Block& block) {
    uint32_t parallelism = 1;
    for (const std::string& argument : block.arguments) {
      if (argument.starts_with("parallelism=")) parallelism = static_cast<uint32_t>(std::stoul(argument.substr(12)));
    }
    return world_.restart(parallelism);
  }

  void input(const Block& block, Status fed) {
    if (!fed) return problem(block, fed.error().message);
    auto settled = world_.settle();
    if (!settled) return problem(block, settled.error().message);
    std::vector<std::string> names = world_.query_names();
    auto expected = by_query(block.expected, names);
    for (const auto& [name, changes] : *settled) {
      std::vector<std::string> actual;
      for (const runtime::TableChange& change : changes) actual.push_back(text_of(change, world_.columns_of(name)));
      if (!actual.empty()) {
        run_.actual.back().push_back(name);
        std::ranges::copy(actual, std::back_inserter(run_.actual.back()));
      }
      for (std::string& line : actual) line = normalized(line);
      if (mode_.compares_tables_only || sorted(expected[name]) == sorted(actual)) continue;
      problem(block, name + ": expected\n" + joined(expected[name]) + "  got\n" + joined(actual));
    }
  }

  // The rows end the only query that runs; another may be started behind it.
  void failure(const Block& block, const std::string& table) {
    if (Status fed = world_.feed(table, block.body); !fed) return problem(block, fed.error().message);
    std::vector<std::string> names = world_.query_names();
    if (names.size() != 1) return problem(block, "`failure` wants one query");
    auto settled = world_.settle();
    if (settled) return problem(block, "nothing fails");
    compare(block, {world_.place_of(names[0], settled.error()), settled.error().message});
    world_.drop_query(names[0]);
  }

  void table(const Block& block, const std::string& name) {
    auto changes = world_.changes_of(name);
    if (!changes) return problem(block, changes.error().message);
    compare(block, table_of(*changes, world_.columns_of(name)));
  }

  void plan(const Block& block) {
    bool is_lineage = block.verb == "lineage";
    if (mode_.name != "base") return;  // Plans follow settings, and modes change those.
    auto text = world_.plan(block.arguments.back(), is_lineage ? "lineage" : block.arguments.front());
    if (!text) return problem(block, text.error().message);
    std::vector<std::string> lines;
    for (size_t at = 0; at < text->size();) {
      size_t end = std::min(text->find('\n', at), text->size());
      if (end > at) lines.push_back(text->substr(at, end - at));
      at = end + 1;
    }
    compare(block, lines);
  }

  void metric(const Block& block) {
    if (mode_.restarts()) return;  // Counters are not state.
    auto value = world_.metric(block.arguments.at(0), block.arguments.at(1));
    if (!value) return problem(block, value.error().message);
    compare(block, {std::to_string(*value)});
  }

  const File& file_;
  const sim::RunMode& mode_;
  World world_;
  Run run_;
};

// `skip MODE REASON...`: the file says itself where it cannot hold, and why.
bool is_skipped(const File& file, const sim::RunMode& mode) {
  return std::ranges::any_of(file.blocks, [&](const Block& block) {
    return block.verb == "skip" && block.arguments.size() > 1 && block.arguments.front() == mode.name;
  });
}

int run_files(const std::vector<std::string>& paths, const std::string& only_mode, bool update) {
  runtime::InterpreterProvider interpreter;
  RealEnv machine({.task_threads = 1});
  codegen::CodeProviderOptions options;
  options.env = machine.env();
  options.env.executor = nullptr;  // Code is made at once, so that runs are equal.
  options.interpreter = &interpreter;
  options.start = codegen::CodeProviderOptions::Start::Baseline;
  options.optimizes = false;
  Error error;
  std::unique_ptr<runtime::CodeProvider> compiled(sluice_make_code_provider(&options, &error));
  if (!compiled) {
    std::fprintf(stderr, "%s\n", error.message.c_str());
    return 3;
  }
  int passed = 0, failed = 0;
  for (const std::string& path : paths) {
    auto file = read(path);
    if (!file) {
      std::fprintf(stderr, "%s\n", file.error().message.c_str());
      return 3;
    }
    for (const sim::RunMode& mode : sim::run_modes()) {
      if (!only_mode.empty() && mode.name != only_mode) continue;
      if (is_skipped(*file, mode)) continue;
      Run run = Runner(*file, mode, mode.jit ? *compiled : interpreter).run();
      if (update && mode.name == "base") {
        std::string text = with_expectations(*file, run.actual);
        std::ofstream(path) << text;
        break;
      }
      ++(run.problems.empty() ? passed : failed);
      for (const std::string& problem : run.problems) std::printf("%s\n", problem.c_str());
    }
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && (passed > 0 || update) ? 0 : 1;
}

}  // namespace
}  // namespace sluice::slt

int main(int argc, char** argv) {
  std::vector<std::string> paths;
  std::string mode;
  bool update = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--update") == 0)
      update = true;
    else if (std::strcmp(argv[i], "--mode") == 0 && i + 1 < argc)
      mode = argv[++i];
    else
      paths.emplace_back(argv[i]);
  }
  if (paths.empty()) {
    std::fprintf(stderr, "usage: slt_runner [--mode NAME] [--update] FILE...\n");
    return 2;
  }
  return sluice::slt::run_files(paths, mode, update);
}
