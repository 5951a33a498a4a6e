// `sluice-conformance DIR [--json FILE]`: runs Flink's measured cases and says per file and suite how many are right.
#include <simdjson.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/diagnostics.h"
#include "catalog/types/value_text.h"
#include "tools/conformance/case_runner.h"
#include "tools/conformance/nexmark_suite.h"
#include "tools/conformance/program.h"

namespace sluice::conformance {
namespace {

struct Arguments {
  std::string directory, json, mode = "base", filter, floors;
  int processes = 2;
  bool verbose = false;
};

struct Counts {
  int right = 0, refused = 0, wrong = 0, skipped = 0;
  int& of(Outcome::Kind kind) {
    switch (kind) {
      case Outcome::Kind::Right:
        return right;
      case Outcome::Kind::Refused:
        return refused;
      case Outcome::Kind::Wrong:
        return wrong;
      case Outcome::Kind::Skipped:
        return skipped;
    }
    return wrong;
  }
};

struct Report {
  std::map<std::string, std::map<std::string, Counts>> counts;  // file -> suite
  struct Failure {
    std::string file, suite, id, outcome, detail;
  };
  std::vector<Failure> failures;

  void add(const std::string& file, const std::string& suite, const std::string& id, const Outcome& outcome) {
    ++counts[file][suite].of(outcome.kind);
    if (outcome.kind == Outcome::Kind::Right) return;
    static constexpr const char* kNames[] = {"right", "refused", "wrong", "skipped"};
    failures.push_back({file, suite, id, kNames[static_cast<int>(outcome.kind)], outcome.detail});
  }
};

Mode mode_of(const std::string& name) {
  return name == "interpreter" ? Mode::Interpreter : name == "batch_1" ? Mode::BatchOfOne : Mode::Base;
}

std::string json_string(const std::string& text) { return json_text(Value{text}, Type::string()); }

void write_json(const Report& report, std::ostream& out) {
  out << "{";
  bool first_file = true;
  for (const auto& [file, suites] : report.counts) {
    out << (std::exchange(first_file, false) ? "\n" : ",\n") << json_string(file) << ": {";
    bool first = true;
    for (const auto& [suite, counts] : suites) {
      out << (std::exchange(first, false) ? "\n  " : ",\n  ") << json_string(suite) << ": {\"right\": " << counts.right
          << ", \"refused\": " << counts.refused << ", \"wrong\": " << counts.wrong
          << ", \"skipped\": " << counts.skipped << "}";
    }
    out << "}";
  }
  out << "}\n";
}

void write_failures(const Report& report, std::ostream& out) {
  for (const Report::Failure& failure : report.failures) {
    out << "{\"file\": " << json_string(failure.file) << ", \"suite\": " << json_string(failure.suite)
        << ", \"id\": " << json_string(failure.id) << ", \"outcome\": " << json_string(failure.outcome)
        << ", \"detail\": " << json_string(failure.detail) << "}\n";
  }
}

bool matches(const std::string& filter, const std::string& file, const std::string& suite, const std::string& id) {
  return filter.empty() || (file + "/" + suite + "/" + id).find(filter) != std::string::npos;
}

void run_queries(const Arguments& arguments, const std::string& scratch, Report& report) {
  std::string path = arguments.directory + "/queries.jsonl";
  if (!std::filesystem::exists(path)) return;
  std::vector<std::string> lines;
  std::ifstream file(path);
  simdjson::dom::parser parser;
  struct Id {
    std::string suite, id;
  };
  std::vector<Id> ids;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    simdjson::dom::element record;
    Id id{"?", "?"};
    if (parser.parse(line).get(record) == simdjson::SUCCESS) {
      std::string_view text;
      if (record["suite"].get(text) == simdjson::SUCCESS) id.suite = text;
      if (record["id"].get(text) == simdjson::SUCCESS) id.id = text;
    }
    if (!matches(arguments.filter, "queries.jsonl", id.suite, id.id)) continue;
    lines.push_back(line);
    ids.push_back(id);
  }
  ProgramOptions options{mode_of(arguments.mode), scratch, 20'000};
  auto outcomes = run_cases(lines.size(), arguments.processes, 30'000, [&](size_t i) {
    simdjson::dom::parser own;
    simdjson::dom::element record;
    if (own.parse(lines[i]).get(record) != simdjson::SUCCESS) return Outcome::wrong("the record is no JSON");
    ProgramOptions mine = options;
    mine.directory += "/" + std::to_string(i);
    Outcome outcome = run_program(record, mine);
    std::error_code ignored;
    std::filesystem::remove_all(mine.directory, ignored);
    return outcome;
  });
  for (size_t i = 0; i < outcomes.size(); ++i) report.add("queries.jsonl", ids[i].suite, ids[i].id, outcomes[i]);
}

void run_nexmark_suites(const Arguments& arguments, const std::string& scratch, Report& report) {
  std::vector<NexmarkCase> cases;
  for (NexmarkCase& nexmark : nexmark_cases(arguments.directory)) {
    if (matches(arguments.filter, "nexmark", nexmark.suite, nexmark.query)) cases.push_back(nexmark);
  }
  auto outcomes = run_cases(cases.size(), arguments.processes, 90'000, [&](size_t i) {
    NexmarkOptions options{mode_of(arguments.mode), scratch + "/n" + std::to_string(i), 60'000};
    std::filesystem::create_directories(options.scratch);
    return run_nexmark(cases[i], options);
  });
  for (size_t i = 0; i < outcomes.size(); ++i) report.add("nexmark", cases[i].suite, cases[i].query, outcomes[i]);
}

// Lines `file suite right wrong`: at least so many right, at most so many wrong. Numbers of right only go up.
int check_floors(const std::string& path, Report& report) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "cannot read `%s`\n", path.c_str());
    return 2;
  }
  int broken = 0;
  std::string name, suite;
  int right = 0, wrong = 0;
  while (file >> name >> suite >> right >> wrong) {
    const Counts& counts = report.counts[name][suite];
    if (counts.right >= right && counts.wrong <= wrong) continue;
    std::printf("floor: %s %s has %d right (at least %d) and %d wrong (at most %d)\n", name.c_str(), suite.c_str(),
                counts.right, right, counts.wrong, wrong);
    ++broken;
  }
  return broken == 0 ? 0 : 1;
}

int run(const Arguments& arguments) {
  if (!std::filesystem::is_directory(arguments.directory)) {
    std::fprintf(stderr, "sluice-conformance: `%s` is no directory\n", arguments.directory.c_str());
    return 2;
  }
  char scratch[] = "/tmp/sluice-conformance-XXXXXX";
  if (mkdtemp(scratch) == nullptr) return 3;
  Report report;
  run_queries(arguments, scratch, report);
  run_nexmark_suites(arguments, scratch, report);
  std::error_code ignored;
  std::filesystem::remove_all(scratch, ignored);

  Counts all;
  for (const auto& [name, suites] : report.counts) {
    for (const auto& [suite, counts] : suites) {
      std::printf("%-14s %-40s %5d right %5d refused %5d wrong %5d skipped\n", name.c_str(), suite.c_str(),
                  counts.right, counts.refused, counts.wrong, counts.skipped);
      all.right += counts.right, all.refused += counts.refused, all.wrong += counts.wrong,
          all.skipped += counts.skipped;
    }
  }
  std::printf("all: %d right, %d refused, %d wrong, %d skipped\n", all.right, all.refused, all.wrong, all.skipped);
  for (const Report::Failure& failure : report.failures) {
    if (arguments.verbose || failure.outcome == "wrong") {
      std::printf("%s: %s %s %s: %s\n", failure.outcome.c_str(), failure.file.c_str(), failure.suite.c_str(),
                  failure.id.c_str(), failure.detail.c_str());
    }
  }
  if (!arguments.json.empty()) {
    std::ofstream out(arguments.json);
    write_json(report, out);
    std::ofstream failures(arguments.json + ".failures.jsonl");
    write_failures(report, failures);
  }
  if (report.counts.empty()) {
    std::fprintf(stderr, "sluice-conformance: `%s` holds no cases\n", arguments.directory.c_str());
    return 2;
  }
  return arguments.floors.empty() ? 0 : check_floors(arguments.floors, report);
}

}  // namespace
}  // namespace sluice::conformance

int main(int argc, char** argv) {
  CLI::App app("Runs Flink's measured cases.", "sluice-conformance");
  sluice::conformance::Arguments arguments;
  app.add_option("DIR", arguments.directory, "Folder with queries.jsonl and nexmark/")->required();
  app.add_option("--json", arguments.json, "Counts per file and suite; the failures go to FILE.failures.jsonl");
  app.add_option("--mode", arguments.mode, "How the engine runs")
      ->check(CLI::IsMember({"base", "interpreter", "batch_1"}))
      ->capture_default_str();
  app.add_option("--filter", arguments.filter, "Only cases whose file/suite/id contains this");
  app.add_option("--floors", arguments.floors, "File with the least right and most wrong per suite; fails below");
  app.add_option("--processes", arguments.processes, "Cases at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_flag("--verbose", arguments.verbose, "Lists refused and skipped cases, too");
  CLI11_PARSE(app, argc, argv);
  return sluice::conformance::run(arguments);
}
