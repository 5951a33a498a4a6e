#include "catalog/objects/catalog.h"

#include <fmt/format.h>

#include "base/check.h"

namespace sluice {

Catalog::Catalog() : current_catalog_(kDefaultCatalog), current_database_(kDefaultDatabase) {
  catalogs_[current_catalog_][current_database_] = {};
}

std::optional<ObjectPath> Catalog::resolve(const std::vector<std::string>& parts) const {
  switch (parts.size()) {
    case 1:
      return ObjectPath{current_catalog_, current_database_, parts[0]};
    case 2:
      return ObjectPath{current_catalog_, parts[0], parts[1]};
    case 3:
      return ObjectPath{parts[0], parts[1], parts[2]};
    default:
      return {};
  }
}

const CatalogObject* Catalog::find(const ObjectPath& path) const {
  const CatalogObject* temporary = find_temporary(path);
  return temporary != nullptr ? temporary : find_permanent(path);
}

const CatalogObject* Catalog::find_temporary(const ObjectPath& path) const {
  auto found = temporary_.find(path);
  return found == temporary_.end() ? nullptr : &found->second;
}

const CatalogObject* Catalog::find_permanent(const ObjectPath& path) const {
  const Database* database = find_database(path.catalog, path.database);
  if (database == nullptr) return nullptr;
  auto found = database->objects.find(path.name);
  return found == database->objects.end() ? nullptr : &found->second;
}

const Database* Catalog::find_database(const std::string& catalog, const std::string& database) const {
  auto found = catalogs_.find(catalog);
  if (found == catalogs_.end()) return nullptr;
  auto inside = found->second.find(database);
  return inside == found->second.end() ? nullptr : &inside->second;
}

std::vector<std::string> Catalog::catalogs() const {
  std::vector<std::string> out;
  for (const auto& [name, databases] : catalogs_) out.push_back(name);
  return out;
}

std::vector<std::string> Catalog::databases(const std::string& catalog) const {
  std::vector<std::string> out;
  if (auto found = catalogs_.find(catalog); found != catalogs_.end()) {
    for (const auto& [name, database] : found->second) out.push_back(name);
  }
  return out;
}

std::vector<const CatalogObject*> Catalog::objects(const std::string& catalog, const std::string& database) const {
  std::map<std::string, const CatalogObject*> visible;
  if (const Database* found = find_database(catalog, database)) {
    for (const auto& [name, object] : found->objects) visible[name] = &object;
  }
  for (const auto& [path, object] : temporary_) {
    if (path.catalog == catalog && path.database == database) visible[path.name] = &object;
  }
  std::vector<const CatalogObject*> out;
  for (const auto& [name, object] : visible) out.push_back(object);
  return out;
}

std::string Catalog::next_id(const ObjectPath& path) const {
  auto found = created_.find(path);
  return fmt::format("{}#{}", path.dotted(), found == created_.end() ? 1 : found->second + 1);
}

void Catalog::apply(const CatalogChange& change) {
  std::visit([&](const auto& one) { apply_one(one); }, change);
}

void Catalog::apply_one(const CreateObject& change) {
  const ObjectIdentity& identity = identity_of(change.object);
  if (identity.version == 1) ++created_[identity.path];
  if (identity.temporary) {
    temporary_.insert_or_assign(identity.path, change.object);
    return;
  }
  SLUICE_CHECK(has_database(identity.path.catalog, identity.path.database));
  catalogs_[identity.path.catalog][identity.path.database].objects.insert_or_assign(identity.path.name, change.object);
}

void Catalog::apply_one(const DropObject& change) {
  if (change.temporary) {
    temporary_.erase(change.path);
  } else {
    catalogs_[change.path.catalog][change.path.database].objects.erase(change.path.name);
  }
}

void Catalog::apply_one(const RenameObject& change) {
  auto& objects = catalogs_[change.path.catalog][change.path.database].objects;
  auto held = objects.extract(change.path.name);
  SLUICE_CHECK(!held.empty());
  auto renamed = [&]<class T>(const std::shared_ptr<const T>& object) -> CatalogObject {
    T copy = *object;
    copy.identity.path.name = change.name;
    ++copy.identity.version;
    return std::make_shared<const T>(std::move(copy));
  };
  objects.insert_or_assign(change.name, std::visit(renamed, held.mapped()));
}

void Catalog::apply_one(const CreateCatalog& change) {
  catalogs_[change.name][std::string(kDefaultDatabaseOfNewCatalogs)] = {};
}

void Catalog::apply_one(const DropCatalog& change) {
  catalogs_.erase(change.name);
  std::erase_if(temporary_, [&](const auto& entry) { return entry.first.catalog == change.name; });
}

void Catalog::apply_one(const CreateDatabase& change) {
  catalogs_[change.catalog][change.name] = {{}, change.options, change.comment};
}

void Catalog::apply_one(const DropDatabase& change) {
  catalogs_[change.catalog].erase(change.name);
  if (change.catalog == current_catalog_ && change.name == current_database_) current_database_.clear();
}

void Catalog::apply_one(const UseDatabase& change) {
  current_catalog_ = change.catalog;
  current_database_ = change.name;
  if (!change.name.empty()) return;
  current_database_ = change.catalog == kDefaultCatalog ? kDefaultDatabase : kDefaultDatabaseOfNewCatalogs;
}

}  // namespace sluice
