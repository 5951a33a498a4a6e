#pragma once
// All objects that a session sees: catalogs, databases, tables, views, and where it stands among them. A value: a copy
// is a snapshot, and the objects themselves are shared and immutable.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "catalog/objects/path.h"
#include "catalog/objects/table.h"

namespace sluice {

struct Database {
  std::map<std::string, CatalogObject> objects;
  std::map<std::string, std::string> options;
  std::optional<std::string> comment;
};

// ---- What statements do to a catalog. The binder checks and makes them, apply() carries them out.

struct CreateObject {  // Replaces what stands under the same path, where the statement allows it.
  CatalogObject object;
};
struct DropObject {
  ObjectPath path;
  bool temporary = false;
};
struct RenameObject {
  ObjectPath path;
  std::string name;
};
struct CreateCatalog {
  std::string name;
};
struct DropCatalog {
  std::string name;
};
struct CreateDatabase {
  std::string catalog, name;
  std::map<std::string, std::string> options;
  std::optional<std::string> comment;
};
struct DropDatabase {
  std::string catalog, name;
};
struct UseDatabase {
  std::string catalog, name;  // An empty name: the catalog's default database.
};

using CatalogChange = std::variant<CreateObject, DropObject, RenameObject, CreateCatalog, DropCatalog, CreateDatabase,
                                   DropDatabase, UseDatabase>;

class Catalog {
 public:
  static constexpr std::string_view kDefaultCatalog = "default_catalog";
  static constexpr std::string_view kDefaultDatabase = "default_database";
  static constexpr std::string_view kDefaultDatabaseOfNewCatalogs = "default";

  Catalog();

  const std::string& current_catalog() const { return current_catalog_; }
  const std::string& current_database() const { return current_database_; }  // Empty after it was dropped.

  // One to three parts, completed with the current catalog and database; nothing for any other number.
  std::optional<ObjectPath> resolve(const std::vector<std::string>& parts) const;

  // Temporary objects hide permanent ones under the same path.
  const CatalogObject* find(const ObjectPath& path) const;
  const CatalogObject* find_permanent(const ObjectPath& path) const;
  const CatalogObject* find_temporary(const ObjectPath& path) const;

  bool has_catalog(const std::string& catalog) const { return catalogs_.contains(catalog); }
  bool has_database(const std::string& catalog, const std::string& database) const {
    return find_database(catalog, database) != nullptr;
  }
  const Database* find_database(const std::string& catalog, const std::string& database) const;

  // Sorted by name.
  std::vector<std::string> catalogs() const;
  std::vector<std::string> databases(const std::string& catalog) const;
  std::vector<const CatalogObject*> objects(const std::string& catalog, const std::string& database) const;

  // The id for an object that is about to be created: it says the path and how often something was created there, so
  // that the same script gives the same ids in every process, whatever else is created around it.
  std::string next_id(const ObjectPath& path) const;

  void apply(const CatalogChange& change);

 private:
  using Databases = std::map<std::string, Database>;

  void apply_one(const CreateObject& change);
  void apply_one(const DropObject& change);
  void apply_one(const RenameObject& change);
  void apply_one(const CreateCatalog& change);
  void apply_one(const DropCatalog& change);
  void apply_one(const CreateDatabase& change);
  void apply_one(const DropDatabase& change);
  void apply_one(const UseDatabase& change);

  std::map<std::string, Databases> catalogs_;
  std::map<ObjectPath, CatalogObject> temporary_;
  std::map<ObjectPath, uint64_t> created_;  // How many objects were created under a path.
  std::string current_catalog_;
  std::string current_database_;
};

}  // namespace sluice
