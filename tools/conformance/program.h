#pragma once
// Runs one record of queries.jsonl: tables with rows, settings, statements, and what Flink made of them.
#include <simdjson.h>

#include <memory>
#include <string>
#include <vector>

#include "catalog/objects/catalog.h"
#include "tools/conformance/engine_run.h"
#include "tools/conformance/outcome.h"
#include "tools/conformance/program_script.h"

namespace sluice::conformance {

struct ProgramOptions {
  const sim::RunMode* mode = nullptr;
  std::string directory;  // For checkpoints.
  int64_t timeout_ms = 20'000;
};

// The rows of every source table of a program whose tables are in the catalog.
Result<std::vector<TableRows>> source_rows(const Program& program, const Catalog& catalog);

// By `table`, or by its dotted path; null when there is none.
std::shared_ptr<const Table> find_table(const Catalog& catalog, const std::string& name);

Outcome run_program(simdjson::dom::element record, const ProgramOptions& options);

}  // namespace sluice::conformance
