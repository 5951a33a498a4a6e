#pragma once
// What the tests of state share: an Env whose background work runs when the test says so, reference kernels, and a
// batch of keys.
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "runtime/abi/batch.h"
#include "runtime/state/state_memory.h"
#include "runtime/state/task_state.h"
#include "tests/sim/memory_file_system.h"

namespace sluice::runtime {

class ManualClock final : public Clock {
 public:
  int64_t wall_ms() const override { return wall; }
  int64_t monotonic_ns() const override { return ++ticks; }
  int64_t wall = 1'000'000;
  mutable int64_t ticks = 0;
};

class CountingRandom final : public Random {
 public:
  uint64_t next() override { return state += 0x9e3779b97f4a7c15ULL; }
  uint64_t state = 1;
};

// Background work waits until it is asked for.
class QueueExecutor final : public Executor {
 public:
  void submit(Pool, std::function<void()> work) override { queue.push_back(std::move(work)); }
  uint64_t submit_at(int64_t, std::function<void()> work) override {
    queue.push_back(std::move(work));
    return 0;
  }
  void cancel(uint64_t) override {}
  uint32_t task_threads() const override { return 1; }
  void run_all() {
    while (!queue.empty()) run_one();
  }
  void run_one() {
    auto work = std::move(queue.front());
    queue.pop_front();
    work();
  }
  std::deque<std::function<void()>> queue;
};

struct TestEnv {
  ManualClock clock;
  CountingRandom random;
  QueueExecutor executor;
  sim::MemoryFileSystem files;
  Env env() { return {&clock, &random, &files, &executor, nullptr}; }
};

// Key: BIGINT, STRING. Kernels as simple as can be.
class ReferenceKeys final : public KernelHandle<KeyKernels> {
 public:
  explicit ReferenceKeys(const std::vector<Type>& fields) : layout_(layout_of(fields)) {
    kernels_.self = this;
    kernels_.hash = [](const void*, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                       uint64_t* hashes) {
      for (uint32_t i = 0; i < count; ++i) hashes[i] = hash_of(columns, selection ? selection[i] : i);
    };
    kernels_.equal = [](const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                        const uint8_t* const* slots, uint8_t* equal) {
      auto& layout = static_cast<const ReferenceKeys*>(self)->layout_;
      for (uint32_t i = 0; i < count; ++i) {
        equal[i] = is_equal(layout, columns, selection ? selection[i] : i, slots[i]);
      }
    };
    kernels_.pack = [](const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                       uint8_t* const* slots, StateHeap* heap) {
      auto& layout = static_cast<const ReferenceKeys*>(self)->layout_;
      for (uint32_t i = 0; i < count; ++i) pack(layout, columns, selection ? selection[i] : i, slots[i], heap);
    };
    swap_in(&kernels_);
  }

  static uint64_t hash_of(const ColumnView* columns, uint32_t row) {
    uint64_t hash =
        hash_field(kKeyHashSeed, static_cast<uint64_t>(static_cast<const int64_t*>(columns[0].values)[row]));
    if (!is_valid(columns[1].validity, row)) return hash_null(hash);
    const StringView& text = static_cast<const StringView*>(columns[1].values)[row];
    return hash_bytes(hash, text.data(), text.size());
  }

 private:
  static bool is_equal(const StateRowLayout& layout, const ColumnView* columns, uint32_t row, const uint8_t* slot) {
    int64_t number = 0;
    std::memcpy(&number, slot + layout.fields[0].offset, 8);
    if (number != static_cast<const int64_t*>(columns[0].values)[row]) return false;
    bool is_null = (slot[0] & 2) != 0;
    if (is_null || !is_valid(columns[1].validity, row)) return is_null == !is_valid(columns[1].validity, row);
    StringView text;
    std::memcpy(&text, slot + layout.fields[1].offset, 16);
    return text == static_cast<const StringView*>(columns[1].values)[row];
  }
  static void pack(const StateRowLayout& layout, const ColumnView* columns, uint32_t row, uint8_t* slot,
                   StateHeap* heap) {
    std::memcpy(slot + layout.fields[0].offset, static_cast<const int64_t*>(columns[0].values) + row, 8);
    if (!is_valid(columns[1].validity, row)) {
      slot[0] |= 2;
      return;
    }
    store_string(slot + layout.fields[1].offset, static_cast<const StringView*>(columns[1].values)[row].view(), heap);
  }

 public:
  static void store_string(uint8_t* at, std::string_view text, StateHeap* heap) {
    StringView view(text);
    if (!view.is_inline()) {
      char* copy = heap->allocate(heap, view.size());
      std::memcpy(copy, text.data(), text.size());
      view = StringView(copy, view.size());
    }
    std::memcpy(at, &view, 16);
  }
  static void release_string(uint8_t* at, StateHeap* heap) {
    StringView view;
    std::memcpy(&view, at, 16);
    if (!view.is_inline()) heap->release(heap, view.data(), view.size());
    std::memset(at, 0, 16);
  }

 private:
  StateRowLayout layout_;
  KeyKernels kernels_;
};

struct Key {
  int64_t number = 0;
  std::string text;
  bool is_null = false;
  auto operator<=>(const Key&) const = default;
};

// Keys as a batch.
class Keys {
 public:
  explicit Keys(const std::vector<Key>& keys) : keys_(keys), validity_(keys.size() / 64 + 1) {
    for (uint32_t i = 0; i < keys.size(); ++i) {
      numbers_.push_back(keys[i].number);
      texts_.emplace_back(keys_[i].is_null ? std::string_view() : std::string_view(keys_[i].text));
      set_valid(validity_.data(), i, !keys[i].is_null);
    }
    auto rows = static_cast<uint32_t>(keys.size());
    columns_[0] = {numbers_.data(), nullptr, nullptr, 0, rows};
    columns_[1] = {texts_.data(), validity_.data(), nullptr, 0, rows};
    for (uint32_t i = 0; i < rows; ++i) hashes_.push_back(ReferenceKeys::hash_of(columns_, i));
  }
  KeyBatch batch() const { return {columns_, nullptr, static_cast<uint32_t>(keys_.size()), hashes_.data()}; }
  uint64_t hash(uint32_t i) const { return hashes_[i]; }
  uint32_t size() const { return static_cast<uint32_t>(keys_.size()); }

 private:
  std::vector<Key> keys_;
  std::vector<int64_t> numbers_;
  std::vector<StringView> texts_;
  std::vector<uint64_t> validity_;
  std::vector<uint64_t> hashes_;
  ColumnView columns_[2];
};

// A table {number, text} -> {sum BIGINT, note STRING}.
inline TableSpec sum_table(int64_t ttl_ms = 0) {
  TableSpec spec;
  spec.name = "sums";
  spec.fields = {Type::bigint().not_null(), Type::string(), Type::bigint().not_null(), Type::string()};
  spec.field_ids = {1, 2, 3, 4};
  spec.key_fields = 2;
  spec.ttl_ms = ttl_ms;
  spec.keys = std::make_shared<ReferenceKeys>(spec.fields);
  return spec;
}

struct Value {
  int64_t sum = 0;
  std::string note;
  auto operator<=>(const Value&) const = default;
};

inline Value read_value(const StateRowLayout& layout, const uint8_t* slot, size_t first = 2) {
  Value value;
  std::memcpy(&value.sum, slot + layout.fields[first].offset, 8);
  StringView note;
  std::memcpy(&note, slot + layout.fields[first + 1].offset, 16);
  value.note = note.view();
  return value;
}
inline void write_value(ValueTable& table, uint8_t* slot, const Value& value, size_t first = 2) {
  std::memcpy(slot + table.layout().fields[first].offset, &value.sum, 8);
  uint8_t* note = slot + table.layout().fields[first + 1].offset;
  ReferenceKeys::release_string(note, table.heap());
  ReferenceKeys::store_string(note, value.note, table.heap());
}
inline Key read_key(const StateRowLayout& layout, const uint8_t* slot) {
  Key key;
  std::memcpy(&key.number, slot + layout.fields[0].offset, 8);
  StringView text;
  std::memcpy(&text, slot + layout.fields[1].offset, 16);
  key.text = text.view();
  key.is_null = (slot[0] & 2) != 0;
  return key;
}

}  // namespace sluice::runtime
