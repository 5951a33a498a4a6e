#pragma once
// The JobGraph: what is stored, diffed, shipped, explained and restarted from. Plain structs; codec.h turns them into
// the protobuf of jobgraph.proto and back. Independent of parallelism; secrets are references only.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/large_variant.h"
#include "base/row_kind.h"
#include "catalog/expr/expr.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice::jobgraph {

// A copy of a catalog object as it was when the job was compiled. Drop and create gives a new id.
struct TableRef {
  std::string id;
  uint64_t version = 1;
  std::string path;   // `catalog`.`database`.`table`, without quotes: "default_catalog.default_database.bids"
  RowSchema columns;  // Physical columns, then metadata columns that are read or written.
  std::vector<std::string> metadata_keys;      // Of the metadata columns, in order.
  std::vector<uint32_t> primary_key;           // Positions in `columns`.
  std::vector<uint32_t> partition_keys;        // Positions in `columns`.
  std::map<std::string, std::string> options;  // The WITH clause after hints, `connector` included.
  bool operator==(const TableRef&) const = default;
};

// The way from a table's column to a nested field: {2} is column 2, {2, 0} its field 0.
using FieldPath = std::vector<uint32_t>;

// Where a table's watermark comes from. Computed by the source per split, over all rows before pushed filters.
struct Watermark {
  Expr expression;              // Over the source's output; NULL leaves the watermark where it is.
  bool per_event = false;       // scan.watermark.emit.strategy = on-event
  int64_t interval_ms = 200;    // pipeline.auto-watermark-interval, for on-periodic
  int64_t idle_timeout_ms = 0;  // 0: a split is never idle
  bool operator==(const Watermark&) const = default;
};

// Reads a table. Output column i is the value at paths[i]; a field below a NULL row is NULL.
struct Source {
  TableRef table;
  std::vector<FieldPath> paths;
  // Predicates over the output that the connector said it takes; rows that fail them never leave the source.
  std::vector<Expr> pushed_filters;
  std::optional<Watermark> watermark;
  ChangelogMode changelog = ChangelogMode::insert_only();
  bool operator==(const Source&) const = default;
};

// VALUES: the rows themselves. Emitted once, by subtask 0.
struct Values {
  std::vector<ValueList> rows;
  bool operator==(const Values&) const = default;
};

struct Calc {
  std::vector<Expr> condition;    // Empty, or one BOOLEAN; rows pass when it is TRUE.
  std::vector<Expr> projections;  // A bare ColumnRef is passed through.
  bool operator==(const Calc&) const = default;
};

// Rows of all inputs in one stream.
struct Union {
  bool operator==(const Union&) const = default;
};

// Sends Flush every `interval_ms` of processing time.
struct MiniBatchAssigner {
  int64_t interval_ms = 0;
  bool operator==(const MiniBatchAssigner&) const = default;
};

// table.exec.mini-batch.*; absent: row at a time.
struct MiniBatch {
  uint64_t rows_max = 0;
  bool operator==(const MiniBatch&) const = default;
};

struct AggregateCall {
  std::string function;  // COUNT, SUM, $SUM0, AVG, MIN, MAX
  uint32_t version = 1;
  std::vector<uint32_t> arguments;
  std::vector<Type> argument_types;  // Also where `arguments` no longer exist, as in the global phase.
  int32_t filter = -1;               // BOOLEAN column, or -1
  bool distinct = false;
  bool retracts = false;
  Type result;
  bool operator==(const AggregateCall&) const = default;
};

enum class AggregatePhase : uint8_t {
  Single,
  Local,   // Output: keys, then the accumulator columns of every call, then the row count when the input retracts.
  Global,  // Input: as Local writes it.
};

// Unbounded GROUP BY. Without keys: one group, on one subtask, whose row exists only once input arrived.
struct GroupAggregate {
  std::vector<uint32_t> keys;
  std::vector<AggregateCall> calls;
  AggregatePhase phase = AggregatePhase::Single;
  bool input_retracts = false;
  bool sends_update_before = true;
  std::optional<MiniBatch> mini_batch;  // Always for Local and Global.
  int64_t ttl_ms = 0;
  // Single with mini-batch, for calls whose rows cannot be folded: bundles are bounded as if a local phase came first.
  bool in_place_of_two_phases = false;
  bool operator==(const GroupAggregate&) const = default;
};

// ROW_NUMBER() OVER (PARTITION BY keys ORDER BY time) = 1 on a time attribute. Ascending keeps the first row.
struct Deduplicate {
  std::vector<uint32_t> keys;
  int32_t rowtime = -1;  // Column of the order; -1: processing time, that is, order of arrival.
  bool keeps_last = false;
  bool sends_update_before = true;
  std::optional<MiniBatch> mini_batch;
  int64_t ttl_ms = 0;
  bool omits_insert = false;  // +U also for the first row of a key, where no -U is sent.
  bool compacts = false;      // With rowtime and mini-batch: one change per key and bundle.
  bool operator==(const Deduplicate&) const = default;
};

// Turns an upsert stream (or one with duplicates) into a full changelog per key.
struct ChangelogNormalize {
  std::vector<uint32_t> keys;
  bool sends_update_before = true;
  std::vector<Expr> condition;  // Empty or one: a filter pushed into the operator.
  std::optional<MiniBatch> mini_batch;
  int64_t ttl_ms = 0;
  bool operator==(const ChangelogNormalize&) const = default;
};

struct DropUpdateBefore {
  bool operator==(const DropUpdateBefore&) const = default;
};

struct Window {
  enum class Kind : uint8_t { Tumble, Hop, Cumulate, Session };
  Kind kind = Kind::Tumble;
  uint32_t time = 0;  // Time attribute column of the input.
  bool processing_time = false;
  int64_t size_ms = 0;   // Session: the gap.
  int64_t slide_ms = 0;  // Hop; Cumulate: the step.
  int64_t offset_ms = 0;
  bool operator==(const Window&) const = default;
};

// Output: keys, results of the calls, then window_start, window_end, window_time as `properties` asks.
struct WindowAggregate {
  enum class Property : uint8_t { Start, End, Time };
  Window window;
  std::vector<uint32_t> keys;
  std::vector<AggregateCall> calls;
  AggregatePhase phase = AggregatePhase::Single;  // Local adds the slice end as last column.
  bool input_retracts = false;
  std::vector<Property> properties;
  std::string shift_time_zone;  // Of TIMESTAMP_LTZ time attributes: bounds are wall-clock values there; else empty.
  bool operator==(const WindowAggregate&) const = default;
};

// Keeps the changes per sink key in the order in which the upsert key's rows arrived, where the two keys differ.
struct SinkMaterialize {
  std::vector<uint32_t> sink_keys;
  std::vector<uint32_t> upsert_keys;
  bool input_is_upsert = false;
  int64_t ttl_ms = 0;
  bool operator==(const SinkMaterialize&) const = default;
};

// Writes to a table, or to the client (`connector` = "$collect").
struct Sink {
  TableRef table;
  enum class NotNull : uint8_t { Error, Drop } not_null = NotNull::Error;  // table.exec.sink.not-null-enforcer
  ChangelogMode accepts = ChangelogMode::insert_only();
  // table.exec.sink.type-length-enforcer
  enum class Length : uint8_t { Ignore, TrimPad, Error } length = Length::Ignore;
  int32_t rowtime = -1;
  bool operator==(const Sink&) const = default;
};

struct OperatorKind : std::variant<Source, Values, Calc, Union, MiniBatchAssigner, GroupAggregate, Deduplicate,
                                   ChangelogNormalize, DropUpdateBefore, WindowAggregate, SinkMaterialize, Sink> {
  SLUICE_COPIES_ELSEWHERE(OperatorKind)
};

enum class StateKind : uint8_t { Value, Map, Append, Ordered, Slices, Timers, List };
struct StateField {
  uint32_t id = 0;  // Kept for ever; restore matches by it.
  std::string name;
  Type type;
  bool operator==(const StateField&) const = default;
};
// What an operator keeps, stated so that restore, upgrade and export need not run it.
struct StateTable {
  std::string name;
  StateKind kind = StateKind::Value;
  std::vector<StateField> key;
  std::vector<StateField> value;
  int64_t ttl_ms = 0;
  bool operator==(const StateTable&) const = default;
};

struct Operator {
  uint32_t id = 0;   // Unique in the graph.
  std::string uid;   // Of stateful operators, sources and sinks: digest of the logical operator; stable over upgrades.
  std::string name;  // For people: "GroupAggregate[3]"
  OperatorKind kind;
  std::vector<uint32_t> inputs;  // Operator ids of the same fragment, or of another one over an edge.
  RowSchema output;
  // Traits, for EXPLAIN and for the checker around operators in tests.
  ChangelogMode changelog = ChangelogMode::insert_only();
  std::vector<std::vector<uint32_t>> upsert_keys;
  int32_t rowtime = -1;
  std::vector<StateTable> state;
  bool operator==(const Operator&) const = default;
};

enum class Distribution : uint8_t { Forward, Hash, Gather, Rebalance };

// Between an operator of one fragment and input `input` of an operator of another.
struct Edge {
  uint32_t from = 0;
  uint32_t to = 0;
  uint32_t input = 0;
  Distribution distribution = Distribution::Forward;
  std::vector<uint32_t> hash_columns;  // Of `from`'s output.
  bool operator==(const Edge&) const = default;
};

// Operators that run on one task, inputs before consumers. An operator may have several consumers.
struct Fragment {
  uint32_t id = 0;
  std::vector<Operator> operators;
  uint32_t parallelism_max = 0;  // 0: the job's; 1: gathered.
  bool operator==(const Fragment&) const = default;
};

// A column of a sink comes from a column of a source table.
struct LineageEdge {
  std::string source_table, source_column;
  std::string sink_table, sink_column;
  bool direct = true;
  std::string reason;  // identity, transformation, aggregation; filter, group, window, order, condition
  SourceSpan span;
  bool operator==(const LineageEdge&) const = default;
};

struct JobGraph {
  static constexpr uint32_t kReaderVersion = 1;  // The oldest reader that understands this graph.
  uint32_t reader_version = kReaderVersion;
  std::string name;
  std::vector<Fragment> fragments;
  std::vector<Edge> edges;
  std::map<std::string, std::string> settings;  // Everything that differs from the defaults.
  uint32_t max_parallelism = 128;
  uint32_t key_hash_version = 1;
  std::vector<LineageEdge> lineage;
  std::string sql;  // The statement(s), for people and for spans of row errors.
  bool operator==(const JobGraph&) const = default;
};

}  // namespace sluice::jobgraph
