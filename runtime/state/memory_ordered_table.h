#pragma once
// An ordered table: per group a balanced tree over its elements. Elements are rows of RowPages, so that dirty lists and
// freezing work as in value tables.
//
// All of it stays in memory: ordered tables are not evicted.
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/state/ordered_codec.h"
#include "runtime/state/row_pages.h"
#include "runtime/state/slot_list.h"
#include "runtime/state/state_tables.h"
#include "runtime/state/string_heap.h"
#include "runtime/state/table_context.h"

namespace sluice::runtime {

class MemoryOrderedTable final : public OrderedTable, public StateTable {
 public:
  MemoryOrderedTable(TableContext& context, std::string uid, std::string name, uint32_t table);
  ~MemoryOrderedTable() override;

  Result<int64_t> add(std::string_view group, uint64_t hash, std::string_view element, int64_t delta) override;
  Result<int64_t> count(std::string_view group, uint64_t hash, std::string_view element) override;
  Result<bool> first(std::string_view group, uint64_t hash, std::string& element) override;
  Result<bool> last(std::string_view group, uint64_t hash, std::string& element) override;
  Status erase_group(std::string_view group, uint64_t hash) override;

  SegmentTable description() const override;
  void freeze() override;
  bool pack_some(const WorkBudget& budget) override;
  Status restore(const RestoredBlock& block) override;
  void restore_drop(const SegmentDrop& drop, KeyGroupRange groups) override;
  uint64_t entries() const override { return entries_; }

 private:
  struct Group;
  struct Element {  // The bytes of a row.
    const Group* group = nullptr;
    const char* bytes = nullptr;
    uint64_t size = 0;
    int64_t count = 0;
    std::string_view view() const { return {bytes, size}; }
  };
  static Element& element_of(uint8_t* row) { return *reinterpret_cast<Element*>(row); }
  using Tree = std::map<std::string_view, uint8_t*>;
  struct Group {
    std::string key;
    uint64_t hash = 0;
    Tree elements;
  };

  Group* find_group(std::string_view key);
  Group* make_group(std::string_view key, uint64_t hash);
  void account_group(int64_t groups);
  void drop_group(const Group& group);
  uint8_t* insert(Group& group, std::string_view element);
  void note_change(uint8_t* row);
  void pack(uint8_t* row, RecordAppender& out);
  void note_erased(uint8_t* row);
  void release(uint8_t* row);
  void restore_record(const RecordHeader& record);

  TableContext& context_;
  std::string uid_;
  std::string name_;
  RowPages pages_;
  StringHeap heap_;
  // Looked up only, never walked.
  std::unordered_map<std::string_view, std::unique_ptr<Group>> groups_;
  uint64_t entries_ = 0;
  int64_t tree_bytes_ = 0;
  RecordAppender current_;
  RecordAppender frozen_out_;
  SlotList dirty_;
  SlotList frozen_;
  size_t frozen_next_ = 0;
};

}  // namespace sluice::runtime
