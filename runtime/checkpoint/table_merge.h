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

// What all the segments together drop of earlier ones; `tables` numbers the tables anew.
std::vector<SegmentDrop> merged_drops(const std::vector<std::unique_ptr<SegmentReader>>& segments,
                                      const std::vector<SegmentTable>& tables);

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
  bool is_later(size_t a, size_t b) const;
  size_t take_first();
  Status put_back();
  Status collect_group(size_t first);
  void drop_superseded();

  SegmentTable table_;
  int64_t slice_end_ms_ = 0;
  std::shared_ptr<const RecordKeys> keys_;
  std::vector<std::unique_ptr<Cursor>> cursors_;  // Oldest first.
  std::vector<size_t> heap_;                      // Cursors that are not at their end; smallest sort_key first.
  Cursor* last_ = nullptr;                        // Whose record was handed out; it is the last of the heap then.
  std::string converted_;
  // Several records of one sort_key, one per key.
  std::vector<std::string> group_;
  size_t group_next_ = 0;
};

// How keys of this table's records are compared.
std::shared_ptr<const RecordKeys> record_keys_of(const SegmentTable& table);

}  // namespace sluice::runtime
