// Every function that Flink documents (documented_functions.tsv) has a row in one of our tables, and gives its value
// interpreted, folded and compiled, or is refused with its code.
#include <gtest/gtest.h>

#include <fstream>

#include "catalog/functions/aggregate_decl.h"
#include "catalog/functions/forms.h"
#include "catalog/functions/function_table.h"
#include "catalog/types/value_text.h"
#include "planner/bind/binder.h"
#include "three_ways.h"

namespace sluice::tests {
namespace {

struct Entry {
  std::string group, entry, name, sql, expected;

  bool is_statement() const { return sql.starts_with("SELECT ") || sql.starts_with("CREATE "); }
  bool is_refused() const { return expected.starts_with("SL1"); }
};

std::vector<Entry> read_entries() {
  std::ifstream in(std::string(SLUICE_SOURCE_DIR) + "/tests/unit/functions/documented_functions.tsv");
  std::vector<Entry> entries;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::vector<std::string> cells(1);
    for (char c : line) {
      if (c == '\t') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    cells.resize(5);
    entries.push_back({cells[0], cells[1], cells[2], cells[3], cells[4]});
  }
  return entries;
}

// The code of the first error of a statement behind tables, or nothing.
std::string code_of(const std::string& statement) {
  SourceText source(
      "test",
      "CREATE TABLE t (a INT, b BIGINT, c STRING, r ROW<x INT, y STRING>, ts TIMESTAMP(3), "
      "pt AS PROCTIME(), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');\n"
      "CREATE TABLE u (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');\n" +
          statement);
  Diagnostics diagnostics;
  ast::Script script = grammar::parse(source, diagnostics);
  planner::bind(script, source, Catalog(), Settings(), diagnostics);
  return diagnostics.ok() ? "" : "SL" + std::to_string(static_cast<int>(diagnostics.errors()[0].code));
}

TEST(DocumentedFunctions, HaveARowWithDocumentation) {
  for (const Entry& entry : read_entries()) {
    if (entry.name == "-") continue;
    const FunctionDecl* function = find_function(entry.name);
    const AggregateDecl* aggregate = find_aggregate(entry.name);
    const FormDecl* form = find_form(entry.name);
    bool is_told = (function != nullptr && !function->summary.empty()) ||
                   (aggregate != nullptr && !aggregate->summary.empty() && !aggregate->usage.empty()) ||
                   (form != nullptr && !form->summary.empty() && !form->usage.empty());
    EXPECT_TRUE(is_told) << entry.group << " " << entry.entry;
  }
}

TEST(DocumentedFunctions, GiveTheirValueInEveryWayOrAreRefusedWithTheirCode) {
  std::vector<Entry> entries = read_entries();
  ASSERT_GT(entries.size(), 300U);
  ThreeWays ways;
  std::vector<const Entry*> asked;
  for (const Entry& entry : entries) {
    if (entry.is_statement()) {
      EXPECT_EQ(code_of(entry.sql + ";"), entry.expected) << entry.sql;
    } else if (entry.is_refused()) {
      EXPECT_EQ(code_of("SELECT " + entry.sql + ";"), entry.expected) << entry.sql;
    } else {
      auto expression = std::make_shared<SqlExpression>(entry.sql, RowSchema{});
      ASSERT_TRUE(expression->ok()) << entry.sql << ": " << expression->error();
      ways.ask(expression, {{}});
      asked.push_back(&entry);
    }
  }
  ways.compile();
  for (size_t i = 0; i < asked.size(); ++i) {
    const ThreeWays::Answers& answers = ways.answers(i);
    auto text = [&](const Outcome& outcome) {
      return outcome.error.empty() ? literal_text(outcome.value, answers.expression->type()) : outcome.error;
    };
    auto is_right = [&](const Outcome& outcome) { return text(outcome) == asked[i]->expected; };
    const char* wrong = answers.wrong_way(0, is_right);
    EXPECT_EQ(wrong, nullptr) << asked[i]->sql << " " << wrong << ": " << text(answers.of(wrong, 0));
  }
}

TEST(DocumentedFunctions, ExamplesOfFormsHold) {
  for (const FormDecl& form : form_table()) {
    if (form.example.sql.empty()) continue;
    SqlExpression expression(std::string(form.example.sql), {});
    ASSERT_TRUE(expression.ok()) << form.example.sql << ": " << expression.error();
    Outcome outcome = expression.evaluate({{}})[0];
    EXPECT_EQ(literal_text(outcome.value, expression.type()), form.example.result) << form.example.sql;
  }
}

}  // namespace
}  // namespace sluice::tests
