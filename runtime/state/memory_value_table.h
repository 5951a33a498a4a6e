#pragma once
// A value table: rows in pages, found by a hash index; changes since the last barrier in a dirty list.
//
// A row is clean, modified (in the dirty list of the current epoch), or frozen (modified before the barrier, not packed
// yet). A frozen row is packed when its turn comes or just before its next change, whichever is first: packing copies
// all bytes, strings included, so nothing of the old version has to be kept.
#include <functional>
#include <memory>
#include <vector>

#include "runtime/state/hash_index.h"
#include "runtime/state/row_codec.h"
#include "runtime/state/row_converter.h"
#include "runtime/state/row_pages.h"
#include "runtime/state/slot_list.h"
#include "runtime/state/state_tables.h"
#include "runtime/state/string_heap.h"
#include "runtime/state/table_context.h"

namespace sluice::runtime {

class MemoryValueTable final : public ValueTable, public StateTable {
 public:
  // `table` is the number by which segments know it, `kind` Value or Slices.
  struct Identity {
    std::string uid;
    uint32_t table = 0;
    SegmentTableKind kind = SegmentTableKind::Value;
    int64_t slice_end_ms = 0;
  };
  MemoryValueTable(TableContext& context, const TableSpec& spec, Identity identity);
  ~MemoryValueTable() override;

  const StateRowLayout& layout() const override { return codec_->layout(); }
  StateHeap* heap() override { return &heap_; }
  Status find_or_insert(const KeyBatch& keys, uint8_t** slots, uint8_t* inserted) override;
  Status find(const KeyBatch& keys, uint8_t** slots) override;
  void touch(uint8_t* const* slots, uint32_t count) override;
  void erase(uint8_t* slot) override;
  uint64_t size() const override;
  Status for_each(const std::function<void(uint8_t* slot)>& visit) override;

  SegmentTable description() const override;
  void freeze() override;
  bool pack_some(const WorkBudget& budget) override;
  void expect(uint64_t rows) override { make_room(rows); }
  Status restore(const RestoredBlock& block) override;
  void restore_drop(const SegmentDrop& drop, KeyGroupRange groups) override;
  Status maintain(const WorkBudget& budget) override;
  uint64_t entries() const override { return size(); }

  uint64_t rows_in_memory() const { return index_.size(); }
  // Of a slice that is dropped: nothing that was noted since the last barrier counts. Frozen rows are still packed.
  void forget_current();
  bool may_be_persisted() const { return may_be_persisted_; }
  bool is_packed() const { return frozen_.empty(); }

 private:
  static constexpr uint32_t kChunkKeys = 1024;
  struct Lookup;  // Scratch memory of one call.

  Status lookup(const KeyBatch& keys, bool inserts, uint8_t** slots, uint8_t* inserted);
  Status lookup_chunk(const KeyBatch& keys, bool inserts, uint8_t** slots, uint8_t* inserted);
  void probe(const KeyBatch& keys, bool inserts, uint8_t** slots, uint8_t* inserted);
  void pack_keys(const KeyBatch& keys, const std::vector<uint32_t>& indexes, uint8_t** slots);
  void compare(const KeyBatch& keys, uint8_t** slots);
  void expire(const KeyBatch& keys, bool inserts, uint8_t** slots, uint8_t* inserted);
  Status load_spilled(uint8_t** slots, uint8_t* inserted, bool inserts, uint32_t count);
  Status load_all_spilled();
  void prefetch_row(const uint8_t* row) const;
  bool is_expired(uint8_t* row) const { return spec_.ttl_ms > 0 && written_ms_of(row) + spec_.ttl_ms <= now_ms_; }
  void read_clock() {
    if (spec_.ttl_ms > 0) now_ms_ = context_.env.clock->wall_ms();
  }

  void make_room(uint64_t rows);
  void note_change(uint8_t* row);
  void pack(uint8_t* row, RecordAppender& out);
  void remove(uint8_t* row);

  void restore_records(const RecordHeader* const* records, size_t count);
  void restore_record(const RecordHeader& record, uint64_t position);

  Status evict();
  void evict_row(uint8_t* row);
  void sweep(const WorkBudget& budget);

  TableContext& context_;
  const TableSpec spec_;
  const Identity identity_;
  std::shared_ptr<const RowCodec> codec_;
  RowPages pages_;
  StringHeap heap_;
  HashIndex index_;
  RecordAppender current_;
  RecordAppender frozen_out_;
  SlotList dirty_;
  SlotList frozen_;
  size_t frozen_next_ = 0;
  bool may_be_persisted_ = false;
  uint64_t spilled_rows_ = 0;  // In the spill store and not in memory.
  int64_t now_ms_ = 0;
  size_t evict_page_ = 0;
  uint64_t allocated_before_ = 0;
  uint64_t rows_needed_ = 0;  // Between two calls of maintain, lately.
  size_t sweep_page_ = 0;
  int64_t sweep_again_ms_ = 0;
  std::unique_ptr<Lookup> scratch_;
  std::unique_ptr<RowConverter> converter_;
  SegmentTable converted_from_;
};

}  // namespace sluice::runtime
