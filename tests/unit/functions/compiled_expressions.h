#pragma once
// What generated code makes of many expressions, each over rows of its own. Compiling is dear, so pipelines compute
// many of them; because a pipeline fails as a whole, rows that are expected to fail run one by one, in pipelines that
// choose one expression per run.
#include <memory>
#include <string>
#include <vector>

#include "runtime/abi/code_provider.h"
#include "sql_expression.h"

namespace sluice::tests {

struct CompiledCase {
  Expr expr;
  RowSchema columns;
  std::string zone;
  std::vector<std::vector<Value>> rows;
  std::vector<bool> fails = {};        // Per row, what the interpreter found; decides only how it is run.
  std::vector<Outcome> outcomes = {};  // Per row, after `run_compiled`.
  bool is_generated = false;           // After `run_compiled`: not left to the interpreter.
};

// Fills the outcomes. Fails the process when a pipeline cannot be made.
void run_compiled(runtime::CodeProvider& provider, std::vector<CompiledCase>& cases);

}  // namespace sluice::tests
