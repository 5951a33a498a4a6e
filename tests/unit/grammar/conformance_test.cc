// The statements that a real Flink has answered, when SLUICE_CONFORMANCE names the folder that holds them.
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "grammar/ast/dump.h"
#include "grammar/ast/print.h"
#include "grammar/format/format.h"
#include "grammar/parser.h"

namespace sluice {
namespace {

// The statements of the measured programs: what Flink parses we parse, what it refuses while parsing we refuse, and
// mostly at the same place.
TEST(ParserConformance, MeasuredPrograms) {
  const char* folder = std::getenv("SLUICE_CONFORMANCE");
  if (!folder) GTEST_SKIP() << "SLUICE_CONFORMANCE is not set";
  int valid = 0, parsed = 0, invalid = 0, rejected = 0, at_place = 0;
  simdjson::dom::parser parser;
  for (simdjson::dom::element program : parser.load_many(std::string(folder) + "/queries.jsonl", 8 << 20)) {
    for (simdjson::dom::element step : program["steps"]) {
      std::string_view kind, sql, phase;
      if (step["kind"].get(kind) != simdjson::SUCCESS || step["sql"].get(sql) != simdjson::SUCCESS) continue;
      Diagnostics diagnostics;
      SourceText source("case.sql", sql);
      grammar::parse(source, diagnostics);
      if (kind == "runSql") {
        ++valid;
        parsed += diagnostics.ok();
        if (!diagnostics.ok()) fmt::print("refused: {}", diagnostics.render(source));
      }
      int64_t line = 0, column = 0;
      bool is_parse_error = kind == "runFailingSql" && step["phase"].get(phase) == simdjson::SUCCESS &&
                            phase == "parse" && step["position"]["line"].get(line) == simdjson::SUCCESS &&
                            step["position"]["column"].get(column) == simdjson::SUCCESS && line > 0;
      if (!is_parse_error) continue;
      ++invalid;
      rejected += !diagnostics.ok();
      if (diagnostics.ok()) continue;
      Position at = source.position(diagnostics.errors()[0].span->begin);
      at_place += at.line == line && at.column == column;
    }
  }
  fmt::print("valid {}: parsed {}; invalid {}: rejected {}, at Flink's place {}\n", valid, parsed, invalid, rejected,
             at_place);
  EXPECT_GT(valid, 0);
  EXPECT_EQ(parsed, valid);
  EXPECT_GE(rejected, invalid - 3);  // Empty statements are none here.
  EXPECT_GE(at_place * 100, invalid * 75);
}

using simdjson::dom::element;

// Every text under a key `sql`, and the columns of tables as a CREATE TABLE.
void collect(element value, bool is_sql, std::set<std::string>& texts) {
  simdjson::dom::object object;
  simdjson::dom::array array;
  std::string_view text;
  if (is_sql && value.get(text) == simdjson::SUCCESS) texts.emplace(text);
  if (value.get(array) == simdjson::SUCCESS) {
    for (element part : array) collect(part, is_sql, texts);
  }
  if (value.get(object) != simdjson::SUCCESS) return;
  for (auto [key, member] : object) {
    collect(member, key == "sql", texts);
    if (key != "schema" || member.get(array) != simdjson::SUCCESS) continue;
    std::string columns;
    for (element part : array) {
      if (part.get(text) == simdjson::SUCCESS) columns += (columns.empty() ? "" : ",\n") + std::string(text);
    }
    texts.insert("CREATE TABLE t (" + columns + ")");
  }
}

std::set<std::string> collect_texts(const std::string& folder) {
  std::set<std::string> texts;
  simdjson::dom::parser parser;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".jsonl") continue;
    for (element record : parser.load_many(file.path().string(), 32 << 20)) collect(record, false, texts);
  }
  return texts;
}

std::optional<std::string> dump_of(const std::string& sql) {
  Diagnostics diagnostics;
  ast::Script script = grammar::parse(SourceText("case.sql", sql), diagnostics);
  return diagnostics.ok() ? std::optional(ast::dump(script)) : std::nullopt;
}

std::string print_script(const std::string& sql) {
  Diagnostics diagnostics;
  std::string out;
  ast::Script script = grammar::parse(SourceText("case.sql", sql), diagnostics);
  for (const ast::Statement& statement : script.statements) out += ast::print(statement) + ";\n";
  return out;
}

std::optional<std::string> format(const std::string& sql) {
  Diagnostics diagnostics;
  return grammar::format_script(SourceText("case.sql", sql), diagnostics);
}

// Parsing what was printed gives the AST that was printed; formatting keeps the AST, and changes nothing the second
// time. The texts of expressions are statements behind SELECT.
TEST(ParserConformance, EveryStatementComesBack) {
  const char* folder = std::getenv("SLUICE_CONFORMANCE");
  if (!folder) GTEST_SKIP() << "SLUICE_CONFORMANCE is not set";
  int statements = 0, others = 0;
  for (const std::string& text : collect_texts(folder)) {
    std::string sql = dump_of(text) ? text : "SELECT " + text;
    std::optional<std::string> dump = dump_of(sql);
    ++(dump ? statements : others);
    if (!dump) continue;
    EXPECT_EQ(dump, dump_of(print_script(sql))) << sql;
    std::optional<std::string> formatted = format(sql);
    ASSERT_TRUE(formatted) << sql;
    EXPECT_EQ(dump, dump_of(*formatted)) << sql << "\n" << *formatted;
    EXPECT_EQ(formatted, format(*formatted)) << sql;
  }
  fmt::print("{} texts came back, {} are no statements\n", statements, others);
  EXPECT_GT(statements, 0);
}

}  // namespace
}  // namespace sluice
