#include "three_ways.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "catalog/functions/function_table.h"
#include "tests/unit/codegen/providers.h"

namespace sluice::tests {
namespace {

// Baseline code of all expressions takes seconds, optimized code some twenty.
bool compiles_optimized() {
  const char* tier = std::getenv("SLUICE_TIER");
  return tier != nullptr && std::string_view(tier) == "optimized";
}

}  // namespace

size_t ThreeWays::ask(std::shared_ptr<const SqlExpression> expression, std::vector<std::vector<Value>> rows) {
  Answers& answers = answers_.emplace_back();
  answers.interpreted = expression->evaluate(rows);
  if (planner::is_pure(expression->expr())) {
    for (const auto& row : rows) answers.folded.push_back(expression->fold_row(row));
  }
  answers.expression = std::move(expression);
  answers.rows = std::move(rows);
  return answers_.size() - 1;
}

void ThreeWays::compile() {
  testing::Providers providers;
  std::vector<CompiledCase> cases;
  for (const Answers& each : answers_) {
    CompiledCase made{each.expression->expr(), each.expression->columns(), each.expression->zone(), each.rows};
    for (const Outcome& outcome : each.interpreted) made.fails.push_back(!outcome.error.empty());
    cases.push_back(std::move(made));
  }
  run_compiled(compiles_optimized() ? providers.optimized() : providers.baseline(), cases);
  for (size_t i = 0; i < cases.size(); ++i) answers_[i].compiled = std::move(cases[i].outcomes);
  generated_count_ = static_cast<size_t>(std::ranges::count_if(cases, &CompiledCase::is_generated));
}

}  // namespace sluice::tests
