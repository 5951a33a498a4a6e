#pragma once
// Statements that ask about the session, its catalog and its jobs, or change its settings.
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "grammar/ast/ddl.h"
#include "grammar/ast/name.h"
#include "grammar/ast/table_definition.h"

namespace sluice::ast {

enum class ShowKind {
  Catalogs,
  CurrentCatalog,
  Databases,
  CurrentDatabase,
  Tables,
  Views,
  MaterializedTables,
  Columns,
  Partitions,
  Functions,
  Procedures,
  Modules,
  Models,
  Connections,
  Jars,
  Jobs,
  Create,
};
std::string_view word_of(ShowKind kind);

struct LikeFilter {
  bool negated = false;
  bool ignore_case = false;  // ILIKE
  Text pattern;

  static void fields(auto& self, auto&& v) {
    v("negated", self.negated), v("ignore_case", self.ignore_case), v("pattern", self.pattern);
  }
};
struct Show {
  ShowKind what{};
  bool user = false;                 // SHOW USER FUNCTIONS
  bool full = false;                 // SHOW FULL MODULES
  std::optional<ObjectKind> object;  // Of Create: SHOW CREATE TABLE t.
  bool or_alter = false;             // SHOW CREATE OR ALTER MATERIALIZED TABLE
  bool in = false;                   // Written with IN instead of FROM: the same.
  std::optional<Name> name;          // What stands after FROM, IN, PARTITIONS or CREATE TABLE.
  std::optional<PartitionSpec> partition;
  std::optional<LikeFilter> like;

  static void fields(auto& self, auto&& v) {
    v("what", self.what), v("user", self.user), v("full", self.full), v("object", self.object);
    v("or_alter", self.or_alter), v("in", self.in), v("name", self.name), v("partition", self.partition);
    v("like", self.like);
  }
};

struct Describe {
  ObjectKind object = ObjectKind::Table;
  bool extended = false;
  std::optional<Name> name;
  std::optional<Text> job;  // DESCRIBE JOB 'id'

  static void fields(auto& self, auto&& v) {
    v("object", self.object), v("extended", self.extended), v("name", self.name), v("job", self.job);
  }
};

struct UseCatalog {
  Identifier name;

  static void fields(auto& self, auto&& v) { v("name", self.name); }
};
struct UseDatabase {
  Name name;

  static void fields(auto& self, auto&& v) { v("name", self.name); }
};
struct UseModules {
  std::vector<Identifier> names;

  static void fields(auto& self, auto&& v) { v("names", self.names); }
};
struct LoadModule {
  Identifier name;
  std::vector<Option> options;

  static void fields(auto& self, auto&& v) { v("name", self.name), v("options", self.options); }
};
struct UnloadModule {
  Identifier name;

  static void fields(auto& self, auto&& v) { v("name", self.name); }
};

struct Set {
  std::optional<Option> option;  // Nothing: list the settings.

  static void fields(auto& self, auto&& v) { v("option", self.option); }
};
struct Reset {
  std::optional<Text> key;  // Nothing: all of them.

  static void fields(auto& self, auto&& v) { v("key", self.key); }
};
struct ChangeJar {
  bool remove = false;
  Text path;

  static void fields(auto& self, auto&& v) { v("remove", self.remove), v("path", self.path); }
};

struct StopJob {
  Text job;
  bool with_savepoint = false;
  bool with_drain = false;

  static void fields(auto& self, auto&& v) {
    v("job", self.job), v("with_savepoint", self.with_savepoint), v("with_drain", self.with_drain);
  }
};

struct Analyze {
  Name table;
  std::optional<PartitionSpec> partition;
  bool all_columns = false;
  std::vector<Identifier> columns;

  static void fields(auto& self, auto&& v) {
    v("table", self.table), v("partition", self.partition), v("all_columns", self.all_columns);
    v("columns", self.columns);
  }
};

// What only a shell understands.
enum class ClientCommandKind { Help, Clear, Quit };
struct ClientCommand {
  ClientCommandKind kind{};

  static void fields(auto& self, auto&& v) { v("kind", self.kind); }
};

}  // namespace sluice::ast
