#pragma once
// Tables and views as the catalog holds them: immutable, with names resolved and expressions bound.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "catalog/expr/expr.h"
#include "catalog/objects/path.h"
#include "catalog/types/type.h"

namespace sluice {

// How a column came into the table.
struct PhysicalColumn {};
struct ComputedColumn {
  std::string sql;  // The expression as it is printed in SHOW CREATE TABLE.
  Expr expr;        // Over Table::scan_schema().
};
struct MetadataColumn {
  std::string key;          // METADATA FROM, or the column's name.
  bool is_virtual = false;  // Read only.
};

struct Column {
  std::string name;
  Type type;
  std::variant<PhysicalColumn, ComputedColumn, MetadataColumn> kind;
  std::optional<std::string> comment;

  bool is_physical() const { return std::holds_alternative<PhysicalColumn>(kind); }
  const ComputedColumn* computed() const { return std::get_if<ComputedColumn>(&kind); }
  const MetadataColumn* metadata() const { return std::get_if<MetadataColumn>(&kind); }
  bool is_written() const { return is_physical() || (metadata() != nullptr && !metadata()->is_virtual); }
};

struct WatermarkStrategy {
  uint32_t column = 0;  // In Table::columns.
  std::string sql;
  Expr expr;  // Over Table::schema().
};

struct PrimaryKey {
  std::string name;
  std::vector<uint32_t> columns;  // Positions in Table::columns.
};

struct Distribution {
  std::string kind;  // HASH, RANGE or empty.
  std::vector<std::string> columns;
  std::optional<uint32_t> buckets;
};

// What every object carries. Dropping an object and creating it again gives another id; a change in place gives the
// next version of the same id.
struct ObjectIdentity {
  std::string id;
  uint64_t version = 1;
  ObjectPath path;
  bool temporary = false;
};

struct Table {
  ObjectIdentity identity;
  std::vector<Column> columns;
  std::optional<WatermarkStrategy> watermark;
  std::optional<PrimaryKey> primary_key;
  std::optional<Distribution> distribution;
  std::vector<std::string> partition_keys;
  std::map<std::string, std::string> options;
  std::optional<std::string> comment;

  RowSchema schema() const;  // All columns, in the order of the definition.
  // What a source delivers and computed columns read: the physical columns, then the metadata columns, each in the
  // order of the definition.
  RowSchema scan_schema() const;
  std::optional<uint32_t> find(const std::string& column) const;
  std::string option(const std::string& key) const;  // Empty when it is not set.
};

struct View {
  ObjectIdentity identity;
  RowSchema columns;
  std::string sql;      // The query as it is printed, names as written.
  std::string catalog;  // In which its names are resolved.
  std::string database;
  std::optional<std::string> comment;
};

using CatalogObject = std::variant<std::shared_ptr<const Table>, std::shared_ptr<const View>>;

inline const ObjectIdentity& identity_of(const CatalogObject& object) {
  return std::visit([](const auto& held) -> const ObjectIdentity& { return held->identity; }, object);
}

// The statement that makes the object again, in Flink's layout.
std::string show_create(const Table& table);
std::string show_create(const View& view);

}  // namespace sluice
