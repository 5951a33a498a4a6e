#include "runtime/state/memory_slice_tables.h"

#include <utility>

namespace sluice::runtime {

MemorySliceTables::MemorySliceTables(TableContext& context, const TableSpec& spec, std::string uid, uint32_t table)
    : context_(context), spec_(spec), uid_(std::move(uid)), table_(table) {}

std::unique_ptr<MemoryValueTable> MemorySliceTables::make(int64_t slice_end_ms) const {
  return std::make_unique<MemoryValueTable>(
      context_, spec_, MemoryValueTable::Identity{uid_, table_, SegmentTableKind::Slices, slice_end_ms});
}

MemoryValueTable& MemorySliceTables::get(int64_t slice_end_ms) {
  std::unique_ptr<MemoryValueTable>& found = slices_[slice_end_ms];
  if (!found) found = make(slice_end_ms);
  return *found;
}

Result<ValueTable*> MemorySliceTables::slice(int64_t slice_end_ms) { return &get(slice_end_ms); }

ValueTable* MemorySliceTables::find_slice(int64_t slice_end_ms) {
  auto found = slices_.find(slice_end_ms);
  return found == slices_.end() ? nullptr : found->second.get();
}

void MemorySliceTables::drop(int64_t slice_end_ms) {
  auto found = slices_.find(slice_end_ms);
  if (found == slices_.end()) return;
  std::unique_ptr<MemoryValueTable> table = std::move(found->second);
  slices_.erase(found);
  if (!context_.tracks_changes()) return;
  table->forget_current();
  if (!table->may_be_persisted()) return;
  context_.stream->drop({table_, false, slice_end_ms});
  if (!table->is_packed()) dropped_.push_back(std::move(table));
}

std::vector<int64_t> MemorySliceTables::slice_ends() const {
  std::vector<int64_t> ends;
  for (const auto& [end, table] : slices_) ends.push_back(end);
  return ends;
}

SegmentTable MemorySliceTables::description() const { return make(0)->description(); }

void MemorySliceTables::freeze() {
  for (auto& [end, table] : slices_) table->freeze();
}

bool MemorySliceTables::pack_some(const WorkBudget& budget) {
  while (!dropped_.empty()) {
    if (!dropped_.back()->pack_some(budget)) return false;
    dropped_.pop_back();
  }
  for (auto& [end, table] : slices_) {
    if (!table->is_packed() && !table->pack_some(budget)) return false;
  }
  return true;
}

Status MemorySliceTables::restore(const RestoredBlock& block) { return get(block.slice_end_ms).restore(block); }

void MemorySliceTables::restore_drop(const SegmentDrop& drop, KeyGroupRange groups) {
  for (auto slice = slices_.begin(); slice != slices_.end();) {
    if (drop.is_whole_table || slice->first == drop.slice_end_ms) slice->second->restore_drop(drop, groups);
    slice = slice->second->size() == 0 ? slices_.erase(slice) : std::next(slice);
  }
}

Status MemorySliceTables::maintain(const WorkBudget& budget) {
  for (auto& [end, table] : slices_) SLUICE_DO(table->maintain(budget));
  return Done{};
}

uint64_t MemorySliceTables::entries() const {
  uint64_t count = 0;
  for (const auto& [end, table] : slices_) count += table->entries();
  return count;
}

}  // namespace sluice::runtime
