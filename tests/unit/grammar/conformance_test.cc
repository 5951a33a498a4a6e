// Flink's own parser tests, when SLUICE_CONFORMANCE names the folder that holds them.
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "grammar/ast/print.h"
#include "grammar/parser.h"

namespace sluice {
namespace {

struct Case {
  std::string sql, marked, kind, expected;
};

std::vector<Case> load(const std::string& path) {
  std::vector<Case> cases;
  simdjson::dom::parser parser;
  for (simdjson::dom::element record : parser.load_many(path)) {
    auto text = [&](const char* key) {
      std::string_view value;
      return record[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
    };
    cases.push_back({text("sql"), text("sqlWithErrorMarkers"), text("kind"), text("expected")});
  }
  return cases;
}

// Flink's tests ran with upper-casing: names in back-ticks are compared in upper case, blanks are unified.
std::string normalised(std::string_view text) {
  std::string out;
  char quote = '\0';
  for (char c : text) {
    if (quote == '\0' && (c == '`' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = '\0';
    }
    bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (blank && quote != '\'') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += quote == '`' ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string parse_and_print(const std::string& sql, Diagnostics& diagnostics) {
  SourceText source("case.sql", sql);
  ast::Script script = grammar::parse(source, diagnostics);
  std::string out;
  for (const ast::Statement& statement : script.statements) out += ast::print(statement);
  return out;
}

TEST(ParserConformance, FlinkParserTests) {
  const char* folder = std::getenv("SLUICE_CONFORMANCE");
  if (!folder) GTEST_SKIP() << "SLUICE_CONFORMANCE is not set";
  std::vector<Case> cases = load(std::string(folder) + "/parser.jsonl");
  ASSERT_FALSE(cases.empty());

  int valid = 0, parsed = 0, equal = 0, invalid = 0, rejected = 0, at_place = 0;
  for (const Case& test : cases) {
    Diagnostics diagnostics;
    std::string printed = parse_and_print(test.sql, diagnostics);
    if (test.kind != "parse-error") {
      ++valid;
      parsed += diagnostics.ok();
      bool same = test.expected.empty() || normalised(printed) == normalised(test.expected);
      equal += diagnostics.ok() && same;
      if (!diagnostics.ok()) {
        fmt::print("refused: {}\n{}", test.sql, diagnostics.render(SourceText("case.sql", test.sql)));
      } else if (!same) {
        fmt::print("differs: {}\n  ours:  {}\n  Flink: {}\n", test.sql, printed, test.expected);
      }
      continue;
    }
    ++invalid;
    rejected += !diagnostics.ok();
    // Two carets stand around the place; the second one has moved by the first.
    size_t begin = test.marked.find('^');
    size_t end = test.marked.find('^', begin + 1) - 1;
    bool near =
        !diagnostics.ok() && diagnostics.errors()[0].span->begin >= begin && diagnostics.errors()[0].span->begin <= end;
    at_place += near;
    if (!near) {
      fmt::print("rejected elsewhere or not at all: {}\n{}\n", test.marked,
                 diagnostics.render(SourceText("case.sql", test.sql)));
    }
  }
  fmt::print("valid {}: parsed {}, printed as Flink {}; invalid {}: rejected {}, at the place {}\n", valid, parsed,
             equal, invalid, rejected, at_place);
  EXPECT_GE(equal * 100, valid * 98);
  EXPECT_GE(at_place, 50);
}

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

}  // namespace
}  // namespace sluice
