// Eviction and expiry of a value table's rows, between two events.
//
// Over the budget, a clock hand goes over the pages: rows that were looked up since it passed last stay, the others go
// to the spill store. Their slots are reused, so the table's memory stays what it was when the budget was reached.
#include <algorithm>
#include <vector>

#include "base/check.h"
#include "runtime/state/memory_value_table.h"
#include "runtime/state/spill_store.h"
#include "runtime/state/value_table_lookup.h"

namespace sluice::runtime {
namespace {

// Slots that are free when the budget is reached: at least so many, and more than were needed lately between two calls
// of maintain.
constexpr uint64_t kFreeRowsMin = 4096;
// A table is swept for expired rows this often per TTL, but not more than once a second.
constexpr int64_t kSweepsPerTtl = 4;
constexpr int64_t kSweepIntervalMs = 1000;

}  // namespace

Status MemoryValueTable::load_spilled(uint8_t** slots, uint8_t* inserted, bool inserts, uint32_t count) {
  std::vector<uint32_t>& fresh = scratch_->fresh;
  std::vector<uint8_t*> rows;
  for (uint32_t i : fresh) rows.push_back(slots[i]);
  std::vector<bool> is_found(fresh.size());
  SLUICE_DO(context_.spill->fetch(current_.owner().id, *codec_, rows.data(), static_cast<uint32_t>(rows.size()),
                                  [&](uint32_t k, const char* payload, uint8_t flags) {
                                    codec_->release_strings(rows[k], &heap_);
                                    codec_->unpack(payload, rows[k], &heap_);
                                    if (codec_->has_ttl()) written_ms_of(rows[k]) = codec_->written_ms(payload);
                                    header_of(rows[k]).flags = static_cast<uint8_t>(
                                        kEntryAlive | kEntrySpilled | kEntryRecent | (flags & kEntryPersisted));
                                    is_found[k] = true;
                                    --spilled_rows_;
                                  }));
  size_t kept = 0;
  for (size_t k = 0; k < fresh.size(); ++k) {
    if (is_found[k]) {
      if (inserts) inserted[fresh[k]] = 0;
    } else if (inserts) {
      fresh[kept++] = fresh[k];
    } else {
      remove(rows[k]);
    }
  }
  fresh.resize(kept);
  if (inserts) return Done{};
  for (uint32_t i = 0; i < count; ++i) {  // Equal keys share the row that is gone.
    if (slots[i] != nullptr && !has_flag(header_of(slots[i]), kEntryAlive)) slots[i] = nullptr;
  }
  return Done{};
}

Status MemoryValueTable::load_all_spilled() {
  if (spilled_rows_ == 0) return Done{};
  SLUICE_DO(context_.spill->for_each(current_.owner().id, [&](uint64_t hash, const char* payload, uint8_t flags) {
    make_room(1);
    uint64_t position = index_.start(hash);
    uint8_t* row = index_.next_candidate(hash, position);
    while (row != nullptr && !codec_->is_key_of(payload, RecordKind::Put, row)) {
      row = index_.next_candidate(hash, position);
    }
    if (row != nullptr) return;  // Loaded before; the stored version may be old.
    row = pages_.allocate(hash);
    index_.insert_at(position, hash, row);
    codec_->unpack(payload, row, &heap_);
    if (codec_->has_ttl()) written_ms_of(row) = codec_->written_ms(payload);
    header_of(row).flags = static_cast<uint8_t>(kEntryAlive | kEntrySpilled | (flags & kEntryPersisted));
    --spilled_rows_;
  }));
  SLUICE_CHECK(spilled_rows_ == 0);
  return Done{};
}

Status MemoryValueTable::maintain(const WorkBudget& budget) {
  if (spec_.ttl_ms > 0) sweep(budget);
  if (context_.spill == nullptr || !context_.memory->is_over_budget()) return Done{};
  return evict();
}

Status MemoryValueTable::evict() {
  uint64_t allocated = pages_.allocated();
  rows_needed_ = std::max(rows_needed_ - rows_needed_ / 8, allocated - allocated_before_);
  allocated_before_ = allocated;
  uint64_t needed = std::max(kFreeRowsMin, rows_needed_ * 2);
  if (pages_.free_rows() >= needed || pages_.page_count() < 2) return Done{};
  uint64_t wanted = needed + needed / 2;
  // Two rounds: after one, no row is recent any more.
  for (size_t visited = 0; visited < 2 * pages_.page_count() && pages_.free_rows() < wanted; ++visited) {
    evict_page_ = evict_page_ + 1 < pages_.page_count() ? evict_page_ + 1 : 0;
    pages_.for_each_in(evict_page_, [&](uint8_t* row) {
      EntryHeader& header = header_of(row);
      if (has_flag(header, kEntryRecent)) {
        clear_flag(header, kEntryRecent);
      } else {
        evict_row(row);
      }
    });
  }
  return context_.spill->status();
}

void MemoryValueTable::evict_row(uint8_t* row) {
  EntryHeader& header = header_of(row);
  bool is_stored = has_flag(header, kEntrySpilled) && !has_flag(header, kEntryChanged);
  if (context_.tracks_changes() && has_flag(header, kEntryModified)) {
    bool is_frozen = header.epoch == context_.epochs.frozen;
    pack(row, is_frozen ? frozen_out_ : current_);
  }
  if (!is_stored) {
    int64_t written_ms = codec_->has_ttl() ? written_ms_of(row) : 0;
    context_.spill->put(current_.owner().id, *codec_, row, written_ms, header.flags);
  }
  ++spilled_rows_;
  remove(row);
}

void MemoryValueTable::sweep(const WorkBudget& budget) {
  read_clock();
  if (now_ms_ < sweep_again_ms_) return;
  for (; sweep_page_ < pages_.page_count(); ++sweep_page_) {
    pages_.for_each_in(sweep_page_, [&](uint8_t* row) {
      if (is_expired(row)) erase(row);
    });
    if (budget.is_spent()) return;
  }
  sweep_page_ = 0;
  sweep_again_ms_ = now_ms_ + std::max(kSweepIntervalMs, spec_.ttl_ms / kSweepsPerTtl);
}

}  // namespace sluice::runtime
