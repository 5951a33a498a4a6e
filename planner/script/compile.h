#pragma once
// A script from text to job graphs: the front end in one call. What `run`, `explain`, the gateway and tests share.
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/diagnostics.h"
#include "base/source_text.h"
#include "catalog/objects/catalog.h"
#include "catalog/objects/settings.h"
#include "planner/bind/binder.h"
#include "planner/explain/explain.h"
#include "planner/jobgraph/jobgraph.h"

namespace sluice::planner {

// One INSERT, statement set or SELECT, ready to run.
struct CompiledJob {
  JobKind kind = JobKind::Insert;
  jobgraph::JobGraph graph;
  RowSchema columns;  // Of a SELECT.
};

// The text that EXPLAIN answers.
struct ExplainText {
  std::string text;
};

struct CompiledStatement {
  // BoundDdl and BoundSetting have been taken into account by the statements behind them.
  std::variant<BoundDdl, BoundSetting, BoundRows, BoundClientCommand, CompiledJob, ExplainText> kind;
  SourceSpan span;
};

struct CompiledScript {
  std::vector<CompiledStatement> statements;
  Catalog catalog;    // After the script.
  Settings settings;  // After the script.
};

// With `stage`, every job becomes an ExplainText of that stage instead.
// Everything that is wrong goes to `diagnostics`; the result then holds only what is right and must not be started.
CompiledScript compile_script(const SourceText& source, const Catalog& catalog, const Settings& settings,
                              Diagnostics& diagnostics, std::optional<ExplainStage> stage = std::nullopt);

}  // namespace sluice::planner
