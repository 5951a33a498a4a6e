// What stands behind the mark in docs/errors.md is made of the table in base/error_docs.cc and, as examples, of the
// shortest cases in tests/sql/errors. SLUICE_UPDATE=1 writes it.
#include <cstdlib>
#include <map>
#include <set>

#include "base/error_docs.h"
#include "tests/unit/check/error_cases.h"

namespace sluice::tools {
namespace {

constexpr const char* kMark = "<!-- What follows is generated. -->\n";

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// By code: the shortest script that has no other finding.
std::map<ErrorCode, std::string> examples() {
  std::map<ErrorCode, std::string> out, scripts;
  for (const char* name : kErrorFiles) {
    ErrorFile file = read_error_file(name);
    for (const ErrorCase& one : file.cases) {
      CheckedFile checked = check_script(file.prologue, one.sql);
      if (checked.findings.size() != 1 || one.sql.size() > 600) continue;
      ErrorCode code = checked.findings[0].code;
      auto known = scripts.find(code);
      if (known != scripts.end() && known->second.size() <= one.sql.size()) continue;
      scripts[code] = one.sql;
      out[code] = checked.findings[0].shown;
    }
  }
  return out;
}

const char* heading_of(int hundreds) {
  switch (hundreds) {
    case 10:
      return "Text that is no statement";
    case 11:
      return "Names";
    case 12:
      return "Types and queries";
    case 13:
      return "Tables and changes";
    case 14:
      return "Options and hints";
    case 19:
      return "What does not run";
    case 20:
      return "The world";
    case 21:
      return "Data of a running job";
    case 30:
      return "State";
    case 40:
      return "The engine";
    default:
      return "Warnings";
  }
}

std::string page(const std::string& now) {
  size_t mark = now.find(kMark);
  EXPECT_NE(mark, std::string::npos);
  std::string out = now.substr(0, mark) + kMark;
  std::map<ErrorCode, std::string> shown = examples();
  int section = 0;
  for (const ErrorDoc& doc : error_docs()) {
    int number = static_cast<int>(doc.code);
    if (number / 100 != section) {
      section = number / 100;
      out += fmt::format("\n## {}\n", heading_of(section));
    }
    out += fmt::format("\n### SL{} {}\n\n{} {}\n", number, doc.name, doc.meaning, doc.remedy);
    auto example = shown.find(doc.code);
    if (example != shown.end()) out += fmt::format("\n```text\n{}```\n", example->second);
  }
  return out;
}

TEST(ErrorDocs, PageIsOfTheTable) {
  std::string path = std::string(SLUICE_SOURCE_DIR) + "/docs/errors.md", now = file_text(path), made = page(now);
  if (std::getenv("SLUICE_UPDATE") != nullptr) {
    std::ofstream(path) << made;
  } else {
    EXPECT_EQ(now, made) << "SLUICE_UPDATE=1 writes it";
  }
}

// The table has every code of error_code.h, under its name and in its order.
TEST(ErrorDocs, TableIsWhole) {
  std::string header = file_text(std::string(SLUICE_SOURCE_DIR) + "/base/error_code.h");
  std::vector<std::pair<std::string, int>> codes;
  std::regex line("^  ([A-Z][A-Za-z]+) = ([0-9]{4}),");
  std::istringstream in(header);
  for (std::string text; std::getline(in, text);) {
    std::smatch found;
    if (std::regex_search(text, found, line)) codes.emplace_back(found[1], std::stoi(found[2]));
  }
  ASSERT_EQ(codes.size(), error_docs().size());
  for (size_t i = 0; i < codes.size(); ++i) {
    EXPECT_EQ(codes[i].first, error_docs()[i].name);
    EXPECT_EQ(codes[i].second, static_cast<int>(error_docs()[i].code)) << codes[i].first;
  }
}

}  // namespace
}  // namespace sluice::tools
