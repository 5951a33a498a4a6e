#pragma once
// Where evicted rows of a task are until they are needed again. Not durable: it is emptied when the task starts. A
// task's thread reads it and may wait for the disk.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/env/env.h"
#include "base/result.h"
#include "runtime/state/row_codec.h"

namespace sluice::runtime {

class SpillStore {
 public:
  virtual ~SpillStore() = default;

  // A row of the table (an id unique in the task) with its flags; visible to `fetch` at once.
  virtual void put(uint64_t table, const RowCodec& codec, const uint8_t* row, int64_t written_ms, uint8_t flags) = 0;
  // After some puts and erases. Returns their failures, too.
  virtual Status flush() = 0;
  // For every of the rows, of which only the key is there, that the store holds: found(i, payload, flags). The payload
  // is that of a Put record.
  using Found = std::function<void(uint32_t i, const char* payload, uint8_t flags)>;
  virtual Status fetch(uint64_t table, const RowCodec& codec, const uint8_t* const* rows, uint32_t count,
                       const Found& found) = 0;
  virtual void erase(uint64_t table, const RowCodec& codec, const uint8_t* row) = 0;
  // All rows in an order of their keys, also those that have been loaded again since.
  using Visit = std::function<void(uint64_t hash, const char* payload, uint8_t flags)>;
  virtual Status for_each(uint64_t table, const Visit& visit) = 0;
  virtual void drop(uint64_t table) = 0;
};

class StateMemory;

// A RocksDB in `directory`, which is emptied. Its caches and memtables are a share of the budget, by the number of
// users of `memory`, and are accounted to it. It is opened by the first put: most jobs never spill.
std::unique_ptr<SpillStore> make_spill_store(Env env, std::string directory, StateMemory& memory);
Result<std::unique_ptr<SpillStore>> open_spill_store(Env env, const std::string& directory, StateMemory& memory);

}  // namespace sluice::runtime
