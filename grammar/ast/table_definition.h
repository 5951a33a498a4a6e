#pragma once
// The parts from which CREATE TABLE, CREATE MATERIALIZED TABLE and their ALTERs are made.
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "grammar/ast/expr.h"
#include "grammar/ast/name.h"
#include "grammar/ast/query.h"
#include "grammar/ast/type.h"

namespace sluice::ast {

enum class ConstraintKind { PrimaryKey, Unique };
struct Constraint {
  std::optional<Identifier> name;
  ConstraintKind kind{};
  std::vector<Identifier> columns;  // Empty when it stands at a column.
  std::optional<bool> enforced;     // Nothing when neither ENFORCED nor NOT ENFORCED is written.
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("name", self.name), v("kind", self.kind), v("columns", self.columns), v("enforced", self.enforced);
  }
};

struct PhysicalColumn {
  TypePtr type;
  std::optional<Constraint> constraint;

  static void fields(auto& self, auto&& v) { v("type", self.type), v("constraint", self.constraint); }
};
struct ComputedColumn {
  ExprPtr expr;

  static void fields(auto& self, auto&& v) { v("expr", self.expr); }
};
struct MetadataColumn {
  TypePtr type;
  std::optional<Text> key;  // METADATA FROM 'key'
  bool is_virtual = false;
  std::optional<Constraint> constraint;

  static void fields(auto& self, auto&& v) {
    v("type", self.type), v("key", self.key), v("virtual", self.is_virtual), v("constraint", self.constraint);
  }
};
// A name without a type, in CREATE TABLE t (a, b) AS query.
struct UntypedColumn {
  static void fields(auto&, auto&&) {}
};

// FIRST or AFTER c, in ALTER TABLE.
struct ColumnPosition {
  std::optional<Name> after;  // Nothing: FIRST.

  static void fields(auto& self, auto&& v) { v("after", self.after); }
};
struct Column {
  Name name;  // Dotted only in ALTER, for fields of rows.
  std::variant<PhysicalColumn, ComputedColumn, MetadataColumn, UntypedColumn> kind;
  std::optional<Text> comment;
  std::optional<ColumnPosition> position;
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("name", self.name), v("kind", self.kind), v("comment", self.comment), v("position", self.position);
  }
};

struct Watermark {
  Name column;
  ExprPtr expr;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("column", self.column), v("expr", self.expr); }
};

// What stands between the parentheses. The order among kinds of elements is lost, as it is in Flink.
struct TableSchema {
  std::vector<Column> columns;
  std::vector<Constraint> constraints;
  std::optional<Watermark> watermark;
  SourceSpan span;

  bool empty() const { return columns.empty() && constraints.empty() && !watermark; }
  static void fields(auto& self, auto&& v) {
    v("columns", self.columns), v("constraints", self.constraints), v("watermark", self.watermark);
  }
};

enum class DistributionKind { Unspecified, Hash, Range };
struct Distribution {
  DistributionKind kind = DistributionKind::Unspecified;
  std::vector<Identifier> columns;  // Empty in DISTRIBUTED INTO n BUCKETS.
  std::optional<uint32_t> buckets;
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("kind", self.kind), v("columns", self.columns), v("buckets", self.buckets);
  }
};

enum class MergeStrategy { Including, Excluding, Overwriting };
enum class LikeFeature { All, Constraints, Distribution, Generated, Metadata, Options, Partitions, Watermarks };
struct LikeOption {
  MergeStrategy strategy{};
  LikeFeature feature{};
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("strategy", self.strategy), v("feature", self.feature); }
};
struct LikeClause {
  Name table;
  std::vector<LikeOption> options;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("table", self.table), v("options", self.options); }
};

// PARTITION (k = v, j): the value is null where only the key is named.
struct PartitionValue {
  Identifier key;
  ExprPtr value;

  static void fields(auto& self, auto&& v) { v("key", self.key), v("value", self.value); }
};
struct PartitionSpec {
  std::vector<PartitionValue> values;
  std::vector<Option> options;  // Only in ALTER TABLE ADD PARTITION.
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("values", self.values), v("options", self.options); }
};

enum class StartModeKind {
  FromBeginning,
  FromNow,
  FromTimestamp,
  ResumeOrFromBeginning,
  ResumeOrFromNow,
  ResumeOrFromTimestamp,
};
struct StartMode {
  StartModeKind kind{};
  ExprPtr argument;  // The interval of FromNow, the timestamp of FromTimestamp; or null.
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("kind", self.kind), v("argument", self.argument); }
};
enum class RefreshMode { Full, Continuous };

}  // namespace sluice::ast
