#pragma once
// One value table per slice of a window. A slice is dropped whole: its memory goes back at once, and the next snapshot
// says in one word that all records of the slice are void.
#include <map>
#include <memory>
#include <vector>

#include "runtime/state/memory_value_table.h"

namespace sluice::runtime {

class MemorySliceTables final : public SliceTables, public StateTable {
 public:
  MemorySliceTables(TableContext& context, const TableSpec& spec, std::string uid, uint32_t table);

  Result<ValueTable*> slice(int64_t slice_end_ms) override;
  ValueTable* find_slice(int64_t slice_end_ms) override;
  void drop(int64_t slice_end_ms) override;
  std::vector<int64_t> slice_ends() const override;

  SegmentTable description() const override;
  void freeze() override;
  bool pack_some(const WorkBudget& budget) override;
  Status restore(const RestoredBlock& block) override;
  void restore_drop(const SegmentDrop& drop, KeyGroupRange groups) override;
  Status maintain(const WorkBudget& budget) override;
  uint64_t entries() const override;

 private:
  std::unique_ptr<MemoryValueTable> make(int64_t slice_end_ms) const;
  MemoryValueTable& get(int64_t slice_end_ms);

  TableContext& context_;
  TableSpec spec_;
  std::string uid_;
  uint32_t table_;
  std::map<int64_t, std::unique_ptr<MemoryValueTable>> slices_;
  std::vector<std::unique_ptr<MemoryValueTable>> dropped_;  // With frozen rows that must still be packed.
};

}  // namespace sluice::runtime
