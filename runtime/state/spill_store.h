#pragma once
// Where evicted rows of a task are until they are needed again: a table of pages per state table, in one scratch file
// that is made by the first eviction (most jobs never spill) and gone with the process. No part of a checkpoint. A
// task's thread reads it and may wait for the disk.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/env/env.h"
#include "base/result.h"
#include "runtime/state/row_codec.h"
#include "runtime/state/spill_table.h"

namespace sluice::runtime {

class SpillStore {
 public:
  // What it keeps in memory is accounted to `memory`.
  SpillStore(Env env, std::string directory, StateMemory& memory)
      : env_(env), directory_(std::move(directory)), memory_(memory) {}

  // A row of the table (an id unique in the task) with its flags; visible to `fetch` at once.
  void put(uint64_t table, const RowCodec& codec, const uint8_t* row, int64_t written_ms, uint8_t flags);
  void erase(uint64_t table, const RowCodec& codec, const uint8_t* row);
  // Of the puts and erases so far.
  Status status() const;
  // For every of the rows, of which only the key is there, that the store holds: found(i, payload, flags). The payload
  // is that of a Put record.
  using Found = std::function<void(uint32_t i, const char* payload, uint8_t flags)>;
  Status fetch(uint64_t table, const RowCodec& codec, const uint8_t* const* rows, uint32_t count, const Found& found);
  // All rows, also those that have been loaded again since; the order follows from the history of calls.
  using Visit = std::function<void(uint64_t hash, const char* payload, uint8_t flags)>;
  Status for_each(uint64_t table, const Visit& visit);
  void drop(uint64_t table);

 private:
  Status open();
  SpillTable* find_table(uint64_t table);
  void note(Status status);

  Env env_;
  std::string directory_;
  StateMemory& memory_;
  std::unique_ptr<SpillFile> file_;
  std::map<uint64_t, SpillTable> tables_;
  std::optional<Failure> failure_;
};

}  // namespace sluice::runtime
