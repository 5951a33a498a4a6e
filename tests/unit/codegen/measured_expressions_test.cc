// Flink's measured expressions once more, compiled: generated code gives what the interpreter gives, on the same rows.
// `SLUICE_CONFORMANCE` names the folder; unset, the test is skipped.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>

#include "catalog/types/column_value.h"
#include "tests/unit/codegen/pipeline_agreement.h"
#include "tests/unit/codegen/providers.h"
#include "tests/unit/functions/conformance_values.h"
#include "tests/unit/functions/sql_expression.h"

namespace sluice::testing {
namespace {

using tests::Json;

// Expressions over the same columns and rows share a pipeline.
struct Group {
  RowSchema columns;
  std::vector<std::vector<Value>> rows;
  std::vector<Expr> exprs;
  std::vector<std::string> texts;
};

RowSchema columns_of(Json record) {
  RowSchema columns;
  simdjson::dom::array list;
  if (record["columns"].get(list) != simdjson::SUCCESS) return columns;
  for (Json column : list) {
    columns.push_back(
        {std::string(std::string_view(column.at(0))), tests::parse_type(std::string(std::string_view(column.at(1))))});
  }
  return columns;
}

// Rows whose answer is no error; a pipeline fails as a whole.
void add_record(Json record, std::map<std::string, Group>& groups) {
  simdjson::dom::array cases;
  if (record["cases"].get(cases) != simdjson::SUCCESS || record["query"].error() == simdjson::SUCCESS) return;
  if (record["settings"].error() == simdjson::SUCCESS) return;
  std::string sql{std::string_view(record["sql"])};
  RowSchema columns = columns_of(record);
  tests::SqlExpression expression(sql, columns);
  if (!expression.ok()) return;
  std::vector<std::vector<Value>> rows;
  std::string key;
  for (const RowField& column : columns) key += column.name + " " + column.type.to_string() + ",";
  for (Json test : cases) {
    std::vector<Value> row;
    simdjson::dom::array values = test["row"];
    size_t i = 0;
    for (Json value : values) row.push_back(tests::value_of(value, columns[i++].type));
    if (!expression.evaluate({row})[0].error.empty()) continue;
    rows.push_back(std::move(row));
    key += simdjson::minify(test["row"]);
  }
  if (rows.empty()) return;
  Group& group = groups[key];
  group.columns = std::move(columns);
  group.rows = std::move(rows);
  group.exprs.push_back(expression.expr());
  group.texts.push_back(sql);
}

TEST(Conformance, CompiledExpressionsAgree) {
  const char* folder = std::getenv("SLUICE_CONFORMANCE");
  if (folder == nullptr) GTEST_SKIP() << "SLUICE_CONFORMANCE is not set";
  simdjson::dom::parser parser;
  simdjson::padded_string text;
  ASSERT_EQ(simdjson::padded_string::load(std::string(folder) + "/functions.jsonl").get(text), simdjson::SUCCESS);
  std::map<std::string, Group> groups;
  for (Json record : parser.parse_many(text)) add_record(record, groups);
  Providers providers;
  PipelineRun run;
  run.session.zone = TimeZone::find("UTC");
  size_t compared = 0;
  constexpr size_t kColumnsMax = 24;  // Of one pipeline.
  for (const auto& [key, group] : groups) {
    runtime::BatchBuilder input(run.pool, group.columns);
    input.bind(run.context);
    for (size_t c = 0; c < group.columns.size(); ++c) {
      for (uint32_t row = 0; row < group.rows.size(); ++row) {
        put_value(input.columns()[c], group.columns[c].type, row, group.rows[row][c], run.context);
      }
    }
    runtime::Batch batch = input.finish(static_cast<uint32_t>(group.rows.size()), &run.arena);
    for (size_t begin = 0; begin < group.exprs.size(); begin += kColumnsMax) {
      size_t end = std::min(begin + kColumnsMax, group.exprs.size());
      runtime::PipelineSpec spec{group.columns,
                                 {},
                                 {group.exprs.begin() + static_cast<std::ptrdiff_t>(begin),
                                  group.exprs.begin() + static_cast<std::ptrdiff_t>(end)}};
      auto made = providers.baseline().pipeline(spec);
      ASSERT_TRUE(made) << made.error().message;
      EXPECT_EQ(run.run(spec, (*made)->current(), batch), run.interpret(spec, batch))
          << group.texts[begin] << " and " << end - begin - 1 << " more over " << key.substr(0, 100);
      compared += end - begin;
    }
  }
  std::cout << compared << " expressions in " << groups.size() << " groups\n";
  EXPECT_GT(compared, 5000U);
}

}  // namespace
}  // namespace sluice::testing
