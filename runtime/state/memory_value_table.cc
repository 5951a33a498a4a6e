#include "runtime/state/memory_value_table.h"

#include "base/check.h"
#include "runtime/state/spill_store.h"
#include "runtime/state/value_table_lookup.h"

namespace sluice::runtime {
namespace {

// Rows of the frozen list are spread over the table's memory.
constexpr size_t kPrefetchRows = 16;
constexpr size_t kRowsPerLookAtClock = 128;

}  // namespace

MemoryValueTable::MemoryValueTable(TableContext& context, const TableSpec& spec, Identity identity)
    : context_(context),
      spec_(spec),
      identity_(std::move(identity)),
      codec_(std::make_shared<RowCodec>(layout_of(spec.fields), spec.key_fields, spec.ttl_ms > 0)),
      pages_(*context.memory, codec_->layout().size, codec_->has_ttl()),
      heap_(*context.memory),
      index_(*context.memory, context.index_seed),
      scratch_(std::make_unique<Lookup>()) {
  RecordOwner owner{context.next_owner++, identity_.table, identity_.slice_end_ms, std::make_shared<RowKeys>(codec_)};
  current_ = RecordAppender(context.stream, std::move(owner));
}

MemoryValueTable::~MemoryValueTable() {
  if (context_.spill) context_.spill->drop(current_.owner().id);
}

SegmentTable MemoryValueTable::description() const {
  SegmentTable table;
  table.uid = identity_.uid;
  table.name = spec_.name;
  table.kind = identity_.kind;
  table.key_fields = spec_.key_fields;
  table.has_ttl = spec_.ttl_ms > 0;
  for (size_t i = 0; i < spec_.fields.size(); ++i) {
    uint32_t id = i < spec_.field_ids.size() ? spec_.field_ids[i] : static_cast<uint32_t>(i);
    table.fields.push_back({id, i < spec_.field_names.size() ? spec_.field_names[i] : std::string(), spec_.fields[i]});
  }
  return table;
}

uint64_t MemoryValueTable::size() const { return index_.size() + spilled_rows_; }

// To be called before the row's bytes are changed.
void MemoryValueTable::note_change(uint8_t* row) {
  EntryHeader& header = header_of(row);
  if (context_.tracks_changes() && header.epoch != context_.epochs.current) {
    bool is_frozen = header.epoch == context_.epochs.frozen && has_flag(header, kEntryModified);
    if (is_frozen) [[unlikely]]
      pack(row, frozen_out_);
    header.epoch = context_.epochs.current;
    dirty_.push(row);
  }
  set_flag(header, kEntryModified | kEntryChanged);
}

void MemoryValueTable::pack(uint8_t* row, RecordAppender& out) {
  EntryHeader& header = header_of(row);
  char* payload = out.add(header.hash, RecordKind::Put, codec_->put_bytes(row));
  codec_->put(row, codec_->has_ttl() ? written_ms_of(row) : 0, payload);
  clear_flag(header, kEntryModified);
  set_flag(header, kEntryPersisted);
}

void MemoryValueTable::touch(uint8_t* const* slots, uint32_t count) {
  read_clock();
  for (uint32_t i = 0; i < count; ++i) {
    note_change(slots[i]);
    if (spec_.ttl_ms > 0) written_ms_of(slots[i]) = now_ms_;
  }
}

void MemoryValueTable::erase(uint8_t* slot) {
  EntryHeader& header = header_of(slot);
  if (context_.tracks_changes()) {
    bool is_frozen = header.epoch == context_.epochs.frozen && has_flag(header, kEntryModified);
    if (is_frozen) pack(slot, frozen_out_);
    if (has_flag(header, kEntryPersisted)) {
      codec_->put_delete(slot, current_.add(header.hash, RecordKind::Delete, codec_->delete_bytes(slot)));
    }
  }
  if (has_flag(header, kEntrySpilled)) context_.spill->erase(current_.owner().id, *codec_, slot);
  remove(slot);
}

void MemoryValueTable::remove(uint8_t* row) {
  index_.erase(row);
  codec_->release_strings(row, &heap_);
  pages_.release(row);
}

Status MemoryValueTable::for_each(const std::function<void(uint8_t* slot)>& visit) {
  read_clock();
  // Whoever visits may keep the slots until the end of its call, so evicted rows come back first.
  SLUICE_DO(load_all_spilled());
  for (size_t page = 0; page < pages_.page_count(); ++page) {
    pages_.for_each_in(page, [&](uint8_t* row) {
      if (!is_expired(row)) visit(row);
    });
  }
  return Done{};
}

void MemoryValueTable::freeze() {
  SLUICE_CHECK(frozen_.empty());
  frozen_ = dirty_.take();
  frozen_next_ = 0;
  may_be_persisted_ = true;
  RecordOwner owner = current_.owner();
  frozen_out_ = std::move(current_);
  current_ = RecordAppender(context_.stream, std::move(owner));
}

bool MemoryValueTable::pack_some(const WorkBudget& budget) {
  size_t size = frozen_.size();
  while (frozen_next_ < size) {
    size_t end = std::min(size, frozen_next_ + kRowsPerLookAtClock);
    for (; frozen_next_ < end; ++frozen_next_) {
      if (frozen_next_ + kPrefetchRows < size) prefetch_row(frozen_[frozen_next_ + kPrefetchRows]);
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

void MemoryValueTable::forget_current() {
  if (context_.tracks_changes()) current_.discard();
}

void MemoryValueTable::prefetch_row(const uint8_t* row) const {
  const uint8_t* line = row - pages_.prefix_bytes();
  for (const uint8_t* end = row + layout().size; line < end; line += 64) __builtin_prefetch(line);
}

}  // namespace sluice::runtime
