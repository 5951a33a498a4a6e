#pragma once
// The names that an expression can see: the columns of the relations in FROM.
#include <optional>
#include <string>
#include <vector>

#include "grammar/ast/name.h"
#include "planner/bind/session.h"

namespace sluice::planner {

struct Relation {
  std::string alias;              // The name in front of a column; empty when there is none.
  std::vector<std::string> path;  // Catalog, database and name of a table without an alias.
  RowSchema columns;
  std::vector<TimeRole> times;
  uint32_t offset = 0;  // Of its first column in the row of FROM.
  // Its definition had an error that is reported: any column may exist.
  bool open = false;
  SourceSpan span;
  std::string hidden_name;  // Of a table with an alias: its own, which is not seen.
};

// What USING and NATURAL make of the columns of one name on both sides: a name that stands for both.
struct MergedColumn {
  std::string name;
  Expr expr;
  std::vector<uint32_t> hides;  // Columns that the name alone does not mean any more.
};

struct Scope {
  std::vector<Relation> relations;
  std::vector<MergedColumn> merged;
  // Names that the select list gives, which are not seen here: for messages.
  std::vector<std::string> aliases_behind;
  std::vector<std::string> computed;  // Of a table's definition: columns that are computed, which no other one reads.
  const Scope* outer = nullptr;       // Of the query around this one.
  uint32_t number = 0;                // Given where there are queries inside of this one.
  // The columns that an inner query reads of this scope, each once; collected while it is bound.
  mutable std::vector<Expr> read_by_inner;

  bool is_open() const;
  uint32_t width() const;
  TimeRole time_of(uint32_t column) const;
};

// `a`, `t.a`, `t.a.b.c`, `a.b`: a table in front of a column goes before a column with fields. Reports what cannot be
// found; the type of the expression is Invalid then.
Expr resolve_name(const ast::Name& name, const Scope& scope, BindSession& session);

struct StarColumn;
// All columns, as `*` lists them: those that were merged first.
std::vector<StarColumn> star_of(const Scope& scope);

bool has_column(const Scope& scope, const std::string& name);

// A named expression: an item of a SELECT, or one column that a star stands for.
struct StarColumn {
  std::string name;
  Expr expr;
};
// `*`, `t.*`, and `r.*` for the fields of a ROW column.
std::vector<StarColumn> expand_star(const std::optional<ast::Name>& qualifier, SourceSpan span, const Scope& scope,
                                    BindSession& session);

// `row.field`; reports a field that does not exist.
Expr bind_field(Expr row, const ast::Identifier& field, BindSession& session);

Expr invalid_expr(SourceSpan span);

}  // namespace sluice::planner
