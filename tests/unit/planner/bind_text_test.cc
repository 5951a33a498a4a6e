// The cases of tests/sql/bind: a script, and below `----` what it binds to: plans with the types of their columns, rows
// of SHOW and DESCRIBE, or every error as code, line:column, message. SLUICE_UPDATE=1 writes the answers into the
// files.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "grammar/parser.h"
#include "planner/bind/binder.h"
#include "planner/explain/plan_text.h"

namespace sluice::planner {
namespace {

struct Case {
  std::string name, sql, expected;
};

// Cases begin with `# name`; the one called `prologue` is bound before every other.
std::vector<Case> read_cases(std::istream& in) {
  std::vector<Case> cases;
  bool below = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("# ")) {
      cases.push_back({line.substr(2), "", ""});
      below = false;
    } else if (line == "----") {
      below = true;
    } else if (!cases.empty() && !line.empty()) {
      (below ? cases.back().expected : cases.back().sql) += line + "\n";
    }
  }
  return cases;
}

std::string schema_text(const Plan& plan) {
  std::string out;
  for (size_t i = 0; i < plan->schema.size(); ++i) {
    const RowField& field = plan->schema[i];
    out += fmt::format("{}{} {}", i > 0 ? ", " : "", field.name, field.type.to_string());
    if (plan->times[i] == TimeRole::Rowtime) out += " *ROWTIME*";
    if (plan->times[i] == TimeRole::Proctime) out += " *PROCTIME*";
  }
  return out;
}

std::string cell_text(const Value& value) {
  if (value.is_null()) return "NULL";
  if (auto* flag = std::get_if<bool>(&value.data)) return *flag ? "TRUE" : "FALSE";
  return value.get<std::string>();
}

struct Printer {
  std::string operator()(const BoundDdl& ddl) const { return fmt::format("ddl: {} changes\n", ddl.changes.size()); }
  std::string operator()(const BoundSetting& setting) const {
    return fmt::format("set {} = {}\n", setting.key.value_or("*"), setting.value.value_or("default"));
  }
  std::string operator()(const BoundRows& rows) const {
    std::string out;
    for (const ValueList& row : rows.rows) {
      std::string line;
      for (const Value& cell : row) line += (line.empty() ? "" : " | ") + cell_text(cell);
      out += line + (line.ends_with('\n') ? "" : "\n");
    }
    return out.empty() ? "no rows\n" : out;
  }
  std::string operator()(const BoundJob& job) const {
    std::string out;
    for (const Plan& sink : job.sinks) out += fmt::format("{}({})\n", plan_text(sink), schema_text(sink));
    return out;
  }
  std::string operator()(const BoundExplain& explain) const { return "explain\n" + (*this)(explain.job); }
  std::string operator()(const BoundClientCommand&) const { return "client command\n"; }
};

std::string without_blank_ends(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line.erase(line.find_last_not_of(' ') + 1);
    if (!line.empty()) out += line + "\n";
  }
  return out;
}

std::string answer(const std::string& prologue, const std::string& sql) {
  Diagnostics diagnostics;
  SourceText before("prologue.sql", prologue), source("case.sql", sql);
  ast::Script prepared = grammar::parse(before, diagnostics);
  Bound base = bind(prepared, before, Catalog(), Settings(), diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.render(before);
  ast::Script script = grammar::parse(source, diagnostics);
  Bound bound = bind(script, source, base.catalog, base.settings, diagnostics);
  std::string out;
  for (const BoundStatement& statement : bound.statements) out += std::visit(Printer{}, statement.kind);
  for (const Error& error : diagnostics.errors()) {
    Position at = source.position(error.span ? error.span->begin : 0);
    out += fmt::format("SL{} {}:{} {}{}{}\n", static_cast<int>(error.code), at.line, at.column, error.message,
                       error.hint.empty() ? "" : " / ", error.hint);
  }
  return without_blank_ends(out);
}

class BindText : public testing::TestWithParam<const char*> {};

TEST_P(BindText, File) {
  std::string path = fmt::format("{}/tests/sql/bind/{}.bind", SLUICE_SOURCE_DIR, GetParam());
  std::ifstream in(path);
  ASSERT_TRUE(in) << path;
  std::vector<Case> cases = read_cases(in);
  std::string prologue, updated;
  for (Case& one : cases) {
    if (one.name == "prologue") {
      prologue = one.sql;
      updated += fmt::format("# prologue\n{}\n", one.sql);
      continue;
    }
    std::string measured = answer(prologue, one.sql);
    updated += fmt::format("# {}\n{}----\n{}\n", one.name, one.sql, measured);
    if (std::getenv("SLUICE_UPDATE") == nullptr) EXPECT_EQ(measured, one.expected) << one.name << "\n" << one.sql;
  }
  ASSERT_GT(cases.size(), 1U);
  if (std::getenv("SLUICE_UPDATE") != nullptr) std::ofstream(path) << updated;
}

INSTANTIATE_TEST_SUITE_P(Files, BindText,
                         testing::Values("names", "types", "aggregates", "windows", "tables", "inserts", "statements",
                                         "nexmark", "joins", "order", "subqueries", "sets", "lateral", "grouping",
                                         "group_windows", "patterns", "changelogs", "alter"));

}  // namespace
}  // namespace sluice::planner
