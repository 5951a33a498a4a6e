// `sluice lineage FILE...`: which columns of sinks come from which columns of sources, and why. Needs no engine, and
// shows statements, too, that the engine cannot run yet.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <set>

#include "base/env/real_env.h"
#include "planner/lineage/lineage.h"
#include "planner/script/compile.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/lineage/formats.h"
#include "tools/sluice/script_arguments.h"

namespace sluice::tools {
namespace {

struct LineageArguments {
  ScriptArguments script;
  std::string format = "text";
};

void add_sources(const planner::Plan& plan, std::set<const planner::Node*>& seen, std::set<std::string>& paths,
                 std::vector<jobgraph::TableRef>& out) {
  if (!seen.insert(plan.id()).second) return;
  if (auto* scan = plan.as<planner::Scan>(); scan && paths.insert(scan->table.path).second) out.push_back(scan->table);
  for_each_input(plan, [&](const planner::Plan& input) { add_sources(input, seen, paths, out); });
}

JobLineage lineage_of(const planner::PlannedJob& job, size_t number) {
  JobLineage out;
  out.edges = planner::lineage_of(job.bound);
  std::set<const planner::Node*> seen;
  std::set<std::string> sources, sinks;
  for (const planner::Plan& plan : job.bound) {
    const jobgraph::TableRef& sink = plan.as<planner::Sink>()->table;
    if (sinks.insert(sink.path).second) out.sinks.push_back(sink);
    add_sources(plan, seen, sources, out.sources);
  }
  out.name = job.settings.get("pipeline.name");
  if (!out.name.empty()) return out;
  bool is_select = job.kind == planner::JobKind::Select;
  const std::string& path = out.sinks.front().path;
  out.name = is_select ? fmt::format("select-{}", number) : path.substr(path.rfind('.') + 1);
  return out;
}

int show(const LineageArguments& arguments, const LoadedScript& script, int64_t wall_ms) {
  Diagnostics diagnostics;
  planner::CompiledScript compiled =
      planner::compile_script(script.source, Catalog(), script.settings, diagnostics, planner::ToPlan{});
  std::fputs(diagnostics.render(script.source).c_str(), stderr);
  if (!diagnostics.ok()) return kStatementFailed;
  LineageReport report{{}, &script.source, wall_ms};
  std::map<std::string, int> jobs_of_name;
  for (const planner::CompiledStatement& statement : compiled.statements) {
    auto* job = std::get_if<planner::PlannedJob>(&statement.kind);
    if (job == nullptr) continue;
    report.jobs.push_back(lineage_of(*job, report.jobs.size() + 1));
    // Jobs that write to one table are told apart by a number.
    std::string& name = report.jobs.back().name;
    int number = ++jobs_of_name[name];
    if (number > 1) name += fmt::format("-{}", number);
  }
  for (const LineageFormat& format : lineage_formats()) {
    if (format.name == arguments.format) std::fputs(format.write(report).c_str(), stdout);
  }
  return kOk;
}

}  // namespace

int lineage(int argc, char** argv) {
  CLI::App app("Shows which columns of sinks come from which columns of sources, and why.", "sluice lineage");
  LineageArguments arguments;
  arguments.script.add_to(app);
  std::vector<std::string> formats;
  for (const LineageFormat& format : lineage_formats()) formats.emplace_back(format.name);
  app.add_option("--format", arguments.format, "How it is written")
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  Diagnostics diagnostics;
  auto files = make_real_file_system();
  auto script = load_script(arguments.script, *files, diagnostics);
  if (!script) {
    std::fprintf(stderr, "sluice: %s\n", script.error().message.c_str());
    return kWorldFailed;
  }
  if (diagnostics.ok()) return show(arguments, *script, make_real_clock()->wall_ms());
  std::fputs(diagnostics.render(script->original).c_str(), stderr);
  return kStatementFailed;
}

}  // namespace sluice::tools
