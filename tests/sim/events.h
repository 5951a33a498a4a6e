#pragma once
// The rows of simulated tables: (id BIGINT, k INT, v BIGINT, s STRING, ts TIMESTAMP(3)) with a kind of change, random
// with skewed keys, NULLs, updates and late rows.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/connectors/values/store.h"
#include "tests/sim/sim_env.h"

namespace sluice::sim {

struct Event {
  RowKind kind = RowKind::Insert;
  int64_t id = 0;  // Unique, but kept by the changes of one row.
  std::optional<int64_t> k;
  std::optional<int64_t> v;
  std::optional<std::string> s;
  int64_t ts = 0;        // Unique in a table.
  bool is_late = false;  // Behind the watermark of its own partition, or it may be.
};
runtime::TableChange change_of(const Event& event);

enum class Feed : uint8_t {
  Inserts,       // Of rows, in any partition.
  KeyedInserts,  // All rows of a key in one partition, so that their order is known.
  Changelog,     // Rows come, change and go: +I, -U, +U, -D.
  Upserts,       // The newest row of a key counts: +I, +U, -D, all of a key in one partition.
};

struct TopicSpec {
  std::string name;
  Feed feed = Feed::Inserts;
  bool has_late_rows = false;
  bool has_nulls = true;
  bool is_files = false;  // Lies in files that the job finds when it starts.
};

constexpr int64_t kWatermarkDelayMs = 1000;  // Of the tables' watermark; rows come at most so much out of order.

struct DataShape {
  size_t rows = 200;  // Per topic.
  uint64_t keys = 20;
  size_t partitions = 2;
  bool is_skewed = false;
};

// Per partition, in order.
using Partitions = std::vector<std::vector<Event>>;
using Inputs = std::map<std::string, Partitions>;

Partitions make_events(const TopicSpec& topic, const DataShape& shape, SimRandom& random);

}  // namespace sluice::sim
