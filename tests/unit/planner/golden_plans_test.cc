// Plans of Nexmark's queries as text files under tests/golden/nexmark. SLUICE_UPDATE_GOLDEN=1 rewrites them.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "grammar/variables.h"
#include "planner/script/compile.h"

namespace sluice::planner {
namespace {

const std::string kRoot = SLUICE_SOURCE_DIR;

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const grammar::Variables kVariables = {
    {"TPS", "1000000"},       {"EVENTS_NUM", "1000"},       {"PERSON_PROPORTION", "1"},     {"AUCTION_PROPORTION", "3"},
    {"BID_PROPORTION", "46"}, {"NEXMARK_TABLE", "datagen"}, {"NEXMARK_DIR", "/tmp/nexmark"}};

std::string plan_of(const std::string& query, ExplainStage stage, const Settings& settings) {
  Diagnostics diagnostics;
  std::string text;
  for (const std::string& file : {std::string("ddl"), std::string("views"), query}) {
    text += read_file(kRoot + "/examples/nexmark/" + file + ".sql");
  }
  SourceText source(query, grammar::substitute(text, 0, kVariables, diagnostics));
  CompiledScript script = compile_script(source, Catalog{}, settings, diagnostics, stage);
  if (!diagnostics.ok()) return diagnostics.render(source);
  std::string out;
  for (const CompiledStatement& statement : script.statements) {
    if (auto* explained = std::get_if<ExplainText>(&statement.kind)) out += explained->text;
  }
  return out;
}

std::string all_plans(const std::string& query) {
  Settings mini_batch({{"table.exec.mini-batch.enabled", "true"},
                       {"table.exec.mini-batch.allow-latency", "2 s"},
                       {"table.exec.mini-batch.size", "50000"}});
  return "== logical ==\n" + plan_of(query, ExplainStage::Logical, {}) + "\n== optimized ==\n" +
         plan_of(query, ExplainStage::Optimized, {}) + "\n== physical ==\n" +
         plan_of(query, ExplainStage::Physical, {}) + "\n== physical, mini-batch ==\n" +
         plan_of(query, ExplainStage::Physical, mini_batch) + "\n== job graph ==\n" +
         plan_of(query, ExplainStage::JobGraph, {}) + "\n== lineage ==\n" + plan_of(query, ExplainStage::Lineage, {});
}

class GoldenPlans : public testing::TestWithParam<const char*> {};

TEST_P(GoldenPlans, Nexmark) {
  std::string query = GetParam(), path = kRoot + "/tests/golden/nexmark/" + query + ".txt";
  std::string plans = all_plans(query);
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << plans;
    return;
  }
  EXPECT_EQ(plans, read_file(path)) << "SLUICE_UPDATE_GOLDEN=1 rewrites " << path;
}

INSTANTIATE_TEST_SUITE_P(Queries, GoldenPlans,
                         testing::Values("q0", "q1", "q2", "q10", "q14", "q17", "q18", "q21", "q22"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace sluice::planner
