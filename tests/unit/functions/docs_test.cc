// docs/functions.md is made from the function table: SLUICE_UPDATE=1 writes it anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "catalog/functions/function_table.h"

namespace sluice::tests {
namespace {

std::string in_ticks(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return "`" + out + "`";
}

std::string arguments_of(const FunctionDecl& function) {
  std::vector<std::string> seen;
  for (const Overload& overload : function.overloads) {
    std::string line;
    for (ArgClass arg : overload.args) line += (line.empty() ? "" : ", ") + std::string(text_of(arg));
    if (overload.variadic) line += ", ..";
    if (std::ranges::find(seen, line) == seen.end()) seen.push_back(line);
  }
  if (seen.size() > 4) return std::to_string(seen.size()) + " combinations";
  std::string out;
  for (const std::string& line : seen) out += (out.empty() ? "" : "; ") + line;
  return out;
}

std::string page() {
  std::string out =
      "# Functions\n\n"
      "Made from the function table (`catalog/functions`) by `tests/unit/functions/docs_test.cc`; every example is a\n"
      "test. `SHOW FUNCTIONS` lists the names.\n\n"
      "| function | takes | what it gives | examples |\n|---|---|---|---|\n";
  for (const FunctionDecl& function : function_table()) {
    if (function.name.find('$') != std::string_view::npos) continue;
    std::string names = in_ticks(function.name), examples;
    for (std::string_view alias : function.aliases) names += ", " + in_ticks(alias);
    for (const Example& example : function.examples) {
      examples +=
          (examples.empty() ? "" : "<br>") + in_ticks(std::string(example.sql) + " → " + std::string(example.result));
    }
    out += "| " + names + " | " + arguments_of(function) + " | " + std::string(function.summary) + " | " + examples +
           " |\n";
  }
  return out;
}

TEST(FunctionTable, ItsPageIsUpToDate) {
  std::string path = std::string(SLUICE_SOURCE_DIR) + "/docs/functions.md";
  if (std::getenv("SLUICE_UPDATE") != nullptr) std::ofstream(path) << page();
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), page()) << "SLUICE_UPDATE=1 unit_functions writes docs/functions.md anew";
}

}  // namespace
}  // namespace sluice::tests
