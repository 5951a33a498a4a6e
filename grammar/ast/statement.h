#pragma once
// The closed list of statements, and a script. Including this gives the whole AST.
#include <memory>
#include <variant>
#include <vector>

#include "base/large_variant.h"
#include "grammar/ast/ddl.h"
#include "grammar/ast/dml.h"
#include "grammar/ast/session_statement.h"

namespace sluice::ast {

struct Statement;
using StatementPtr = std::unique_ptr<Statement>;

enum class ExplainDetail { JsonExecutionPlan, ChangelogMode, PlanAdvice, EstimatedCost };
struct Explain {
  std::vector<ExplainDetail> details;  // Without duplicates, in the order of the enumeration.
  StatementPtr statement;

  static void fields(auto& self, auto&& v) { v("details", self.details), v("statement", self.statement); }
};

// COMPILE [AND EXECUTE] PLAN 'path' [IF NOT EXISTS] FOR statement
struct CompilePlan {
  bool execute = false;
  bool if_not_exists = false;
  Text path;
  StatementPtr statement;

  static void fields(auto& self, auto&& v) {
    v("execute", self.execute), v("if_not_exists", self.if_not_exists), v("path", self.path);
    v("statement", self.statement);
  }
};
struct ExecutePlan {
  Text path;

  static void fields(auto& self, auto&& v) { v("path", self.path); }
};

struct StatementKind
    : std::variant<SelectStatement, Insert, StatementSet, BeginStatementSet, EndStatementSet, Update, Delete, Truncate,
                   CallProcedure, CreateTable, CreateView, CreateMaterializedTable, CreateNamespace, DefineFunction,
                   CreateModel, CreateConnection, Alter, Drop, Explain, Describe, Show, UseCatalog, UseDatabase,
                   UseModules, LoadModule, UnloadModule, Set, Reset, ChangeJar, StopJob, Analyze, CompilePlan,
                   ExecutePlan, ClientCommand> {
  SLUICE_MOVES_ELSEWHERE(StatementKind)
};
struct Statement {
  StatementKind kind;
  SourceSpan span;  // From the first token to the last one, without the `;`.

  static void fields(auto& self, auto&& v) { v("kind", self.kind); }
};

// The statements that parsed. What is wrong with the others is in the Diagnostics. A statement with syntax errors is
// there without its broken clauses, so that the rest of it can be looked at: each is a Parameter whose text is no `?`.
struct Script {
  std::vector<Statement> statements;
  std::vector<Name> unread;  // Tables and views whose CREATE cannot be read.

  static void fields(auto& self, auto&& v) { v("statements", self.statements); }
};

}  // namespace sluice::ast
