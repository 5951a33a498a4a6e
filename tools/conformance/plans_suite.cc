#include "tools/conformance/plans_suite.h"

#include <simdjson.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "planner/jobgraph/print.h"
#include "planner/script/compile.h"
#include "tools/conformance/program_script.h"

namespace sluice::conformance {
namespace {

using simdjson::dom::element;

element failing_step(element record) {
  element last;
  for (element step : record["steps"].get_array()) {
    if (string_at(step, "kind") == "runFailingSql") last = step;
  }
  return last;
}

struct Planned {
  Program program;
  SourceText source;
  Diagnostics diagnostics;
  planner::CompiledScript script;
};

Planned plan(element record) {
  Planned out{program_of(record, {}), {}, {}, {}};
  out.source = SourceText(string_at(record, "id"), out.program.sql);
  out.script = planner::compile_script(out.source, Catalog(), Settings(), out.diagnostics, planner::ToPlan{});
  return out;
}

std::string text_of(const Error& error, const SourceText& source) {
  std::string place;
  if (error.span) {
    Position at = source.position(error.span->begin);
    place = fmt::format(" at {}:{}", at.line, at.column);
  }
  return fmt::format("SL{}{}: {}", static_cast<int>(error.code), place, error.message);
}

// ---- Kinds of change.

// Modes of the operators of a kind, from the sink down; "Sink" is what arrives at sinks.
using Modes = std::map<std::string, std::vector<std::string>>;

// Flink's names of operators with state, and under which name they are compared; the first phases of an aggregation in
// two hold none that lasts.
std::string flink_operator(const std::string& name) {
  static const std::map<std::string, std::string> kNames = {
      {"GlobalGroupAggregate", "GroupAggregate"},
      {"GlobalWindowAggregate", "WindowAggregate"},
      {"WindowDeduplicate", "WindowRank"},
      {"MultiJoin", ""},
      {"DropUpdateBefore", ""},
      {"IncrementalGroupAggregate", ""},
      {"Calc", ""},
      {"Correlate", ""},
      {"Exchange", ""},
      {"Expand", ""},
      {"LocalGroupAggregate", ""},
      {"LocalWindowAggregate", ""},
      {"MiniBatchAssigner", ""},
      {"TableSourceScan", ""},
      {"Union", ""},
      {"Values", ""},
      {"WatermarkAssigner", ""},
      {"WindowTableFunction", ""},
  };
  auto found = kNames.find(name);
  return found == kNames.end() ? name : found->second;
}

std::string our_operator(const std::string& name) {
  static const std::map<std::string, std::string> kNames = {
      {"Aggregate", "GroupAggregate"}, {"Deduplicate", "Rank"},      {"WindowAggregate", "WindowAggregate"},
      {"Over", "OverAggregate"},       {"WindowTopN", "WindowRank"}, {"WindowDeduplicate", "WindowRank"},
  };
  auto found = kNames.find(name);
  return found == kNames.end() ? name : found->second;
}

// A deletion that carries the key alone is one.
std::string flink_mode(std::string mode) {
  if (size_t at = mode.find("PD"); at != std::string::npos) mode.erase(at, 1);
  return mode;
}

Modes flink_modes(element record) {
  Modes modes;
  std::string above;
  for (element entry : record["changelog"].get_array()) {
    std::string name(std::string_view(entry.at(0)));
    std::string mode = flink_mode(std::string(std::string_view(entry.at(1))));
    if (above == "Sink") modes["Sink"].push_back(mode);
    above = name;
    if (name == "Sink") continue;
    if (std::string op = flink_operator(name); !op.empty()) modes[op].push_back(mode);
  }
  return modes;
}

std::string mode_of(const planner::ChangelogTraits& traits) {
  std::string text = jobgraph::text_of(traits.mode);
  size_t before = text.find("UB,");
  if (!traits.sends_update_before && before != std::string::npos) text.erase(before, 3);
  return text;
}

void add_modes(const planner::Plan& plan, const planner::OptimizedJob& job, Modes& modes) {
  const planner::ChangelogTraits& traits = job.changelogs.at(plan.id());
  if (plan.as<planner::Sink>() != nullptr) {
    for_each_input(
        plan, [&](const planner::Plan& input) { modes["Sink"].push_back(mode_of(job.changelogs.at(input.id()))); });
  } else if (!traits.is_needless) {
    modes[our_operator(name_of(plan))].push_back(mode_of(traits));
  }
  for_each_input(plan, [&](const planner::Plan& input) { add_modes(input, job, modes); });
}

std::string joined(const std::vector<std::string>& modes) {
  std::string out;
  for (const std::string& mode : modes) out += (out.empty() ? "" : " ") + mode;
  return out;
}

// Operators that only one of the plans has do not count.
Outcome compare_modes(const Modes& flink, const Modes& ours) {
  std::string wrong;
  for (const auto& [name, modes] : flink) {
    auto found = ours.find(name);
    if (found == ours.end() || found->second == modes) continue;
    wrong +=
        fmt::format("{}{}: {}, in Flink {}", wrong.empty() ? "" : "; ", name, joined(found->second), joined(modes));
  }
  return wrong.empty() ? Outcome::right() : Outcome::wrong(wrong);
}

Outcome run_changelog(element record) {
  Planned planned = plan(record);
  if (!planned.diagnostics.ok()) return Outcome::skipped("does not bind");
  Modes modes;
  for (const planner::CompiledStatement& statement : planned.script.statements) {
    auto* job = std::get_if<planner::PlannedJob>(&statement.kind);
    if (job == nullptr) continue;
    for (const planner::Plan& sink : job->optimized.sinks) add_modes(sink, job->optimized, modes);
  }
  return compare_modes(flink_modes(record), modes);
}

Outcome run_bind(element record) {
  Planned planned = plan(record);
  if (planned.diagnostics.ok()) return Outcome::right();
  const Error& error = planned.diagnostics.errors().front();
  std::string text = text_of(error, planned.source);
  return error.code == ErrorCode::NotSupportedYet ? Outcome::refused(text) : Outcome::wrong(text);
}

// ---- What has to fail.

// How many of Java's characters begin with the byte at `at`; beyond the text every column is one.
int64_t utf16_units(std::string_view sql, size_t at) {
  unsigned byte = at < sql.size() ? static_cast<unsigned char>(sql[at]) : 0;
  return (byte & 0xC0U) == 0x80U ? 0 : byte >= 0xF0U ? 2 : 1;
}

// Flink's place in the script: lines and columns from 1, the end included. Absent when it gives none.
std::optional<SourceSpan> flink_place(element step, const Program& program) {
  int64_t line = 0, column = 0;
  if (step["position"]["line"].get(line) != simdjson::SUCCESS || line <= 0) return std::nullopt;
  if (step["position"]["column"].get(column) != simdjson::SUCCESS) return std::nullopt;
  std::string_view sql =
      std::string_view(program.sql).substr(program.failing.begin, program.failing.end - program.failing.begin);
  auto offset = [&](int64_t at_line, int64_t at_column) {
    size_t begin = 0;
    for (int64_t i = 1; i < at_line; ++i) begin = std::min(sql.find('\n', begin), sql.size() - 1) + 1;
    size_t end = begin;
    for (int64_t units = at_column - 1; units > 0; ++end) units -= utf16_units(sql, end);
    // Where the text ends too early, Flink's place is behind it.
    return static_cast<uint32_t>(std::min(program.failing.begin + end, program.failing.end - size_t{1}));
  };
  int64_t end_line = line, end_column = column;
  if (step["position"]["endLine"].get(end_line) != simdjson::SUCCESS) end_line = line;
  if (step["position"]["endColumn"].get(end_column) != simdjson::SUCCESS) end_column = column;
  return SourceSpan{offset(line, column), offset(end_line, end_column) + 1};
}

// On the line where Flink's begins, and overlapping it.
bool is_at(const Error& error, SourceSpan place, const SourceText& source) {
  if (!error.span) return false;
  uint32_t end = std::max(error.span->end, error.span->begin + 1);
  return source.position(error.span->begin).line == source.position(place.begin).line &&
         error.span->begin < place.end && end > place.begin;
}

Outcome run_failing(element record, const Reasons& reasons) {
  element step = failing_step(record);
  std::string message = string_at(step, "message");
  Planned planned = plan(record);
  std::string flink = " | Flink: " + message;
  if (planned.diagnostics.ok()) return Outcome::wrong("accepted" + flink);
  const Error& first = planned.diagnostics.errors().front();
  std::string ours = text_of(first, planned.source);
  const std::vector<int>* codes = reasons.codes_of(message);
  std::optional<SourceSpan> place = flink_place(step, planned.program);
  // What Flink finds when a table is used, without a place, is found here where the table is defined.
  bool is_before = first.span && first.span->begin < planned.program.failing.begin;
  if (is_before && place) return Outcome::wrong("before: " + ours + flink);
  bool has_code = false;
  for (const Error& error : planned.diagnostics.errors()) {
    bool allowed = codes != nullptr && std::ranges::find(*codes, static_cast<int>(error.code)) != codes->end();
    has_code |= allowed;
    if (allowed && (!place || is_at(error, *place, planned.source))) return Outcome::right();
  }
  if (first.code == ErrorCode::NotSupportedYet) return Outcome::refused(ours + flink);
  if (codes == nullptr) return Outcome::wrong("no reason: " + ours + flink);
  if (!has_code) return Outcome::wrong("code: " + ours + flink);
  Position at = planned.source.position(place->begin);
  return Outcome::wrong(fmt::format("place: {}{} at {}:{}", ours, flink, at.line, at.column));
}

}  // namespace

std::vector<PlanCase> plan_cases(const std::string& directory, const std::string& file) {
  std::ifstream lines(directory + "/" + file);
  std::vector<PlanCase> cases;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(lines, line);) {
    element record;
    if (line.empty() || parser.parse(line).get(record) != simdjson::SUCCESS) continue;
    Program program = program_of(record, {});
    std::string id = string_at(record, "suite") + "/" + string_at(record, "id");
    if (!program.skipped.empty()) continue;
    if (program.must_fail) {
      std::string phase = string_at(failing_step(record), "phase");
      if (phase == "run" || phase.empty()) continue;
      cases.push_back({PlanCase::Question::Failing, "failing." + phase, id, line});
      continue;
    }
    std::string category = string_at(record, "category");
    if (category.empty()) category = "valid";
    cases.push_back({PlanCase::Question::Bind, category + ".bind", id, line});
    element changelog;
    if (record["changelog"].get(changelog) != simdjson::SUCCESS || !changelog.is_array()) continue;
    cases.push_back({PlanCase::Question::Changelog, category + ".changelog", id, line});
  }
  return cases;
}

Outcome run_plan_case(const PlanCase& test, const Reasons& reasons) {
  simdjson::dom::parser parser;
  element record;
  if (parser.parse(test.line).get(record) != simdjson::SUCCESS) return Outcome::wrong("the record is no JSON");
  switch (test.question) {
    case PlanCase::Question::Bind:
      return run_bind(record);
    case PlanCase::Question::Changelog:
      return run_changelog(record);
    case PlanCase::Question::Failing:
      return run_failing(record, reasons);
  }
  return Outcome::wrong("no question");
}

}  // namespace sluice::conformance
