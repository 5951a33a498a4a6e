#pragma once
// Keyed state as operators see it. The authoritative copy of hot state is in memory; a table is touched by its task's
// thread only. Slots are stable until the current call into the operator is done, what it does after Progress::Pending
// included (eviction happens between calls).
//
// Writing rule: announce a slot by `touch` before its bytes are changed. The table notes it as dirty for the next
// checkpoint, and saves its old bytes when a checkpoint that is still being written has frozen it.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/column_abi.h"
#include "base/result.h"
#include "runtime/abi/code_provider.h"
#include "runtime/abi/kernels.h"
#include "runtime/abi/state_row.h"

namespace sluice::runtime {

// Rows of a batch that are looked up: see kernels.h for `columns` and `selection`.
struct KeyBatch {
  const ColumnView* columns = nullptr;
  const uint32_t* selection = nullptr;
  uint32_t count = 0;
  const uint64_t* hashes = nullptr;  // KeyKernels::hash of the selected rows.
};

struct TableSpec {
  std::string name;                      // Unique within the operator: "accumulators".
  std::vector<Type> fields;              // Key fields first.
  std::vector<uint32_t> field_ids;       // Of all fields; restore matches by them.
  std::vector<std::string> field_names;  // Of all fields, for savepoints and state export; may be empty.
  uint32_t key_fields = 0;
  int64_t ttl_ms = 0;          // 0: kept for ever. Renewed by touch.
  KernelRef<KeyKernels> keys;  // Over StateRowLayout layout_of(fields).
};

// One packed row per key.
class ValueTable {
 public:
  virtual ~ValueTable() = default;
  virtual const StateRowLayout& layout() const = 0;
  virtual StateHeap* heap() = 0;

  // slots[i] is the row of the i-th key. A missing one is made, with its key packed, all other bytes zero, and noted as
  // touched; inserted[i] tells. Equal keys of one call share the slot, the first one counts as inserted.
  virtual Status find_or_insert(const KeyBatch& keys, uint8_t** slots, uint8_t* inserted) = 0;
  // slots[i] is null where the key is missing.
  virtual Status find(const KeyBatch& keys, uint8_t** slots) = 0;
  virtual void touch(uint8_t* const* slots, uint32_t count) = 0;
  // Releases the row's long strings as well. Slots of other rows stay valid.
  virtual void erase(uint8_t* slot) = 0;
  virtual uint64_t size() const = 0;
  // All rows, in an order that depends only on the history of calls. `visit` must not change the table.
  virtual Status for_each(const std::function<void(uint8_t* slot)>& visit) = 0;
};

// Per group an ordered multiset of byte strings in the order-preserving encoding, each with a count: MIN and MAX over
// retracting input, Top-N. `group` is the key's canonical bytes, `hash` its key hash.
class OrderedTable {
 public:
  virtual ~OrderedTable() = default;
  // Adds `delta` to the count and returns the new one; an element whose count is 0 is gone.
  virtual Result<int64_t> add(std::string_view group, uint64_t hash, std::string_view element, int64_t delta) = 0;
  virtual Result<int64_t> count(std::string_view group, uint64_t hash, std::string_view element) = 0;
  // False when the group is empty.
  virtual Result<bool> first(std::string_view group, uint64_t hash, std::string& element) = 0;
  virtual Result<bool> last(std::string_view group, uint64_t hash, std::string& element) = 0;
  virtual Status erase_group(std::string_view group, uint64_t hash) = 0;
};

// Windows keep one table per slice and drop it whole.
class SliceTables {
 public:
  virtual ~SliceTables() = default;
  virtual Result<ValueTable*> slice(int64_t slice_end_ms) = 0;  // Made when missing.
  virtual ValueTable* find_slice(int64_t slice_end_ms) = 0;
  virtual void drop(int64_t slice_end_ms) = 0;
  virtual std::vector<int64_t> slice_ends() const = 0;  // Ascending.
};

// Operator list state: not keyed, redistributed as a whole on rescale (all subtasks see all entries of the checkpoint
// and keep what is theirs). Used for split offsets and the like; written anew at every barrier.
class ListState {
 public:
  virtual ~ListState() = default;
  virtual const std::vector<std::string>& restored() const = 0;
  virtual void set(std::vector<std::string> entries) = 0;
};

// The state of one operator on one subtask. The names are those of the JobGraph's state tables.
class OperatorState {
 public:
  virtual ~OperatorState() = default;
  virtual Result<ValueTable*> value_table(const TableSpec& spec) = 0;
  virtual Result<OrderedTable*> ordered_table(const std::string& name) = 0;
  virtual Result<SliceTables*> slice_tables(const TableSpec& spec) = 0;
  virtual Result<ListState*> list_state(const std::string& name) = 0;
};

}  // namespace sluice::runtime
