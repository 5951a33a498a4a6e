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
#include "planner/physical/plan_job.h"

namespace sluice::planner {

// One INSERT, statement set or SELECT, ready to run.
struct CompiledJob {
  JobKind kind = JobKind::Insert;
  jobgraph::JobGraph graph;
  RowSchema columns;  // Of a SELECT.
};

// One job before operators are chosen, also one that the engine cannot run yet.
struct PlannedJob {
  JobKind kind = JobKind::Insert;
  std::vector<Plan> bound;  // Sink nodes, as bound.
  OptimizedJob optimized;
  Settings settings;  // In force for the statement.
};

// The text that EXPLAIN answers.
struct ExplainText {
  std::string text;
};

struct CompiledStatement {
  // BoundDdl and BoundSetting have been taken into account by the statements behind them.
  std::variant<BoundDdl, BoundSetting, BoundRows, BoundClientCommand, CompiledJob, PlannedJob, ExplainText> kind;
  SourceSpan span;
};

struct CompiledScript {
  std::vector<CompiledStatement> statements;
  Catalog catalog;    // After the script.
  Settings settings;  // After the script.
};

// How far jobs are taken: to a CompiledJob, to a PlannedJob (of EXPLAIN statements, too), or to an ExplainText.
struct ToJobGraph {};
struct ToPlan {};
using CompileTarget = std::variant<ToJobGraph, ToPlan, ExplainStage>;

// Everything that is wrong goes to `diagnostics`; the result then holds only what is right and must not be started.
CompiledScript compile_script(const SourceText& source, const Catalog& catalog, const Settings& settings,
                              Diagnostics& diagnostics, CompileTarget target = ToJobGraph{});

}  // namespace sluice::planner
