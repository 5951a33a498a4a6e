#pragma once
// CREATE, ALTER and DROP.
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/large_variant.h"
#include "grammar/ast/name.h"
#include "grammar/ast/query.h"
#include "grammar/ast/table_definition.h"

namespace sluice::ast {

enum class ObjectKind {
  Table,
  View,
  MaterializedTable,
  Catalog,
  Database,
  Function,
  Model,
  Connection,
  Job,
};
std::string_view word_of(ObjectKind kind);

enum class CreateMode { Create, CreateOrReplace, Replace };

struct CreateTable {
  CreateMode mode = CreateMode::Create;
  bool temporary = false;
  bool if_not_exists = false;
  Name name;
  TableSchema schema;
  std::optional<Text> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  std::optional<Name> connection;
  std::vector<Option> options;
  std::optional<LikeClause> like;
  QueryPtr query;  // AS query

  static void fields(auto& self, auto&& v) {
    v("mode", self.mode), v("temporary", self.temporary), v("if_not_exists", self.if_not_exists);
    v("name", self.name), v("schema", self.schema), v("comment", self.comment), v("distribution", self.distribution);
    v("partitioned_by", self.partitioned_by), v("connection", self.connection), v("options", self.options);
    v("like", self.like), v("query", self.query);
  }
};

struct CreateView {
  bool or_replace = false;
  bool temporary = false;
  bool if_not_exists = false;
  Name name;
  std::vector<Identifier> columns;
  std::optional<Text> comment;
  QueryPtr query;

  static void fields(auto& self, auto&& v) {
    v("or_replace", self.or_replace), v("temporary", self.temporary), v("if_not_exists", self.if_not_exists);
    v("name", self.name), v("columns", self.columns), v("comment", self.comment), v("query", self.query);
  }
};

struct CreateMaterializedTable {
  bool or_alter = false;
  bool if_not_exists = false;
  Name name;
  TableSchema schema;
  std::optional<Text> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  std::vector<Option> options;
  std::optional<StartMode> start_mode;
  ExprPtr freshness;  // An IntervalLiteral.
  std::optional<RefreshMode> refresh_mode;
  QueryPtr query;

  static void fields(auto& self, auto&& v) {
    v("or_alter", self.or_alter), v("if_not_exists", self.if_not_exists), v("name", self.name);
    v("schema", self.schema), v("comment", self.comment), v("distribution", self.distribution);
    v("partitioned_by", self.partitioned_by), v("options", self.options), v("start_mode", self.start_mode);
    v("freshness", self.freshness), v("refresh_mode", self.refresh_mode), v("query", self.query);
  }
};

// CATALOG and DATABASE.
struct CreateNamespace {
  ObjectKind object{};
  bool if_not_exists = false;
  Name name;
  std::optional<Text> comment;
  std::vector<Option> options;

  static void fields(auto& self, auto&& v) {
    v("object", self.object), v("if_not_exists", self.if_not_exists), v("name", self.name);
    v("comment", self.comment), v("options", self.options);
  }
};

enum class FunctionLanguage { Java, Scala, Sql, Python };
enum class ResourceKind { Jar, Artifact };
struct Resource {
  ResourceKind kind{};
  Text uri;

  static void fields(auto& self, auto&& v) { v("kind", self.kind), v("uri", self.uri); }
};
// CREATE FUNCTION, and ALTER FUNCTION, which says the same again.
struct DefineFunction {
  bool alter = false;
  bool temporary = false;
  bool system = false;
  bool if_exists = false;      // ALTER
  bool if_not_exists = false;  // CREATE
  Name name;
  Text class_name;
  std::optional<FunctionLanguage> language;
  std::vector<Resource> resources;
  std::vector<Option> options;

  static void fields(auto& self, auto&& v) {
    v("alter", self.alter), v("temporary", self.temporary), v("system", self.system);
    v("if_exists", self.if_exists), v("if_not_exists", self.if_not_exists), v("name", self.name);
    v("class_name", self.class_name), v("language", self.language), v("resources", self.resources);
    v("options", self.options);
  }
};

struct CreateModel {
  bool temporary = false;
  bool if_not_exists = false;
  Name name;
  std::vector<Column> input;
  std::vector<Column> output;
  std::optional<Text> comment;
  std::vector<Option> options;
  QueryPtr query;

  static void fields(auto& self, auto&& v) {
    v("temporary", self.temporary), v("if_not_exists", self.if_not_exists), v("name", self.name);
    v("input", self.input), v("output", self.output), v("comment", self.comment), v("options", self.options);
    v("query", self.query);
  }
};

struct CreateConnection {
  bool temporary = false;
  bool system = false;
  bool if_not_exists = false;
  Name name;
  std::optional<Text> comment;
  std::vector<Option> options;

  static void fields(auto& self, auto&& v) {
    v("temporary", self.temporary), v("system", self.system), v("if_not_exists", self.if_not_exists);
    v("name", self.name), v("comment", self.comment), v("options", self.options);
  }
};

// ---- ALTER: one list of changes for all kinds of objects; the grammar knows which kind takes which.

struct RenameTo {
  Name name;

  static void fields(auto& self, auto&& v) { v("name", self.name); }
};
struct RenameColumn {
  Name from;
  Name to;

  static void fields(auto& self, auto&& v) { v("from", self.from), v("to", self.to); }
};
struct SetOptions {
  std::vector<Option> options;

  static void fields(auto& self, auto&& v) { v("options", self.options); }
};
struct ResetOptions {
  std::vector<Text> keys;

  static void fields(auto& self, auto&& v) { v("keys", self.keys); }
};
struct SetComment {
  Text comment;

  static void fields(auto& self, auto&& v) { v("comment", self.comment); }
};
struct ChangeSchema {
  bool modify = false;  // MODIFY instead of ADD.
  TableSchema schema;

  static void fields(auto& self, auto&& v) { v("modify", self.modify), v("schema", self.schema); }
};
struct ChangeDistribution {
  bool modify = false;
  Distribution distribution;

  static void fields(auto& self, auto&& v) { v("modify", self.modify), v("distribution", self.distribution); }
};
struct AddPartitions {
  bool if_not_exists = false;
  std::vector<PartitionSpec> partitions;

  static void fields(auto& self, auto&& v) { v("if_not_exists", self.if_not_exists), v("partitions", self.partitions); }
};
struct DropPartitions {
  bool if_exists = false;
  std::vector<PartitionSpec> partitions;

  static void fields(auto& self, auto&& v) { v("if_exists", self.if_exists), v("partitions", self.partitions); }
};
struct DropColumns {
  std::vector<Name> columns;

  static void fields(auto& self, auto&& v) { v("columns", self.columns); }
};
struct DropConstraint {
  Identifier name;

  static void fields(auto& self, auto&& v) { v("name", self.name); }
};
struct DropPrimaryKey {
  static void fields(auto&, auto&&) {}
};
struct DropDistribution {
  static void fields(auto&, auto&&) {}
};
struct DropWatermark {
  static void fields(auto&, auto&&) {}
};
struct ChangeQuery {  // ALTER VIEW v AS query, ALTER MATERIALIZED TABLE m AS query.
  QueryPtr query;

  static void fields(auto& self, auto&& v) { v("query", self.query); }
};
struct Suspend {
  static void fields(auto&, auto&&) {}
};
struct Resume {
  std::vector<Option> options;

  static void fields(auto& self, auto&& v) { v("options", self.options); }
};
struct Refresh {
  std::optional<PartitionSpec> partition;

  static void fields(auto& self, auto&& v) { v("partition", self.partition); }
};
struct SetFreshness {
  ExprPtr freshness;

  static void fields(auto& self, auto&& v) { v("freshness", self.freshness); }
};
struct SetRefreshMode {
  RefreshMode mode{};

  static void fields(auto& self, auto&& v) { v("mode", self.mode); }
};

struct AlterChange
    : std::variant<RenameTo, RenameColumn, SetOptions, ResetOptions, SetComment, ChangeSchema, ChangeDistribution,
                   AddPartitions, DropPartitions, DropColumns, DropConstraint, DropPrimaryKey, DropDistribution,
                   DropWatermark, ChangeQuery, Suspend, Resume, Refresh, SetFreshness, SetRefreshMode> {
  SLUICE_MOVES_ELSEWHERE(AlterChange)
};
struct Alter {
  ObjectKind object{};
  bool if_exists = false;
  Name name;
  AlterChange change;

  static void fields(auto& self, auto&& v) {
    v("object", self.object), v("if_exists", self.if_exists), v("name", self.name), v("change", self.change);
  }
};

struct Drop {
  ObjectKind object{};
  bool temporary = false;
  bool system = false;  // TEMPORARY SYSTEM FUNCTION, TEMPORARY SYSTEM CONNECTION
  bool if_exists = false;
  Name name;
  bool cascade = false;  // DATABASE; RESTRICT is the default.

  static void fields(auto& self, auto&& v) {
    v("object", self.object), v("temporary", self.temporary), v("system", self.system);
    v("if_exists", self.if_exists), v("name", self.name), v("cascade", self.cascade);
  }
};

}  // namespace sluice::ast
