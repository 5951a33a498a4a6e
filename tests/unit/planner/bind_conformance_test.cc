// Flink's measured programs through parser and binder, when SLUICE_CONFORMANCE names the folder that holds them: valid
// ones must bind, wrong ones must not. SLUICE_BIND_SHOW=GROUP prints what went otherwise in a group.
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "grammar/parser.h"
#include "planner/bind/binder.h"
#include "planner/plan/traits.h"

namespace sluice::planner {
namespace {

using simdjson::dom::element;

std::string text(element record, const char* key) {
  std::string_view value;
  return record[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

std::string sql_string(std::string_view value) {
  std::string out = "'";
  for (char c : value) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

// README section 1.3: schema parts are joined, never parsed.
std::string create_table(element table, bool is_sink) {
  std::string parts, options = "'connector' = 'values'";
  simdjson::dom::array schema;
  if (table["schema"].get(schema) == simdjson::SUCCESS) {
    for (element part : schema) parts += (parts.empty() ? "" : ",\n") + std::string(std::string_view(part));
  }
  std::map<std::string, std::string> all;
  simdjson::dom::object given;
  if (table["options"].get(given) == simdjson::SUCCESS) {
    for (auto [key, value] : given) all[std::string(key)] = std::string(std::string_view(value));
  }
  if (is_sink) all.try_emplace("sink-insert-only", "false");
  if (!is_sink) all.try_emplace("disable-lookup", "true");
  for (const auto& [key, value] : all) options += fmt::format(", {} = {}", sql_string(key), sql_string(value));
  std::string partitions;
  simdjson::dom::array keys;
  if (table["partitionedBy"].get(keys) == simdjson::SUCCESS) {
    for (element key : keys) partitions += (partitions.empty() ? "" : ", ") + std::string(std::string_view(key));
    if (!partitions.empty()) partitions = " PARTITIONED BY (" + partitions + ")";
  }
  return fmt::format("CREATE TABLE {} (\n{}\n) {}{} WITH ({})", text(table, "name"), parts, text(table, "distribution"),
                     partitions, options);
}

// The upsert keys of a job's only sink, as sorted sets of column names.
std::set<std::set<std::string>> upsert_keys(const Bound& bound) {
  std::set<std::set<std::string>> keys;
  for (const BoundStatement& statement : bound.statements) {
    auto* job = std::get_if<BoundJob>(&statement.kind);
    if (job == nullptr || job->sinks.size() != 1) continue;
    const Sink& sink = *job->sinks[0].as<Sink>();
    for (const auto& key : upsert_keys_of(sink.input)) {
      std::set<std::string> names;
      for (uint32_t column : key) names.insert(sink.table.columns[column].name);
      keys.insert(std::move(names));
    }
  }
  return keys;
}

std::string print(const std::set<std::set<std::string>>& keys) {
  std::string out;
  for (const auto& key : keys) {
    out += "[";
    for (const std::string& name : key) out += name + " ";
    out += "]";
  }
  return out;
}

struct Outcome {
  std::set<std::set<std::string>> keys;  // Of the last job.
  bool right = false;
  bool refused = false;  // All errors are "not supported yet".
  std::string report;
};

// Runs the steps of a program in one session.
class Program {
 public:
  explicit Program(element record) : record_(record) {}

  Outcome run() {
    Outcome outcome{.right = true};
    simdjson::dom::array steps = record_["steps"];
    for (element step : steps) {
      std::string kind = text(step, "kind");
      bool expects_failure = kind == "runFailingSql";
      if (kind == "config") {
        settings_.set(text(step, "key"), text(step, "value"));
        continue;
      }
      std::string sql = kind == "source" ? create_table(step["table"], false)
                        : kind == "sink" ? create_table(step["table"], true)
                                         : text(step, "sql");
      Diagnostics diagnostics;
      std::string report = bind_sql(sql, diagnostics);
      if (kind == "runSql") outcome.keys = keys_;
      if (diagnostics.ok() == expects_failure) {
        outcome.right = false;
        outcome.report += expects_failure ? "accepted: " + sql + "\n  Flink: " + text(step, "message") + "\n" : report;
      }
      if (!diagnostics.ok()) {
        for (const Error& error : diagnostics.errors()) refused_ &= error.code == ErrorCode::NotSupportedYet;
        outcome.refused = refused_;
        if (!expects_failure) {
          // Flink looks at the options of a table when it is used, and we where they are written.
          if (text(record_, "category") == "failing") outcome.right = true;
          return outcome;
        }
      }
    }
    return outcome;
  }

 private:
  std::string bind_sql(const std::string& sql, Diagnostics& diagnostics) {
    SourceText source("case.sql", sql);
    scripts_.push_back(grammar::parse(source, diagnostics));
    Bound bound = bind(scripts_.back(), source, catalog_, settings_, diagnostics);
    keys_ = upsert_keys(bound);
    catalog_ = std::move(bound.catalog);
    return diagnostics.render(source);
  }

  element record_;
  Catalog catalog_;
  Settings settings_;
  bool refused_ = true;
  std::set<std::set<std::string>> keys_;
  std::vector<ast::Script> scripts_;
};

struct Tally {
  int right = 0, refused = 0, wrong = 0;
};

TEST(BindConformance, Queries) {
  const char* folder = std::getenv("SLUICE_CONFORMANCE");
  if (folder == nullptr) GTEST_SKIP() << "SLUICE_CONFORMANCE is not set";
  const char* shown = std::getenv("SLUICE_BIND_SHOW");
  simdjson::dom::parser parser;
  std::map<std::string, Tally> tallies;
  int bound = 0, bindable = 0, accepted_wrongly = 0, failing = 0, keyed = 0, same_keys = 0;
  static const std::set<std::string> kInScope = {"Calc",  "GroupAgg", "GroupAggMiniBatch", "Dedup", "Distinct",
                                                 "Union", "Values",   "TimeZone"};
  for (element record : parser.load_many(std::string(folder) + "/queries.jsonl", 1 << 25)) {
    std::string category = text(record, "category"), suite = text(record, "suite");
    std::string group = suite.substr(suite.rfind("measured.") + 9);
    // Errors of running jobs are none of the binder's.
    bool at_run = category == "failing" && simdjson::minify(record).find("\"phase\":\"run\"") != std::string::npos;
    if (at_run) continue;
    Outcome outcome = Program(record).run();
    Tally& tally = tallies[category + " " + group];
    ++(outcome.right ? tally.right : outcome.refused ? tally.refused : tally.wrong);
    if (category == "valid" && kInScope.contains(group)) {
      ++bindable;
      bound += outcome.right;
    }
    simdjson::dom::array sets;
    if (outcome.right && category == "valid" && record["upsertKeys"].get(sets) == simdjson::SUCCESS) {
      std::set<std::set<std::string>> flink;
      for (element set : sets) {
        std::set<std::string> names;
        simdjson::dom::array columns = set;
        for (element name : columns) names.insert(std::string(std::string_view(name)));
        flink.insert(std::move(names));
      }
      ++keyed;
      same_keys += flink == outcome.keys;
      bool shows_keys = shown != nullptr && std::string(shown) == "keys" && flink != outcome.keys;
      if (shows_keys) {
        fmt::print("--- {} {}\n  Flink {}\n  ours {}\n", group, text(record, "id"),
                   simdjson::minify(record["upsertKeys"]), print(outcome.keys));
      }
    }
    if (category == "failing") {
      ++failing;
      accepted_wrongly += !outcome.right;
    }
    bool shows = shown != nullptr && !outcome.right && (group == shown || std::string(shown) == "*");
    bool shows_wrong = shown != nullptr && std::string(shown) == "wrong" && !outcome.right && !outcome.refused;
    if (shows || shows_wrong) fmt::print("--- {} {} {}\n{}\n", category, group, text(record, "id"), outcome.report);
  }
  for (const auto& [name, tally] : tallies) {
    fmt::print("{:<34} right {:>3}  refused {:>3}  wrong {:>3}\n", name, tally.right, tally.refused, tally.wrong);
  }
  fmt::print("in scope and bound: {} of {}; wrong and accepted: {} of {}\n", bound, bindable, accepted_wrongly,
             failing);
  fmt::print("upsert keys as in Flink: {} of {}\n", same_keys, keyed);
  EXPECT_GE(bound * 100, bindable * 85);
  EXPECT_LE(accepted_wrongly * 100, failing * 1);
}

}  // namespace
}  // namespace sluice::planner
