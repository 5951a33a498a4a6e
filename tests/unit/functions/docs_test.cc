// docs/functions.md is made from the function table: SLUICE_UPDATE=1 writes it anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "catalog/functions/aggregate_decl.h"
#include "catalog/functions/forms.h"
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

bool runs(const AggregateDecl& aggregate, bool retracts) {
  const Type types[] = {Type::string(), Type::string(), Type::integer()};
  for (const Type& type : types) {
    std::vector<Type> arguments(std::max(aggregate.arguments_min, 1U), type);
    if (running_shape(aggregate.name, arguments, retracts)) return true;
  }
  return false;
}

// Variances are made of SUM and COUNT before anything runs.
std::string how_it_runs(const AggregateDecl& aggregate) {
  bool is_rewritten = aggregate.name.starts_with("STDDEV") || aggregate.name.starts_with("VAR");
  if (is_rewritten || runs(aggregate, true)) return "yes";
  return runs(aggregate, false) ? "where no rows are taken back" : "planned only (SL1901)";
}

// "(Flink 2.3)" behind the names of what Flink 2.2 does not have.
std::string origin(std::string_view name) {
  std::string_view origin = origin_of(name);
  return origin.empty() ? "" : " (" + std::string(origin) + ")";
}

std::string text_of_example(const Example* example) {
  if (example == nullptr || example->sql.empty()) return "";
  return in_ticks(std::string(example->sql) + " → " + std::string(example->result));
}

std::string aggregates() {
  std::string out =
      "\n## Aggregates\n\n"
      "NULL arguments do not count, except where it says so.\n\n"
      "| aggregate | what it gives | runs | example |\n|---|---|---|---|\n";
  for (const AggregateDecl& aggregate : aggregate_table()) {
    if (aggregate.name.starts_with('$')) continue;
    out += "| " + in_ticks(aggregate.usage) + origin(aggregate.name) + " | " + std::string(aggregate.summary) + " | " +
           how_it_runs(aggregate) + " | " + text_of_example(example_of_aggregate(aggregate.name)) + " |\n";
  }
  return out;
}

std::string forms() {
  std::string out =
      "\n## Forms\n\n"
      "What is no function of the table: conditions, functions over windows, tables in FROM.\n\n"
      "| form | what it gives | example |\n|---|---|---|\n";
  for (const FormDecl& form : form_table()) {
    out += "| " + in_ticks(form.usage) + " | " + std::string(form.summary) + " | " + text_of_example(&form.example) +
           " |\n";
  }
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
    names += origin(function.name);
    out += "| " + names + " | " + arguments_of(function) + " | " + std::string(function.summary) + " | " + examples +
           " |\n";
  }
  return out + aggregates() + forms();
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
