#include "tools/conformance/parser_suite.h"

#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <fstream>

#include "grammar/ast/print.h"
#include "grammar/parser.h"
#include "planner/script/compile.h"
#include "tools/conformance/program_script.h"

namespace sluice::conformance {
namespace {

constexpr size_t kIdBytesMax = 160;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

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
    if (is_blank(c) && quote != '\'') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += quote == '`' ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string shortened(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (!is_blank(c) || (!out.empty() && out.back() != ' ')) out += is_blank(c) ? ' ' : c;
  }
  if (out.size() > kIdBytesMax) out.resize(kIdBytesMax);
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

int occurrences(std::string_view text, std::string_view part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string place_of(const Error& error, const SourceText& source) {
  if (!error.span) return "without a place";
  Position at = source.position(error.span->begin);
  return "at " + std::to_string(at.line) + ":" + std::to_string(at.column);
}

Outcome run_accepted(const ParserCase& test, const ast::Script& script, const Diagnostics& diagnostics) {
  if (!diagnostics.ok()) return Outcome::wrong("rejected: " + diagnostics.errors().front().message);
  std::string printed;
  for (const ast::Statement& statement : script.statements) printed += ast::print(statement);
  if (normalised(printed) == normalised(test.expected)) return Outcome::right();
  return Outcome::wrong("printed " + normalised(printed) + " instead of " + normalised(test.expected));
}

// The first of the two carets moves what stands behind it by one.
Outcome run_rejected(const ParserCase& test, const SourceText& source, const Diagnostics& diagnostics) {
  if (diagnostics.ok()) return Outcome::wrong("accepted what Flink rejects");
  size_t begin = test.marked.find('^');
  size_t second = begin == std::string::npos ? begin : test.marked.find('^', begin + 1);
  if (second == std::string::npos) return Outcome::right();
  size_t end = second - 1;
  const Error& error = diagnostics.errors().front();
  bool overlaps = error.span && error.span->begin < std::max(end, begin + 1) && error.span->end > begin;
  if (overlaps) return Outcome::right();
  Position flink = source.position(static_cast<uint32_t>(begin));
  return Outcome::wrong("rejected " + place_of(error, source) + ", by Flink at " + std::to_string(flink.line) + ":" +
                        std::to_string(flink.column) + ": " + error.message);
}

// What Flink checks of a definition right behind parsing: one primary key, which is not enforced; no UNIQUE; no
// temporary table from a query.
bool is_invalid_definition(const std::string& sql) {
  std::string text = " " + upper(shortened(sql));
  int keys = occurrences(text, "PRIMARY KEY");
  bool from_query = text.find(" AS SELECT") != std::string::npos;
  return keys > 1 || keys > occurrences(text, "NOT ENFORCED") || text.find(" UNIQUE ") != std::string::npos ||
         (from_query && text.find(" TEMPORARY TABLE ") != std::string::npos);
}

// Tables and columns of these statements do not exist, so other errors than those of the definition do not count.
Outcome run_validated(const ParserCase& test, const SourceText& source, const Diagnostics& parsed) {
  if (!parsed.ok()) return Outcome::wrong("rejected: " + parsed.errors().front().message);
  if (!is_invalid_definition(test.sql)) return Outcome::right();
  Diagnostics diagnostics;
  planner::compile_script(source, Catalog(), Settings(), diagnostics);
  if (diagnostics.ok()) return Outcome::wrong("accepted what Flink rejects");
  const Error& error = diagnostics.errors().front();
  if (error.code == ErrorCode::NotSupportedYet) return Outcome::refused(error.message);
  return error.code == ErrorCode::UnknownTable ? Outcome::wrong(error.message) : Outcome::right();
}

}  // namespace

std::vector<ParserCase> parser_cases(const std::string& directory) {
  std::ifstream file(directory + "/parser.jsonl");
  std::vector<ParserCase> cases;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    ParserCase next{.suite = "?", .id = shortened(line)};
    simdjson::dom::element record;
    if (parser.parse(line).get(record) == simdjson::SUCCESS) {
      next.sql = string_at(record, "sql");
      next.marked = string_at(record, "sqlWithErrorMarkers");
      next.expected = string_at(record, "expected");
      next.kind = string_at(record, "kind");
      next.suite = string_at(record, "suite") + "." + next.kind;
      next.id = shortened(next.sql);
    }
    cases.push_back(std::move(next));
  }
  return cases;
}

Outcome run_parser_case(const ParserCase& test) {
  SourceText source("case.sql", test.sql);
  Diagnostics diagnostics;
  ast::Script script = grammar::parse(source, diagnostics);
  if (test.kind == "parse-ok") return run_accepted(test, script, diagnostics);
  if (test.kind == "parse-error") return run_rejected(test, source, diagnostics);
  if (test.kind == "validate") return run_validated(test, source, diagnostics);
  return Outcome::skipped("kind " + test.kind);
}

}  // namespace sluice::conformance
