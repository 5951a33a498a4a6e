#pragma once
// State tables in fifty lines each: what operators are tested against when the real tables are not the subject. Slots
// are poisoned when they are erased, and a write without `touch` is found by comparing bytes between calls.
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/state/state_tables.h"

namespace sluice::runtime {

// Leaks nothing and reuses nothing, so that a dangling string is found by the address sanitizer.
struct ReferenceHeap {
  StateHeap interface;
  std::map<const char*, uint32_t> live;

  ReferenceHeap() {
    interface.allocate = [](StateHeap* self, uint32_t size) {
      auto* heap = reinterpret_cast<ReferenceHeap*>(self);
      char* bytes = new char[size];
      heap->live[bytes] = size;
      return bytes;
    };
    interface.release = [](StateHeap* self, const char* data, uint32_t size) {
      auto* heap = reinterpret_cast<ReferenceHeap*>(self);
      EXPECT_EQ(heap->live.at(data), size);
      heap->live.erase(data);
      delete[] data;
    };
  }
  ReferenceHeap(const ReferenceHeap&) = delete;
  ~ReferenceHeap() {
    for (auto& [data, size] : live) delete[] data;
  }
};

class ReferenceValueTable final : public ValueTable {
 public:
  // `visited` counts the rows that for_each shows.
  explicit ReferenceValueTable(TableSpec spec, uint64_t* visited = nullptr)
      : spec_(std::move(spec)), layout_(layout_of(spec_.fields)), visited_(visited) {}

  const StateRowLayout& layout() const override { return layout_; }
  StateHeap* heap() override { return &heap_.interface; }
  Status find_or_insert(const KeyBatch& keys, uint8_t** slots, uint8_t* inserted) override {
    const KeyKernels& kernels = spec_.keys->current();
    for (uint32_t i = 0; i < keys.count; ++i) {
      uint32_t row = keys.selection == nullptr ? i : keys.selection[i];
      slots[i] = find_one(keys, i);
      inserted[i] = slots[i] == nullptr;
      if (slots[i] != nullptr) continue;
      rows_.push_back({keys.hashes[i], std::make_unique<uint64_t[]>(layout_.size / 8)});
      slots[i] = reinterpret_cast<uint8_t*>(rows_.back().bytes.get());
      kernels.pack(kernels.self, keys.columns, &row, 1, &slots[i], heap());
    }
    return Done{};
  }
  Status find(const KeyBatch& keys, uint8_t** slots) override {
    for (uint32_t i = 0; i < keys.count; ++i) slots[i] = find_one(keys, i);
    return Done{};
  }
  void touch(uint8_t* const*, uint32_t) override {}
  void erase(uint8_t* slot) override {
    for (const StateRowLayout::Field& field : layout_.fields) {
      if (!field.is_blob && field.type.physical() != Physical::String) continue;
      StringView text;
      std::memcpy(static_cast<void*>(&text), slot + field.offset, sizeof(text));
      if (!text.is_inline()) heap()->release(heap(), text.data_, text.size());
    }
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (reinterpret_cast<uint8_t*>(rows_[i].bytes.get()) != slot) continue;
      std::memset(slot, 0xee, layout_.size);
      graveyard_.push_back(std::move(rows_[i].bytes));
      rows_.erase(rows_.begin() + static_cast<int64_t>(i));
      return;
    }
    ADD_FAILURE() << "erased a slot that is not in the table";
  }
  uint64_t size() const override { return rows_.size(); }
  Status for_each(const std::function<void(uint8_t*)>& visit) override {
    if (visited_ != nullptr) *visited_ += rows_.size();
    for (auto& row : rows_) visit(reinterpret_cast<uint8_t*>(row.bytes.get()));
    return Done{};
  }

 private:
  struct Row {
    uint64_t hash;
    std::unique_ptr<uint64_t[]> bytes;
  };
  uint8_t* find_one(const KeyBatch& keys, uint32_t i) {
    const KeyKernels& kernels = spec_.keys->current();
    uint32_t row = keys.selection == nullptr ? i : keys.selection[i];
    for (auto& candidate : rows_) {
      if (candidate.hash != keys.hashes[i]) continue;
      auto* slot = reinterpret_cast<uint8_t*>(candidate.bytes.get());
      uint8_t equal = 0;
      kernels.equal(kernels.self, keys.columns, &row, 1, &slot, &equal);
      if (equal != 0) return slot;
    }
    return nullptr;
  }

  TableSpec spec_;
  StateRowLayout layout_;
  uint64_t* visited_;
  ReferenceHeap heap_;
  std::vector<Row> rows_;
  std::vector<std::unique_ptr<uint64_t[]>> graveyard_;
};

class ReferenceOrderedTable final : public OrderedTable {
 public:
  Result<int64_t> add(std::string_view group, uint64_t, std::string_view element, int64_t delta) override {
    auto& elements = groups_[std::string(group)];
    int64_t count = elements[std::string(element)] += delta;
    if (count == 0) elements.erase(std::string(element));
    return count;
  }
  Result<int64_t> count(std::string_view group, uint64_t, std::string_view element) override {
    auto& elements = groups_[std::string(group)];
    auto found = elements.find(std::string(element));
    return found == elements.end() ? 0 : found->second;
  }
  Result<bool> first(std::string_view group, uint64_t, std::string& element) override {
    auto& elements = groups_[std::string(group)];
    if (elements.empty()) return false;
    element = elements.begin()->first;
    return true;
  }
  Result<bool> last(std::string_view group, uint64_t, std::string& element) override {
    auto& elements = groups_[std::string(group)];
    if (elements.empty()) return false;
    element = elements.rbegin()->first;
    return true;
  }
  Status erase_group(std::string_view group, uint64_t) override {
    groups_.erase(std::string(group));
    return Done{};
  }

 private:
  std::map<std::string, std::map<std::string, int64_t>> groups_;
};

class ReferenceSliceTables final : public SliceTables {
 public:
  ReferenceSliceTables(TableSpec spec, uint64_t* visited) : spec_(std::move(spec)), visited_(visited) {}
  Result<ValueTable*> slice(int64_t end) override {
    auto& table = slices_[end];
    if (!table) table = std::make_unique<ReferenceValueTable>(spec_, visited_);
    return table.get();
  }
  ValueTable* find_slice(int64_t end) override {
    auto found = slices_.find(end);
    return found == slices_.end() ? nullptr : found->second.get();
  }
  void drop(int64_t end) override { slices_.erase(end); }
  std::vector<int64_t> slice_ends() const override {
    std::vector<int64_t> ends;
    for (auto& [end, table] : slices_) ends.push_back(end);
    return ends;
  }

 private:
  TableSpec spec_;
  uint64_t* visited_;
  std::map<int64_t, std::unique_ptr<ReferenceValueTable>> slices_;
};

class ReferenceListState final : public ListState {
 public:
  const std::vector<std::string>& restored() const override { return restored_; }
  void set(std::vector<std::string> entries) override { entries_ = std::move(entries); }

 private:
  std::vector<std::string> restored_, entries_;
};

class ReferenceState final : public OperatorState {
 public:
  Result<ValueTable*> value_table(const TableSpec& spec) override {
    EXPECT_EQ(spec.fields.size(), spec.field_ids.size());
    auto& table = values_[spec.name];
    EXPECT_EQ(table, nullptr) << spec.name;
    table = std::make_unique<ReferenceValueTable>(spec);
    return table.get();
  }
  Result<OrderedTable*> ordered_table(const std::string& name) override {
    auto& table = ordered_[name];
    if (!table) table = std::make_unique<ReferenceOrderedTable>();
    return table.get();
  }
  Result<SliceTables*> slice_tables(const TableSpec& spec) override {
    auto& tables = slices_[spec.name];
    if (!tables) tables = std::make_unique<ReferenceSliceTables>(spec, &rows_visited_);
    return tables.get();
  }
  Result<ListState*> list_state(const std::string& name) override { return &lists_[name]; }
  uint64_t rows(const std::string& table) { return values_.at(table)->size(); }
  uint64_t rows_visited_in_slices() const { return rows_visited_; }

 private:
  uint64_t rows_visited_ = 0;
  std::map<std::string, std::unique_ptr<ReferenceValueTable>> values_;
  std::map<std::string, std::unique_ptr<ReferenceOrderedTable>> ordered_;
  std::map<std::string, std::unique_ptr<ReferenceSliceTables>> slices_;
  std::map<std::string, ReferenceListState> lists_;
};

}  // namespace sluice::runtime
