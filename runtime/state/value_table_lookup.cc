// Batched lookups. A chunk of keys is searched in rounds: all open keys move to their next candidate or to an empty
// entry (where a new row is inserted); the keys of new rows are packed in one call; all candidates are compared in one
// call. Keys whose candidate turned out to be another key stay open. Nearly always the first round decides all.
//
// A key that occurs twice in a chunk finds the row inserted for its first occurrence as a candidate like any other,
// because new keys are packed before candidates are compared.
#include "runtime/state/value_table_lookup.h"

#include <algorithm>
#include <numeric>

namespace sluice::runtime {

Status MemoryValueTable::find_or_insert(const KeyBatch& keys, uint8_t** slots, uint8_t* inserted) {
  return lookup(keys, true, slots, inserted);
}

Status MemoryValueTable::find(const KeyBatch& keys, uint8_t** slots) { return lookup(keys, false, slots, nullptr); }

Status MemoryValueTable::lookup(const KeyBatch& keys, bool inserts, uint8_t** slots, uint8_t* inserted) {
  read_clock();
  if (keys.count <= kChunkKeys) return lookup_chunk(keys, inserts, slots, inserted);
  std::vector<uint32_t> all;
  KeyBatch chunk = keys;
  if (keys.selection == nullptr) {
    all.resize(keys.count);
    std::iota(all.begin(), all.end(), 0U);
    chunk.selection = all.data();
  }
  for (uint32_t begin = 0; begin < keys.count; begin += kChunkKeys) {
    chunk.count = std::min(kChunkKeys, keys.count - begin);
    SLUICE_DO(lookup_chunk(chunk, inserts, slots + begin, inserted == nullptr ? nullptr : inserted + begin));
    chunk.selection += kChunkKeys;
    chunk.hashes += kChunkKeys;
  }
  return Done{};
}

Status MemoryValueTable::lookup_chunk(const KeyBatch& keys, bool inserts, uint8_t** slots, uint8_t* inserted) {
  Lookup& scratch = *scratch_;
  // A key that is not in memory gets a row at once when the spill store may hold it: the store is asked by row.
  bool makes_rows = inserts || spilled_rows_ > 0;
  if (makes_rows) make_room(keys.count);
  if (inserts) std::fill_n(inserted, keys.count, uint8_t{0});
  scratch.open.resize(keys.count);
  std::iota(scratch.open.begin(), scratch.open.end(), 0U);
  scratch.fresh.clear();
  for (uint32_t i = 0; i < keys.count; ++i) {
    scratch.positions[i] = index_.start(keys.hashes[i]);
    index_.prefetch(scratch.positions[i]);
  }
  while (!scratch.open.empty()) {
    probe(keys, makes_rows, slots, inserted);
    pack_keys(keys, scratch.unpacked, slots);
    compare(keys, slots);
  }
  if (!scratch.fresh.empty() && spilled_rows_ > 0) SLUICE_DO(load_spilled(slots, inserted, inserts, keys.count));
  for (uint32_t i : scratch.fresh) {
    note_change(slots[i]);
    if (spec_.ttl_ms > 0) written_ms_of(slots[i]) = now_ms_;
  }
  if (spec_.ttl_ms > 0) expire(keys, inserts, slots, inserted);
  return Done{};
}

void MemoryValueTable::probe(const KeyBatch& keys, bool inserts, uint8_t** slots, uint8_t* inserted) {
  Lookup& scratch = *scratch_;
  scratch.candidates.clear();
  scratch.unpacked.clear();
  for (uint32_t i : scratch.open) {
    uint64_t hash = keys.hashes[i];
    uint64_t& position = scratch.positions[i];
    uint8_t* row = index_.next_candidate(hash, position);
    slots[i] = row;
    if (row != nullptr) {
      prefetch_row(row);
      scratch.candidates.push_back(i);
    } else if (inserts) {
      slots[i] = pages_.allocate(hash);
      index_.insert_at(position, hash, slots[i]);
      if (inserted != nullptr) inserted[i] = 1;
      scratch.unpacked.push_back(i);
      scratch.fresh.push_back(i);
    }
  }
  scratch.open.clear();
}

void MemoryValueTable::pack_keys(const KeyBatch& keys, const std::vector<uint32_t>& indexes, uint8_t** slots) {
  if (indexes.empty()) return;
  Lookup& scratch = *scratch_;
  scratch.selection.clear();
  scratch.slots.clear();
  for (uint32_t i : indexes) {
    scratch.selection.push_back(keys.selection ? keys.selection[i] : i);
    scratch.slots.push_back(slots[i]);
  }
  const KeyKernels& kernels = spec_.keys->current();
  kernels.pack(kernels.self, keys.columns, scratch.selection.data(), static_cast<uint32_t>(indexes.size()),
               scratch.slots.data(), &heap_);
}

void MemoryValueTable::compare(const KeyBatch& keys, uint8_t** slots) {
  Lookup& scratch = *scratch_;
  scratch.selection.clear();
  scratch.slots.clear();
  size_t kept = 0;
  for (uint32_t i : scratch.candidates) {
    if (header_of(slots[i]).hash != keys.hashes[i]) {
      scratch.open.push_back(i);
      continue;
    }
    scratch.candidates[kept++] = i;
    scratch.selection.push_back(keys.selection ? keys.selection[i] : i);
    scratch.slots.push_back(slots[i]);
  }
  scratch.candidates.resize(kept);
  scratch.equal.resize(kept);
  if (kept == 0) return;
  const KeyKernels& kernels = spec_.keys->current();
  kernels.equal(kernels.self, keys.columns, scratch.selection.data(), static_cast<uint32_t>(kept), scratch.slots.data(),
                scratch.equal.data());
  bool marks_recent = context_.spill != nullptr;
  for (size_t j = 0; j < kept; ++j) {
    uint32_t i = scratch.candidates[j];
    if (scratch.equal[j] == 0) {
      scratch.open.push_back(i);
    } else if (marks_recent) {
      set_flag(header_of(slots[i]), kEntryRecent);
    }
  }
  std::ranges::sort(scratch.open);  // Inserts go on in the order of the batch.
}

// Expired rows are never returned: a lookup forgets them, an insert finds them as if they had just been inserted.
void MemoryValueTable::expire(const KeyBatch& keys, bool inserts, uint8_t** slots, uint8_t* inserted) {
  Lookup& scratch = *scratch_;
  scratch.unpacked.clear();
  for (uint32_t i = 0; i < keys.count; ++i) {
    uint8_t* row = slots[i];
    if (row == nullptr) continue;
    bool is_gone = !has_flag(header_of(row), kEntryAlive);  // By an equal key earlier in the chunk.
    if (!is_gone && !is_expired(row)) continue;
    if (!inserts) {
      if (!is_gone) erase(row);
      slots[i] = nullptr;
      continue;
    }
    note_change(row);
    codec_->release_strings(row, &heap_);
    std::fill_n(row, layout().size, uint8_t{0});
    written_ms_of(row) = now_ms_;
    inserted[i] = 1;
    scratch.unpacked.push_back(i);
  }
  pack_keys(keys, scratch.unpacked, slots);
}

void MemoryValueTable::make_room(uint64_t rows) {
  if (!index_.needs_room(rows)) return;
  index_.reset(index_.size() + std::max(rows, index_.size() / 2));
  for (size_t page = 0; page < pages_.page_count(); ++page) {
    pages_.for_each_in(page, [&](uint8_t* row) { index_.insert(header_of(row).hash, row); });
  }
}

}  // namespace sluice::runtime
