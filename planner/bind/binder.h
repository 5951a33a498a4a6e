#pragma once
// AST -> bound statements. Every name is resolved, every expression typed, every query a logical plan; what is wrong is
// in the Diagnostics, all of it, and nothing was done yet.
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/diagnostics.h"
#include "base/source_text.h"
#include "catalog/objects/catalog.h"
#include "catalog/objects/settings.h"
#include "grammar/ast/statement.h"
#include "planner/plan/logical.h"

namespace sluice::planner {

// CREATE, DROP, ALTER, USE: to be applied to the catalog in this order. Empty for IF [NOT] EXISTS without effect.
struct BoundDdl {
  std::vector<CatalogChange> changes;
};

// SET and RESET of one key (no value: back to the default) or of all keys (no key).
struct BoundSetting {
  std::optional<std::string> key;
  std::optional<std::string> value;
};

// What SHOW, DESCRIBE and SET without a key answer.
struct BoundRows {
  RowSchema columns;
  std::vector<ValueList> rows;
};

enum class JobKind : uint8_t { Insert, StatementSet, Select };

// An INSERT, a statement set or a SELECT: one job. Every sink is a plan whose top node is a Sink; that of a SELECT has
// the connector `$collect`.
struct BoundJob {
  JobKind kind = JobKind::Insert;
  std::vector<Plan> sinks;
};

struct BoundExplain {
  std::vector<ast::ExplainDetail> details;
  BoundJob job;
};

// QUIT, HELP and CLEAR: only a shell does something with them.
struct BoundClientCommand {
  ast::ClientCommandKind kind{};
};

struct BoundStatement {
  std::variant<BoundDdl, BoundSetting, BoundRows, BoundJob, BoundExplain, BoundClientCommand> kind;
  SourceSpan span;
  Settings settings;  // In force for this statement.
};

struct Bound {
  std::vector<BoundStatement> statements;
  Catalog catalog;    // After the last statement.
  Settings settings;  // After the last statement.
};

// Binds the statements in order; each one sees what those before it create and set. Statements with errors are left
// out of the result, and of what later statements see only names that do not exist for that reason pass in silence.
Bound bind(const ast::Script& script, const SourceText& source, const Catalog& catalog, const Settings& settings,
           Diagnostics& diagnostics);

}  // namespace sluice::planner
