#pragma once
// Statements that move rows: INSERT and statement sets, UPDATE, DELETE, TRUNCATE, CALL.
#include <optional>
#include <variant>
#include <vector>

#include "grammar/ast/name.h"
#include "grammar/ast/query.h"
#include "grammar/ast/table_definition.h"

namespace sluice::ast {

enum class ConflictAction { Error, Nothing, Deduplicate };

struct Insert {
  bool execute = false;  // EXECUTE INSERT ..: the same.
  bool overwrite = false;
  bool upsert = false;  // UPSERT INTO, which Flink parses and refuses.
  Name table;
  std::vector<Hint> hints;
  std::vector<Column> extended_columns;  // INSERT INTO t (z BOOLEAN) ..: parsed and refused.
  std::optional<PartitionSpec> partition;
  std::vector<Name> columns;  // Empty: all of the table's, in order.
  QueryPtr query;
  std::optional<ConflictAction> on_conflict;
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("execute", self.execute), v("overwrite", self.overwrite), v("upsert", self.upsert), v("table", self.table);
    v("hints", self.hints), v("extended_columns", self.extended_columns), v("partition", self.partition);
    v("columns", self.columns), v("query", self.query), v("on_conflict", self.on_conflict);
  }
};

// [EXECUTE] STATEMENT SET BEGIN insert; .. END
struct StatementSet {
  bool execute = false;
  std::vector<Insert> inserts;

  static void fields(auto& self, auto&& v) { v("execute", self.execute), v("inserts", self.inserts); }
};
// The interactive form: BEGIN STATEMENT SET; insert; .. END; are statements of their own.
struct BeginStatementSet {
  static void fields(auto&, auto&&) {}
};
struct EndStatementSet {
  static void fields(auto&, auto&&) {}
};

struct SelectStatement {
  bool execute = false;
  QueryPtr query;

  static void fields(auto& self, auto&& v) { v("execute", self.execute), v("query", self.query); }
};

struct Assignment {
  Name column;
  ExprPtr value;

  static void fields(auto& self, auto&& v) { v("column", self.column), v("value", self.value); }
};
struct Update {
  Name table;
  std::vector<Hint> hints;
  std::optional<Identifier> alias;
  std::vector<Assignment> assignments;
  ExprPtr where;

  static void fields(auto& self, auto&& v) {
    v("table", self.table), v("hints", self.hints), v("alias", self.alias), v("assignments", self.assignments);
    v("where", self.where);
  }
};
struct Delete {
  Name table;
  std::vector<Hint> hints;
  std::optional<Identifier> alias;
  ExprPtr where;

  static void fields(auto& self, auto&& v) {
    v("table", self.table), v("hints", self.hints), v("alias", self.alias), v("where", self.where);
  }
};
struct Truncate {
  Name table;

  static void fields(auto& self, auto&& v) { v("table", self.table); }
};

// CALL p(..): always a Call.
struct CallProcedure {
  ExprPtr call;

  static void fields(auto& self, auto&& v) { v("call", self.call); }
};

}  // namespace sluice::ast
