// The cases of tests/sql/errors: a wrong script, and below `----` what is found in it: code, place, message, the marked
// text, hint, notes and changes; behind `flink:` what Flink says to the same script. SLUICE_UPDATE=1 writes the
// findings into the files; what Flink says is written by measure_flink.py beside them.
#include <cstdlib>
#include <map>
#include <set>

#include "base/error_docs.h"
#include "tests/unit/check/error_cases.h"
#include "tools/sluice/check/fixes.h"

namespace sluice::tools {
namespace {

constexpr size_t kOfAKindMax = 5, kCasesMin = 300, kCodesMin = 100;

class ErrorTexts : public testing::TestWithParam<const char*> {};

TEST_P(ErrorTexts, AreFound) {
  ErrorFile file = read_error_file(GetParam());
  bool updates = std::getenv("SLUICE_UPDATE") != nullptr;
  std::string updated = fmt::format("# prologue\n{}\n", file.prologue);
  for (const ErrorCase& one : file.cases) {
    std::string measured = findings_text(check_script(file.prologue, one.sql));
    EXPECT_FALSE(measured.empty()) << one.name << " is right\n" << one.sql;
    if (!updates) EXPECT_EQ(measured, one.findings) << one.name << "\n" << one.sql;
    updated += fmt::format("# {}\n{}----\n{}", one.name, one.sql, measured);
    updated += (one.flink.empty() ? "" : "flink: " + one.flink + "\n") + "\n";
  }
  if (updates) std::ofstream(file.path) << updated;
}

// A change that is proposed takes away the finding it belongs to. Others may come to light.
TEST_P(ErrorTexts, ChangesMend) {
  ErrorFile file = read_error_file(GetParam());
  for (const ErrorCase& one : file.cases) {
    CheckedFile checked = check_script(file.prologue, one.sql);
    size_t proposed = 0, made = 0;
    for (const Finding& finding : checked.findings) proposed += finding.changes.empty() ? 0 : 1;
    if (proposed == 0) continue;
    std::string changed = with_changes(one.sql, checked, made);
    CheckedFile after = check_script(file.prologue, changed);
    std::set<std::string> mended;
    for (const Finding& finding : checked.findings) {
      if (!finding.changes.empty()) mended.insert(id_of(finding.code) + finding.message);
    }
    for (const Finding& finding : after.findings) {
      EXPECT_FALSE(mended.contains(id_of(finding.code) + finding.message)) << one.name << "\n"
                                                                           << changed << finding.shown;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, ErrorTexts, testing::ValuesIn(kErrorFiles));

TEST(ErrorData, HasEveryCodeOfStatementsAndFewOfAKind) {
  std::map<std::string, std::set<std::string>> cases_of_kind;
  std::set<ErrorCode> codes;
  size_t cases = 0;
  for (const char* name : kErrorFiles) {
    ErrorFile file = read_error_file(name);
    cases += file.cases.size();
    for (const ErrorCase& one : file.cases) {
      for (const Finding& finding : check_script(file.prologue, one.sql).findings) {
        codes.insert(finding.code);
        cases_of_kind[kind_of(finding)].insert(one.file + ": " + one.name);
      }
    }
  }
  EXPECT_GE(cases, kCasesMin);
  EXPECT_GE(codes.size(), kCodesMin);
  for (const ErrorDoc& doc : error_docs()) {
    if (is_of_statements(doc.code)) EXPECT_TRUE(codes.contains(doc.code)) << doc.name << " has no case";
  }
  for (const auto& [kind, names] : cases_of_kind) {
    EXPECT_LE(names.size(), kOfAKindMax) << kind << ": " << fmt::format("{}", fmt::join(names, "; "));
  }
}

}  // namespace
}  // namespace sluice::tools
