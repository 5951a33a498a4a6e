#pragma once
// The records of one table (of one slice) in several segments, as one sorted sequence: of every key the newest version,
// Delete records included.
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/checkpoint/segment_reader.h"
#include "runtime/checkpoint/snapshot_stream.h"
#include "runtime/state/row_converter.h"

namespace sluice::runtime {

// A table that occurs in some of the segments.
struct MergedTable {
  SegmentTable description;  // As the newest of them has it.
  std::set<int64_t> slices;  // {0} for tables without slices.
};
// In the order of their first occurrence. `segments`: oldest first.
std::vector<MergedTable> merged_tables(const std::vector<std::unique_ptr<SegmentReader>>& segments);

class TableMerge {
 public:
  // The segments, oldest first, outlive the merge.
  static Result<std::unique_ptr<TableMerge>> open(const std::vector<std::unique_ptr<SegmentReader>>& segments,
                                                  const SegmentTable& table, int64_t slice_end_ms);
  ~TableMerge();

  // In the layout of `table`; valid until the next call. Null at the end.
  Result<const RecordHeader*> next();

 private:
  class Cursor;
  TableMerge() = default;
  Status open_segment(const SegmentReader& reader, uint32_t number, std::vector<KeyGroupRange> voided);
  Status next_group();
  void drop_superseded();

  SegmentTable table_;
  int64_t slice_end_ms_ = 0;
  std::shared_ptr<const RecordKeys> keys_;
  std::vector<std::unique_ptr<Cursor>> cursors_;  // Oldest first.
  std::vector<size_t> heap_;                      // Cursors that are not at their end; smallest sort_key first.
  // Records of one sort_key: newest first until one per key is left.
  std::vector<std::string> group_;
  size_t group_next_ = 0;
};

// How keys of this table's records are compared.
std::shared_ptr<const RecordKeys> record_keys_of(const SegmentTable& table);

}  // namespace sluice::runtime
