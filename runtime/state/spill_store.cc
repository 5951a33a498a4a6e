#include "runtime/state/spill_store.h"

namespace sluice::runtime {

Status SpillStore::open() {
  if (file_) return Done{};
  SLUICE_FAULT("spill.open");
  SLUICE_DO(env_.files->create_directories(directory_));
  SLUICE_TRY(std::unique_ptr<ScratchFile> file, create_scratch_file(*env_.files, directory_));
  file_ = std::make_unique<SpillFile>(std::move(file));
  return Done{};
}

void SpillStore::note(Status status) {
  if (!status && !failure_) failure_ = std::move(status).as_failure();
}

Status SpillStore::status() const {
  if (failure_) return *failure_;
  return Done{};
}

SpillTable* SpillStore::find_table(uint64_t table) {
  auto found = tables_.find(table);
  return found == tables_.end() ? nullptr : &found->second;
}

void SpillStore::put(uint64_t table, const RowCodec& codec, const uint8_t* row, int64_t written_ms, uint8_t flags) {
  if (failure_) return;
  note(open());
  if (!file_) return;
  note(tables_.try_emplace(table, *file_, memory_).first->second.put(codec, row, written_ms, flags));
}

void SpillStore::erase(uint64_t table, const RowCodec& codec, const uint8_t* row) {
  if (SpillTable* spilled = find_table(table); spilled != nullptr && !failure_) note(spilled->erase(codec, row));
}

Status SpillStore::fetch(uint64_t table, const RowCodec& codec, const uint8_t* const* rows, uint32_t count,
                         const Found& found) {
  SLUICE_DO(status());
  SpillTable* spilled = find_table(table);
  if (spilled == nullptr) return Done{};
  for (uint32_t i = 0; i < count; ++i) {
    SLUICE_TRY(SpillTable::Found row, spilled->find(codec, rows[i]));
    if (row.payload != nullptr) found(i, row.payload, row.flags);
  }
  return Done{};
}

Status SpillStore::for_each(uint64_t table, const Visit& visit) {
  SLUICE_DO(status());
  SpillTable* spilled = find_table(table);
  return spilled == nullptr ? Status(Done{}) : spilled->for_each(visit);
}

void SpillStore::drop(uint64_t table) { tables_.erase(table); }

}  // namespace sluice::runtime
