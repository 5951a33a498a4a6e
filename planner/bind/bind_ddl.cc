// Names of objects; views, catalogs and databases; DROP, ALTER, USE.
#include <algorithm>

#include <fmt/ranges.h>

#include "grammar/ast/print.h"
#include "planner/bind/ddl.h"
#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

std::vector<std::string> texts_of(const ast::Name& name) {
  std::vector<std::string> out;
  for (const ast::Identifier& part : name.parts) out.push_back(part.text);
  return out;
}

bool is_view(const CatalogObject& object) { return std::holds_alternative<std::shared_ptr<const View>>(object); }

// "Did you mean" is a change that a command makes; a script that drops something is never changed so.
std::string without_change(const std::string& hint) {
  constexpr std::string_view kBefore = "Did you mean `", kAfter = "`?";
  if (!hint.starts_with(kBefore) || !hint.ends_with(kAfter)) return hint;
  return fmt::format("There is `{}`: check that this is the one.",
                     hint.substr(kBefore.size(), hint.size() - kBefore.size() - kAfter.size()));
}

void report_unknown(const ObjectPath& path, const char* kind, SourceSpan span, BindSession& session, bool views,
                    bool drops = false) {
  if (session.broken.contains(path)) return;
  std::vector<std::string> known;
  for (const CatalogObject* object : session.catalog.objects(path.catalog, path.database)) {
    if (is_view(*object) == views && identity_of(*object).path.name != path.name) {
      known.push_back(identity_of(*object).path.name);
    }
  }
  std::string hint = names_hint(path.name, known);
  session.report(fail(ErrorCode::UnknownTable, span, "{} `{}` does not exist", kind, path.dotted())
                     .hint(drops ? without_change(hint) : hint),
                 span);
}

// ---- DROP

std::optional<BoundDdl> drop_object(const ast::Drop& drop, BindSession& session) {
  bool wants_view = drop.object == ast::ObjectKind::View;
  const char* kind = wants_view ? "view" : "table";
  auto path = session.catalog.resolve(texts_of(drop.name));
  if (!path) return path_of(drop.name, session), std::nullopt;
  const CatalogObject* object =
      drop.temporary ? session.catalog.find_temporary(*path) : session.catalog.find_permanent(*path);
  if (!drop.temporary && session.catalog.find_temporary(*path) != nullptr) {
    session.report(fail(ErrorCode::ObjectExists, drop.name.span, "a temporary object hides `{}`", path->dotted())
                       .hint(fmt::format("Write DROP TEMPORARY {} first.", wants_view ? "VIEW" : "TABLE")),
                   drop.name.span);
    return {};
  }
  if (object != nullptr && is_view(*object) != wants_view && !drop.if_exists) {
    session.report(fail(ErrorCode::UnknownTable, drop.name.span, "{} `{}` does not exist: it is a {}", kind,
                        path->dotted(), wants_view ? "table" : "view")
                       .hint(fmt::format("Write DROP {}.", wants_view ? "TABLE" : "VIEW")),
                   drop.name.span);
    return {};
  }
  if (object == nullptr || is_view(*object) != wants_view) {
    if (drop.if_exists) return BoundDdl{};
    if (drop.temporary && session.catalog.find_permanent(*path) != nullptr) {
      session.report(fail(ErrorCode::UnknownTable, drop.name.span, "{} `{}` is not temporary", kind, path->dotted())
                         .hint(fmt::format("Write DROP {}.", wants_view ? "VIEW" : "TABLE")),
                     drop.name.span);
      return {};
    }
    report_unknown(*path, kind, drop.name.span, session, wants_view, true);
    return {};
  }
  return BoundDdl{{DropObject{*path, drop.temporary}}};
}

std::optional<std::pair<std::string, std::string>> database_of(const ast::Name& name, BindSession& session) {
  if (name.parts.size() > 2) {
    session.report(fail(ErrorCode::UnknownDatabase, name.span, "the name of a database has one or two parts")
                       .hint("Write database, or catalog.database."),
                   name.span);
    return {};
  }
  std::string catalog = name.parts.size() == 2 ? name.parts[0].text : session.catalog.current_catalog();
  if (!session.catalog.has_catalog(catalog)) {
    session.report(fail(ErrorCode::UnknownCatalog, name.parts[0].span, "catalog `{}` does not exist", catalog)
                       .hint(names_hint(catalog, session.catalog.catalogs())),
                   name.span);
    return {};
  }
  return std::pair{catalog, name.parts.back().text};
}

std::optional<BoundDdl> drop_database(const ast::Drop& drop, BindSession& session) {
  auto named = database_of(drop.name, session);
  if (!named) return {};
  const auto& [catalog, name] = *named;
  const Database* database = session.catalog.find_database(catalog, name);
  if (database == nullptr) {
    if (drop.if_exists) return BoundDdl{};
    session.report(fail(ErrorCode::UnknownDatabase, drop.name.span, "database `{}` does not exist", name)
                       .hint(without_change(names_hint(name, session.catalog.databases(catalog)))),
                   drop.name.span);
    return {};
  }
  if (catalog == session.catalog.current_catalog() && name == session.catalog.current_database()) {
    session.report(
        fail(ErrorCode::ObjectExists, drop.name.span, "database `{}` is in use", name).hint("USE another one first."),
        drop.name.span);
    return {};
  }
  if (!database->objects.empty() && !drop.cascade) {
    session.report(fail(ErrorCode::ObjectExists, drop.name.span, "database `{}` is not empty", name)
                       .hint("Write CASCADE to drop what is in it."),
                   drop.name.span);
    return {};
  }
  return BoundDdl{{DropDatabase{catalog, name}}};
}

std::optional<BoundDdl> drop_catalog(const ast::Drop& drop, BindSession& session) {
  const std::string& name = drop.name.parts.back().text;
  if (!session.catalog.has_catalog(name)) {
    if (drop.if_exists) return BoundDdl{};
    session.report(fail(ErrorCode::UnknownCatalog, drop.name.span, "catalog `{}` does not exist", name)
                       .hint(without_change(names_hint(name, session.catalog.catalogs()))),
                   drop.name.span);
    return {};
  }
  if (name == session.catalog.current_catalog()) {
    session.report(fail(ErrorCode::ObjectExists, drop.name.span, "catalog `{}` is in use", name)
                       .hint("USE CATALOG another one first."),
                   drop.name.span);
    return {};
  }
  return BoundDdl{{DropCatalog{name}}};
}

// There are no functions of users yet, so there is none to drop.
std::optional<BoundDdl> drop_function(const ast::Drop& drop, BindSession& session) {
  bool was_refused = session.refused_functions.erase(BindSession::to_lower(drop.name.parts.back().text)) > 0;
  if (drop.if_exists || was_refused) return BoundDdl{};
  session.report(
      fail(ErrorCode::UnknownFunction, drop.name.span, "function `{}` does not exist", session.text(drop.name.span))
          .hint("Write IF EXISTS where that is right; functions that are built in cannot be dropped."),
      drop.name.span);
  return {};
}

std::optional<BoundDdl> create_catalog(const ast::CreateNamespace& create, BindSession& session) {
  const std::string& name = create.name.parts.back().text;
  if (session.catalog.has_catalog(name)) {
    if (create.if_not_exists) return BoundDdl{};
    session.report(fail(ErrorCode::ObjectExists, create.name.span, "catalog `{}` exists already", name)
                       .hint("Write IF NOT EXISTS, or take another name."),
                   create.name.span);
    return {};
  }
  const ast::Option* type = nullptr;
  for (const ast::Option& option : create.options) {
    if (option.key.value == "type") type = &option;
  }
  if (type == nullptr) {
    session.report(fail(ErrorCode::MissingOption, create.name.span, "option `type` is missing")
                       .hint("A catalog in memory has the type generic_in_memory."),
                   create.name.span);
    return {};
  }
  if (type->value.value != "generic_in_memory") {
    constexpr std::string_view kOfFlink[] = {"jdbc", "hive", "paimon", "iceberg"};
    bool known = std::ranges::find(kOfFlink, type->value.value) != std::end(kOfFlink);
    std::string meant = did_you_mean(type->value.value, {"generic_in_memory"});
    session.report(fail(known ? ErrorCode::NotSupportedYet : ErrorCode::BadOptionValue, type->value.span,
                        "catalogs of type `{}` {}", type->value.value, known ? "are not supported yet" : "do not exist")
                       .hint(!meant.empty() ? meant
                             : known ? "The type generic_in_memory keeps tables for the session: create them there."
                                     : "A catalog in memory has the type generic_in_memory."),
                   type->value.span);
    return {};
  }
  return BoundDdl{{CreateCatalog{name}}};
}

std::optional<BoundDdl> rename_object(const ast::Alter& alter, const ast::RenameTo& rename, const CatalogObject& object,
                                      BindSession& session) {
  const ObjectIdentity& identity = identity_of(object);
  const std::string& name = rename.name.parts.back().text;
  if (rename.name.parts.size() > 1 || identity.temporary) {
    bool moves = rename.name.parts.size() > 1;
    session.report(fail(ErrorCode::CannotAlter, moves ? rename.name.span : alter.name.span, "{} be renamed{}",
                        moves ? "a table cannot" : "a temporary table cannot", moves ? " into another database" : "")
                       .hint(moves ? "The new name has one part." : "Drop it and create it under the new name."),
                   alter.name.span);
    return {};
  }
  ObjectPath target{identity.path.catalog, identity.path.database, name};
  if (session.catalog.find_permanent(target) != nullptr) {
    session.report(
        session.with_definition(fail(ErrorCode::ObjectExists, rename.name.span, "`{}` exists already", target.dotted())
                                    .hint("Take another name, or drop the object that has this one first."),
                                target, "", "it is created here"),
        rename.name.span);
    return {};
  }
  return BoundDdl{{RenameObject{identity.path, name}}};
}

}  // namespace

// ---- Names

std::optional<ObjectPath> path_of(const ast::Name& name, BindSession& session) {
  auto path = session.catalog.resolve(texts_of(name));
  if (!path) {
    session.report(fail(ErrorCode::UnknownTable, name.span, "the name of an object has one to three parts")
                       .hint("Write catalog.database.table; a name with a dot in it stands in back-ticks."),
                   name.span);
  }
  return path;
}

std::optional<ObjectPath> path_to_create(const ast::Name& name, BindSession& session) {
  auto path = path_of(name, session);
  if (!path) return {};
  const Catalog& catalog = session.catalog;
  if (!catalog.has_catalog(path->catalog)) {
    session.report(fail(ErrorCode::UnknownCatalog, name.parts[0].span, "catalog `{}` does not exist", path->catalog)
                       .hint(names_hint(path->catalog, catalog.catalogs())),
                   name.span);
    return {};
  }
  if (!catalog.has_database(path->catalog, path->database)) {
    SourceSpan span = name.parts[name.parts.size() - 2].span;
    session.report(fail(ErrorCode::UnknownDatabase, span, "database `{}` does not exist", path->database)
                       .hint(names_hint(path->database, catalog.databases(path->catalog))),
                   name.span);
    return {};
  }
  return path;
}

bool already_exists(const ObjectPath& path, bool temporary, bool allowed, SourceSpan span, BindSession& session) {
  const CatalogObject* object = temporary ? session.catalog.find_temporary(path) : session.catalog.find_permanent(path);
  if (object == nullptr) return false;
  if (!allowed) {
    session.report(session.with_definition(fail(ErrorCode::ObjectExists, span, "{} `{}` exists already",
                                                is_view(*object) ? "view" : "table", path.dotted())
                                               .hint("Write IF NOT EXISTS, or take another name."),
                                           path, "", "it is created here"),
                   span);
  }
  return true;
}

const CatalogObject* find_object(const ast::Name& name, BindSession& session) {
  auto path = path_of(name, session);
  if (!path) return nullptr;
  const CatalogObject* object = session.catalog.find(*path);
  if (object == nullptr) report_unknown(*path, "table", name.span, session, false);
  if (session.broken.contains(*path)) session.uses_broken = true;
  return object;
}

const Table* find_table(const ast::Name& name, BindSession& session) {
  const CatalogObject* object = find_object(name, session);
  if (object == nullptr) return nullptr;
  if (auto* table = std::get_if<std::shared_ptr<const Table>>(object)) return table->get();
  session.report(
      fail(ErrorCode::WrongKindOfObject, name.span, "`{}` is a view and no table", identity_of(*object).path.dotted())
          .hint("Name the table that the view reads from."),
      name.span);
  return nullptr;
}

// ---- Statements

std::optional<BoundDdl> bind_create_namespace(const ast::CreateNamespace& create, SourceSpan, BindSession& session) {
  if (create.object == ast::ObjectKind::Catalog) return create_catalog(create, session);
  auto named = database_of(create.name, session);
  if (!named) return {};
  if (session.catalog.has_database(named->first, named->second)) {
    if (create.if_not_exists) return BoundDdl{};
    session.report(fail(ErrorCode::ObjectExists, create.name.span, "database `{}` exists already", named->second)
                       .hint("Write IF NOT EXISTS, or take another name."),
                   create.name.span);
    return {};
  }
  CreateDatabase change{.catalog = named->first, .name = named->second};
  for (const ast::Option& option : create.options) change.options[option.key.value] = option.value.value;
  if (create.comment) change.comment = create.comment->value;
  return BoundDdl{{std::move(change)}};
}

std::optional<BoundDdl> bind_drop(const ast::Drop& drop, SourceSpan span, BindSession& session) {
  switch (drop.object) {
    case ast::ObjectKind::Table:
    case ast::ObjectKind::View:
      return drop_object(drop, session);
    case ast::ObjectKind::Database:
      return drop_database(drop, session);
    case ast::ObjectKind::Catalog:
      return drop_catalog(drop, session);
    case ast::ObjectKind::Function:
      return drop_function(drop, session);
    case ast::ObjectKind::Model:
      if (session.refused_models.erase(drop.name.parts.back().text) > 0 || drop.if_exists) return BoundDdl{};
      session.report(
          fail(ErrorCode::UnknownModel, drop.name.span, "model `{}` does not exist", session.text(drop.name.span))
              .hint("Write IF EXISTS where that is right."),
          drop.name.span);
      return {};
    default:
      session.not_supported(span, "DROP {}", ast::word_of(drop.object));
      return {};
  }
}

std::optional<BoundDdl> bind_alter(const ast::Alter& alter, SourceSpan span, BindSession& session) {
  if (alter.object != ast::ObjectKind::Table && alter.object != ast::ObjectKind::View) {
    session.not_supported(span, "ALTER {}", ast::word_of(alter.object));
    return {};
  }
  auto path = path_of(alter.name, session);
  if (!path) return {};
  bool wants_view = alter.object == ast::ObjectKind::View;
  const CatalogObject* object = session.catalog.find(*path);
  if (object == nullptr || is_view(*object) != wants_view) {
    if (object == nullptr && alter.if_exists) return BoundDdl{};
    if (object != nullptr) {
      const char* kind = wants_view ? "table" : "view";
      session.report(fail(ErrorCode::WrongKindOfObject, alter.name.span, "`{}` is a {}", path->dotted(), kind)
                         .hint(fmt::format("Write ALTER {}.", wants_view ? "TABLE" : "VIEW")),
                     alter.name.span);
      return {};
    }
    report_unknown(*path, wants_view ? "view" : "table", alter.name.span, session, wants_view);
    return {};
  }
  if (auto* rename = std::get_if<ast::RenameTo>(&alter.change)) return rename_object(alter, *rename, *object, session);
  if (auto* table = std::get_if<std::shared_ptr<const Table>>(object))
    return alter_table(alter, **table, span, session);
  session.not_supported(span, "this ALTER {}", ast::word_of(alter.object));
  return {};
}

std::optional<BoundDdl> bind_use(const ast::UseCatalog& use, BindSession& session) {
  if (session.catalog.has_catalog(use.name.text)) return BoundDdl{{UseDatabase{use.name.text, ""}}};
  session.report(fail(ErrorCode::UnknownCatalog, use.name.span, "catalog `{}` does not exist", use.name.text)
                     .hint(names_hint(use.name.text, session.catalog.catalogs())),
                 use.name.span);
  return {};
}

std::optional<BoundDdl> bind_use(const ast::UseDatabase& use, BindSession& session) {
  auto named = database_of(use.name, session);
  if (!named) return {};
  if (session.catalog.has_database(named->first, named->second)) {
    return BoundDdl{{UseDatabase{named->first, named->second}}};
  }
  session.report(fail(ErrorCode::UnknownDatabase, use.name.span, "database `{}` does not exist", named->second)
                     .hint(names_hint(named->second, session.catalog.databases(named->first))),
                 use.name.span);
  return {};
}

}  // namespace sluice::planner
