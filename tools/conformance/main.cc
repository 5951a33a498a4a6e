// `sluice-conformance DIR [--json FILE]`: runs Flink's measured cases and says per file and suite how many are right.
#include <simdjson.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tools/conformance/case_runner.h"
#include "tools/conformance/formats_suite.h"
#include "tools/conformance/lineage_suite.h"
#include "tools/conformance/nexmark_suite.h"
#include "tools/conformance/parser_suite.h"
#include "tools/conformance/plans_suite.h"
#include "tools/conformance/program.h"
#include "tools/conformance/program_script.h"
#include "tools/conformance/report.h"

namespace sluice::conformance {
namespace {

// A case in simulation dies and starts again behind every few rows.
constexpr int64_t kProgramMs = 20'000;
constexpr int64_t kNexmarkMs = 60'000;
constexpr int64_t kFormatMs = 10'000;
constexpr int64_t kParserMs = 10'000;
constexpr int64_t kGraceMs = 10'000;

struct Arguments {
  std::string directory, json, mode = "base", filter, floors, raised_floors, reasons;
  LineageArguments lineage;
  std::vector<std::string> groups;
  int processes = 2;
  bool verbose = false;
};

bool matches(const Arguments& arguments, const std::string& file, const std::string& suite, const std::string& id) {
  const std::string& filter = arguments.filter;
  return filter.empty() || (file + "/" + suite + "/" + id).find(filter) != std::string::npos;
}

// Of `--groups`: the last part of a suite's name, and only programs that run.
bool is_in_groups(const Arguments& arguments, const std::string& suite, const CaseTraits& traits) {
  if (arguments.groups.empty()) return true;
  return traits.is_valid &&
         std::ranges::find(arguments.groups, suite.substr(suite.rfind('.') + 1)) != arguments.groups.end();
}

struct ProgramCase {
  std::string line, suite = "?", id = "?";
  CaseTraits traits;
};

ProgramCase program_case(std::string line) {
  ProgramCase result;
  simdjson::dom::parser parser;
  simdjson::dom::element record;
  if (parser.parse(line).get(record) == simdjson::SUCCESS) {
    std::string_view text;
    if (record["suite"].get(text) == simdjson::SUCCESS) result.suite = text;
    if (record["id"].get(text) == simdjson::SUCCESS) result.id = text;
    result.traits.is_valid = string_at(record, "category") == "valid";
    result.traits.has_basic_aggregates = has_basic_aggregates_only(record);
  }
  result.line = std::move(line);
  return result;
}

Outcome run_line(const std::string& line, const ProgramOptions& options) {
  simdjson::dom::parser parser;
  simdjson::dom::element record;
  if (parser.parse(line).get(record) != simdjson::SUCCESS) return Outcome::wrong("the record is no JSON");
  Outcome outcome = run_program(record, options);
  std::error_code ignored;
  std::filesystem::remove_all(options.directory, ignored);
  return outcome;
}

void run_queries(const Arguments& arguments, const std::string& scratch, Report& report) {
  std::ifstream file(arguments.directory + "/queries.jsonl");
  std::vector<ProgramCase> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    ProgramCase next = program_case(std::move(line));
    if (!matches(arguments, "queries.jsonl", next.suite, next.id)) continue;
    if (is_in_groups(arguments, next.suite, next.traits)) cases.push_back(std::move(next));
  }
  const sim::RunMode* mode = sim::find_run_mode(arguments.mode);
  auto outcomes = run_cases(cases.size(), arguments.processes, kProgramMs + kGraceMs, [&](size_t i) {
    return run_line(cases[i].line, {mode, scratch + "/" + std::to_string(i), kProgramMs});
  });
  for (size_t i = 0; i < outcomes.size(); ++i) {
    report.add("queries.jsonl", cases[i].suite, cases[i].id, cases[i].traits, outcomes[i]);
  }
}

void run_nexmark_suites(const Arguments& arguments, const std::string& scratch, Report& report) {
  std::vector<NexmarkCase> cases;
  for (NexmarkCase& nexmark : nexmark_cases(arguments.directory)) {
    if (!matches(arguments, "nexmark", nexmark.suite, nexmark.query)) continue;
    if (is_in_groups(arguments, nexmark.suite, {})) cases.push_back(nexmark);
  }
  const sim::RunMode* mode = sim::find_run_mode(arguments.mode);
  auto outcomes = run_cases(cases.size(), arguments.processes, kNexmarkMs + kGraceMs, [&](size_t i) {
    NexmarkOptions options{mode, scratch + "/n" + std::to_string(i), kNexmarkMs};
    std::filesystem::create_directories(options.scratch);
    return run_nexmark(cases[i], options);
  });
  for (size_t i = 0; i < outcomes.size(); ++i) {
    report.add("nexmark", cases[i].suite, cases[i].query, {}, outcomes[i]);
  }
}

void run_formats(const Arguments& arguments, Report& report) {
  std::vector<FormatCase> cases;
  for (FormatCase& format : format_cases(arguments.directory)) {
    if (!matches(arguments, "formats.jsonl", format.suite, format.id)) continue;
    if (is_in_groups(arguments, format.suite, {})) cases.push_back(std::move(format));
  }
  auto outcomes =
      run_cases(cases.size(), arguments.processes, kFormatMs, [&](size_t i) { return run_format(cases[i]); });
  for (size_t i = 0; i < outcomes.size(); ++i) {
    report.add("formats.jsonl", cases[i].suite, cases[i].id, {}, outcomes[i]);
  }
}

void run_parser(const Arguments& arguments, Report& report) {
  std::vector<ParserCase> cases;
  for (ParserCase& parser : parser_cases(arguments.directory)) {
    if (!matches(arguments, "parser.jsonl", parser.suite, parser.id)) continue;
    if (is_in_groups(arguments, parser.suite, {})) cases.push_back(std::move(parser));
  }
  auto outcomes =
      run_cases(cases.size(), arguments.processes, kParserMs, [&](size_t i) { return run_parser_case(cases[i]); });
  for (size_t i = 0; i < outcomes.size(); ++i) {
    report.add("parser.jsonl", cases[i].suite, cases[i].id, {}, outcomes[i]);
  }
}

Status run_plans(const Arguments& arguments, Report& report) {
  SLUICE_TRY(Reasons reasons, Reasons::read(arguments.reasons));
  for (const char* file : {"queries.jsonl", "table_programs.jsonl"}) {
    std::string name = std::string("plans/") + file;
    std::vector<PlanCase> cases;
    for (PlanCase& plan : plan_cases(arguments.directory, file)) {
      if (matches(arguments, name, plan.suite, plan.id)) cases.push_back(std::move(plan));
    }
    auto outcomes = run_cases(cases.size(), arguments.processes, kParserMs,
                              [&](size_t i) { return run_plan_case(cases[i], reasons); });
    for (size_t i = 0; i < outcomes.size(); ++i) report.add(name, cases[i].suite, cases[i].id, {}, outcomes[i]);
  }
  return Done{};
}

int finish(const Arguments& arguments, const Report& report) {
  if (report.is_empty()) {
    std::fprintf(stderr, "sluice-conformance: `%s` holds no cases\n", arguments.directory.c_str());
    return 2;
  }
  report.print(arguments.verbose);
  if (!arguments.groups.empty()) report.print_shares();
  if (!arguments.json.empty()) {
    std::ofstream out(arguments.json);
    report.write_json(out);
    std::ofstream failures(arguments.json + ".failures.jsonl");
    report.write_failures(failures);
  }
  if (!arguments.raised_floors.empty() && !report.raise_floors(arguments.raised_floors)) {
    std::fprintf(stderr, "cannot write `%s`\n", arguments.raised_floors.c_str());
    return 3;
  }
  return arguments.floors.empty() ? 0 : report.check_floors(arguments.floors);
}

int run_lineage_suite(const Arguments& arguments, const std::string& scratch) {
  LineageArguments lineage = arguments.lineage;
  lineage.directory = arguments.directory;
  lineage.filter = arguments.filter;
  lineage.scratch = scratch;
  lineage.processes = arguments.processes;
  lineage.verbose = arguments.verbose;
  int code = run_lineage(lineage);
  std::error_code ignored;
  std::filesystem::remove_all(scratch, ignored);
  return code;
}

int run(const Arguments& arguments) {
  if (!std::filesystem::is_directory(arguments.directory)) {
    std::fprintf(stderr, "sluice-conformance: `%s` is no directory\n", arguments.directory.c_str());
    return 2;
  }
  Report report;
  if (!arguments.reasons.empty()) {
    Status planned = run_plans(arguments, report);
    if (planned) return finish(arguments, report);
    std::fprintf(stderr, "sluice-conformance: %s\n", planned.error().message.c_str());
    return 2;
  }
  char scratch[] = "/tmp/sluice-conformance-XXXXXX";
  if (mkdtemp(scratch) == nullptr) return 3;
  if (!arguments.lineage.examples.empty()) return run_lineage_suite(arguments, scratch);
  run_queries(arguments, scratch, report);
  run_nexmark_suites(arguments, scratch, report);
  if (arguments.mode == "base") {  // No job runs, so modes would change nothing.
    run_formats(arguments, report);
    run_parser(arguments, report);
  }
  std::error_code ignored;
  std::filesystem::remove_all(scratch, ignored);
  return finish(arguments, report);
}

std::vector<std::string> mode_names() {
  std::vector<std::string> names;
  for (const sim::RunMode& mode : sim::run_modes()) names.push_back(mode.name);
  return names;
}

}  // namespace
}  // namespace sluice::conformance

int main(int argc, char** argv) {
  CLI::App app("Runs Flink's measured cases.", "sluice-conformance");
  sluice::conformance::Arguments arguments;
  app.add_option("DIR", arguments.directory,
                 "Folder with queries.jsonl, table_programs.jsonl, nexmark/, formats.jsonl and parser.jsonl")
      ->required();
  app.add_option("--json", arguments.json, "Counts per file and suite; the failures go to FILE.failures.jsonl");
  app.add_option("--mode", arguments.mode, "How the engine runs")
      ->check(CLI::IsMember(sluice::conformance::mode_names()))
      ->capture_default_str();
  app.add_option("--filter", arguments.filter, "Only cases whose file/suite/id contains this");
  app.add_option("--groups", arguments.groups, "Only valid programs of these groups, with a table of their shares")
      ->delimiter(',');
  app.add_option("--plans", arguments.reasons,
                 "Plans programs instead of running them; the file says which codes mean which messages of Flink's");
  auto* lineage = app.add_option("--lineage", arguments.lineage.examples,
                                 "Holds lineage against experiments on programs and on the scripts of this folder");
  app.add_option("--shown-min", arguments.lineage.shown_min, "Of --lineage: least share of claims that are shown")
      ->needs(lineage);
  app.add_option("--every", arguments.lineage.every, "Of --lineage: only each so-many-th program")
      ->check(CLI::PositiveNumber)
      ->needs(lineage);
  app.add_option("--seed", arguments.lineage.seed, "Of --lineage: of the experiments")->needs(lineage);
  app.add_option("--floors", arguments.floors, "File with the least right and most wrong per suite; fails below");
  app.add_option("--raise-floors", arguments.raised_floors, "Raises the floors of a file to what this run reaches");
  app.add_option("--processes", arguments.processes, "Cases at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_flag("--verbose", arguments.verbose, "Lists refused and skipped cases, too");
  CLI11_PARSE(app, argc, argv);
  return sluice::conformance::run(arguments);
}
