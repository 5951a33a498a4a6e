#pragma once
// CREATE, DROP, ALTER, USE -> changes of the catalog. Nothing after an error.
#include <optional>

#include "grammar/ast/statement.h"
#include "planner/bind/binder.h"
#include "planner/bind/session.h"

namespace sluice::planner {

std::optional<BoundDdl> bind_create_table(const ast::CreateTable& create, SourceSpan span, BindSession& session);
std::optional<BoundDdl> bind_create_view(const ast::CreateView& create, SourceSpan span, BindSession& session);
std::optional<BoundDdl> bind_create_namespace(const ast::CreateNamespace& create, SourceSpan span,
                                              BindSession& session);
std::optional<BoundDdl> bind_drop(const ast::Drop& drop, SourceSpan span, BindSession& session);
std::optional<BoundDdl> bind_alter(const ast::Alter& alter, SourceSpan span, BindSession& session);
// A change of the table's definition.
std::optional<BoundDdl> alter_table(const ast::Alter& alter, const Table& table, SourceSpan span, BindSession& session);
std::optional<BoundDdl> bind_use(const ast::UseCatalog& use, BindSession& session);
std::optional<BoundDdl> bind_use(const ast::UseDatabase& use, BindSession& session);

// Its query is bound, and its name is known to what follows; then it is refused.
void bind_materialized_table(const ast::CreateMaterializedTable& create, SourceSpan span, BindSession& session);

// The table of a definition; nothing after an error, except that one whose options alone are wrong is a table, and
// reported. `of_query`: the columns of the query behind AS.
std::shared_ptr<const Table> bind_table(const ast::CreateTable& create, const ObjectPath& path, BindSession& session,
                                        const RowSchema* of_query = nullptr);

// ---- Names of objects

// One to three parts, in a database that exists; reported otherwise.
std::optional<ObjectPath> path_to_create(const ast::Name& name, BindSession& session);
std::optional<ObjectPath> path_of(const ast::Name& name, BindSession& session);
// Reports it unless `allowed`.
bool already_exists(const ObjectPath& path, bool temporary, bool allowed, SourceSpan span, BindSession& session);
// Null after a report, and in silence where the object's own CREATE had errors.
const Table* find_table(const ast::Name& name, BindSession& session);
const CatalogObject* find_object(const ast::Name& name, BindSession& session);

}  // namespace sluice::planner
