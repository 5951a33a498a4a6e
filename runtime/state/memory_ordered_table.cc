#include "runtime/state/memory_ordered_table.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "runtime/checkpoint/segment_reader.h"

namespace sluice::runtime {
namespace {

constexpr size_t kRowsPerLookAtClock = 128;
// What the nodes of the trees and of the map of groups cost, about.
constexpr int64_t kNodeBytes = 64;
constexpr int64_t kGroupBytes = 192;

}  // namespace

MemoryOrderedTable::MemoryOrderedTable(TableContext& context, std::string uid, std::string name, uint32_t table)
    : context_(context),
      uid_(std::move(uid)),
      name_(std::move(name)),
      pages_(*context.memory, sizeof(Element), false),
      heap_(*context.memory) {
  current_ = RecordAppender(context.stream, {context.next_owner++, table, 0, std::make_shared<OrderedKeys>()});
}

MemoryOrderedTable::~MemoryOrderedTable() { context_.memory->account(-tree_bytes_); }

MemoryOrderedTable::Group* MemoryOrderedTable::find_group(std::string_view key) {
  auto found = groups_.find(key);
  return found == groups_.end() ? nullptr : found->second.get();
}

void MemoryOrderedTable::account_group(int64_t groups) {
  tree_bytes_ += groups * kGroupBytes;
  context_.memory->account(groups * kGroupBytes);
}

MemoryOrderedTable::Group* MemoryOrderedTable::make_group(std::string_view key, uint64_t hash) {
  auto made = std::make_unique<Group>(Group{std::string(key), hash, {}});
  Group* group = made.get();
  groups_.emplace(group->key, std::move(made));
  account_group(1);
  return group;
}

void MemoryOrderedTable::drop_group(const Group& group) {
  account_group(-1);
  groups_.erase(groups_.find(group.key));
}

uint8_t* MemoryOrderedTable::insert(Group& group, std::string_view element) {
  uint8_t* row = pages_.allocate(group.hash);
  auto size = static_cast<uint32_t>(element.size());
  char* bytes = size == 0 ? nullptr : heap_.allocate(&heap_, size);
  if (size != 0) std::memcpy(bytes, element.data(), size);
  element_of(row) = {&group, bytes, size, 0};
  group.elements.emplace(element_of(row).view(), row);
  ++entries_;
  tree_bytes_ += kNodeBytes;
  context_.memory->account(kNodeBytes);
  return row;
}

Result<int64_t> MemoryOrderedTable::add(std::string_view key, uint64_t hash, std::string_view element, int64_t delta) {
  Group* group = find_group(key);
  if (group == nullptr) group = make_group(key, hash);
  auto found = group->elements.find(element);
  uint8_t* row = found == group->elements.end() ? insert(*group, element) : found->second;
  note_change(row);
  int64_t count = element_of(row).count += delta;
  if (count != 0) return count;
  note_erased(row);
  group->elements.erase(element_of(row).view());
  release(row);
  if (group->elements.empty()) drop_group(*group);
  return count;
}

Result<int64_t> MemoryOrderedTable::count(std::string_view key, uint64_t, std::string_view element) {
  Group* group = find_group(key);
  if (group == nullptr) return int64_t{0};
  auto found = group->elements.find(element);
  return found == group->elements.end() ? int64_t{0} : element_of(found->second).count;
}

Result<bool> MemoryOrderedTable::first(std::string_view key, uint64_t, std::string& element) {
  Group* group = find_group(key);
  if (group == nullptr) return false;
  element = group->elements.begin()->first;
  return true;
}

Result<bool> MemoryOrderedTable::last(std::string_view key, uint64_t, std::string& element) {
  Group* group = find_group(key);
  if (group == nullptr) return false;
  element = group->elements.rbegin()->first;
  return true;
}

Status MemoryOrderedTable::erase_group(std::string_view key, uint64_t) {
  auto found = groups_.find(key);
  if (found == groups_.end()) return Done{};
  for (auto& [element, row] : found->second->elements) {
    note_change(row);
    note_erased(row);
    release(row);
  }
  drop_group(*found->second);
  return Done{};
}

void MemoryOrderedTable::note_change(uint8_t* row) {
  if (!context_.tracks_changes()) return;
  EntryHeader& header = header_of(row);
  if (header.epoch != context_.epochs.current) {
    bool is_frozen = header.epoch == context_.epochs.frozen && has_flag(header, kEntryModified);
    if (is_frozen) pack(row, frozen_out_);
    header.epoch = context_.epochs.current;
    dirty_.push(row);
  }
  set_flag(header, kEntryModified);
}

void MemoryOrderedTable::pack(uint8_t* row, RecordAppender& out) {
  EntryHeader& header = header_of(row);
  const Element& element = element_of(row);
  OrderedRecord record{element.group->key, element.view(), element.count};
  write(record, out.add(header.hash, RecordKind::Put, bytes_of(record)));
  clear_flag(header, kEntryModified);
  set_flag(header, kEntryPersisted);
}

// After note_change, which has packed a frozen version.
void MemoryOrderedTable::note_erased(uint8_t* row) {
  if (!context_.tracks_changes() || !has_flag(header_of(row), kEntryPersisted)) return;
  const Element& element = element_of(row);
  OrderedRecord record{element.group->key, element.view(), 0};
  write(record, current_.add(header_of(row).hash, RecordKind::Delete, bytes_of(record)));
}

void MemoryOrderedTable::release(uint8_t* row) {
  const Element& element = element_of(row);
  if (element.bytes != nullptr) heap_.release(&heap_, element.bytes, static_cast<uint32_t>(element.size));
  pages_.release(row);
  --entries_;
  tree_bytes_ -= kNodeBytes;
  context_.memory->account(-kNodeBytes);
}

SegmentTable MemoryOrderedTable::description() const {
  return {.uid = uid_, .name = name_, .kind = SegmentTableKind::Ordered};
}

void MemoryOrderedTable::freeze() {
  SLUICE_CHECK(frozen_.empty());
  frozen_ = dirty_.take();
  frozen_next_ = 0;
  RecordOwner owner = current_.owner();
  frozen_out_ = std::move(current_);
  current_ = RecordAppender(context_.stream, std::move(owner));
}

bool MemoryOrderedTable::pack_some(const WorkBudget& budget) {
  size_t size = frozen_.size();
  while (frozen_next_ < size) {
    size_t end = std::min(size, frozen_next_ + kRowsPerLookAtClock);
    for (; frozen_next_ < end; ++frozen_next_) {
      uint8_t* row = frozen_[frozen_next_];
      EntryHeader& header = header_of(row);
      bool is_frozen = header.epoch == context_.epochs.frozen && has_flag(header, kEntryModified);
      if (!is_frozen) continue;
      pack(row, frozen_out_);
      header.epoch = 0;
    }
    if (frozen_next_ < size && (budget.is_spent() || frozen_out_.stream()->is_behind())) return false;
  }
  frozen_.clear();
  frozen_out_.flush();
  return true;
}

Status MemoryOrderedTable::restore(const RestoredBlock& block) {
  bool is_whole = for_each_record(block.bytes, [&](const RecordHeader& record) {
    if (block.groups.contains(key_group_of(record.hash, context_.max_parallelism))) restore_record(record);
  });
  if (is_whole) return Done{};
  return fail(ErrorCode::CorruptCheckpoint, "malformed record of table `{}`", name_);
}

void MemoryOrderedTable::restore_record(const RecordHeader& header) {
  OrderedRecord record = read_ordered(header);
  Group* group = find_group(record.group);
  if (header.kind == RecordKind::Delete) {
    if (group == nullptr) return;
    auto found = group->elements.find(record.element);
    if (found == group->elements.end()) return;
    uint8_t* row = found->second;
    group->elements.erase(found);
    release(row);
    if (group->elements.empty()) drop_group(*group);
    return;
  }
  if (group == nullptr) group = make_group(record.group, header.hash);
  auto found = group->elements.find(record.element);
  uint8_t* row = found == group->elements.end() ? insert(*group, record.element) : found->second;
  element_of(row).count = record.count;
  if (context_.restored_is_modified) {
    note_change(row);
  } else {
    set_flag(header_of(row), kEntryPersisted);
  }
}

void MemoryOrderedTable::restore_drop(const SegmentDrop&, KeyGroupRange groups) {
  std::erase_if(groups_, [&](auto& entry) {
    Group& group = *entry.second;
    if (!groups.contains(key_group_of(group.hash, context_.max_parallelism))) return false;
    for (auto& [element, row] : group.elements) release(row);
    account_group(-1);
    return true;
  });
}

}  // namespace sluice::runtime
