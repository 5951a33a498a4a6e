#pragma once
// The wrong scripts of tests/sql/errors, and what `sluice check` finds in them.
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "tests/sim/memory_file_system.h"
#include "tools/sluice/check/checker.h"

namespace sluice::tools {

struct ErrorCase {
  std::string file, name, sql;
  std::string findings;  // As they are written below `----`.
  std::string flink;     // What Flink says, as it was measured; empty where that is not known.
};

struct ErrorFile {
  std::string path, prologue;
  std::vector<ErrorCase> cases;
};

inline constexpr const char* kErrorFiles[] = {"syntax",  "names",   "types",       "queries",    "grouping", "windows",
                                              "joins",   "tables",  "options",     "statements", "updates",  "patterns",
                                              "several", "hazards", "not_running", "alter"};

// Cases begin with `# name`; the tables of the one called `prologue` are there before every other.
inline ErrorFile read_error_file(const std::string& name) {
  ErrorFile out{fmt::format("{}/tests/sql/errors/{}.err", SLUICE_SOURCE_DIR, name), "", {}};
  std::ifstream in(out.path);
  EXPECT_TRUE(in) << out.path;
  ErrorCase prologue;
  ErrorCase* at = nullptr;
  bool below = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# ")) {
      bool is_prologue = line == "# prologue";
      if (!is_prologue)
        out.cases.push_back({.file = name, .name = line.substr(2), .sql = "", .findings = "", .flink = ""});
      at = is_prologue ? &prologue : &out.cases.back();
      below = false;
    } else if (line == "----") {
      below = true;
    } else if (at != nullptr && below && line.starts_with("flink: ")) {
      at->flink = line.substr(7);
    } else if (at != nullptr && !line.empty()) {
      (below ? at->findings : at->sql) += line + "\n";
    }
  }
  out.prologue = prologue.sql;
  return out;
}

// The file with one script, checked behind the prologue.
inline CheckedFile check_script(const std::string& prologue, const std::string& sql) {
  sim::MemoryFileSystem files;
  auto write = [&](const char* path, const std::string& text) {
    auto file = files.create(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append(text));
  };
  write("tables.sql", prologue);
  write("case.sql", sql);
  CheckConfig config;
  config.schema = {"tables.sql"};
  auto checker = Checker::make(config, files);
  EXPECT_TRUE(checker);
  CheckedFile checked = checker->check("case.sql");
  for (const Finding& finding : checked.findings) EXPECT_EQ(finding.file, "case.sql") << finding.shown;
  return checked;
}

inline std::string text_of(const Region& region) {
  return fmt::format("{}:{}-{}:{}", region.line, region.column, region.end_line, region.end_column);
}

// The line with the marked characters under it; of a region of several lines its first one.
inline std::string marked(const Finding& finding) {
  const Region& at = *finding.region;
  auto width = static_cast<uint32_t>(count_characters(finding.source_line));
  uint32_t end = at.end_line == at.line ? at.end_column : width + 1;
  std::string carets(std::max(end, at.column + 1) - at.column, '^');
  return fmt::format("  {}\n  {}{}\n", finding.source_line, std::string(at.column - 1, ' '), carets);
}

inline std::string findings_text(const CheckedFile& checked) {
  std::string out;
  for (const Finding& finding : checked.findings) {
    std::string place = finding.region ? text_of(*finding.region) : "-";
    out += fmt::format("{} {} {}\n", id_of(finding.code), place, finding.message);
    if (finding.region) out += marked(finding);
    if (!finding.hint.empty()) out += fmt::format("  hint: {}\n", finding.hint);
    for (const RelatedPlace& note : finding.related) {
      out += fmt::format("  note: {}{} {}\n", note.file == "case.sql" ? "" : note.file + " ", text_of(note.region),
                         note.text);
    }
    for (const Change& change : finding.changes) {
      out += fmt::format("  fix: {} {}\n", text_of(change.region), change.text.empty() ? "(nothing)" : change.text);
    }
  }
  return out;
}

// What is said, without names, numbers and types: findings that only differ in these are of one kind.
inline std::string kind_of(const Finding& finding) {
  static const std::regex kNames("`[^`]*`|[0-9]+"),
      kTypes(
          "\\b(BOOLEAN|TINYINT|SMALLINT|INT|INTEGER|BIGINT|FLOAT|DOUBLE|DECIMAL|CHAR|VARCHAR|STRING|BINARY|VARBINARY|"
          "BYTES|DATE|TIME|TIMESTAMP|TIMESTAMP_LTZ|INTERVAL|ARRAY|MAP|ROW|MULTISET|VARIANT|BITMAP|NULL)\\b"
          "(\\([^)]*\\)|<.*>)?( NOT NULL)?");
  return id_of(finding.code) + " " + std::regex_replace(std::regex_replace(finding.message, kNames, "_"), kTypes, "T");
}

}  // namespace sluice::tools
