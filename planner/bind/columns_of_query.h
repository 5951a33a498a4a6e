#pragma once
// The columns of tables that a query makes: CREATE TABLE .. AS.
#include "grammar/ast/statement.h"
#include "planner/bind/session.h"

namespace sluice::planner {

// The type of a column that CREATE TABLE names without one; Invalid after a report. `of_query` is null without AS.
Type type_in_query(const std::string& name, const RowSchema* of_query, SourceSpan span, BindSession& session);
// Whether CREATE TABLE .. AS names all columns of its query, in an order of their own; other columns stand beside them.
bool is_list_of_names(const ast::CreateTable& create, const RowSchema& of_query, BindSession& session);

}  // namespace sluice::planner
