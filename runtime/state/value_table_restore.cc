// Filling a value table from the blocks of segments, oldest first.
#include <algorithm>
#include <array>

#include "runtime/checkpoint/segment_reader.h"
#include "runtime/state/memory_value_table.h"
#include "runtime/state/value_table_lookup.h"

namespace sluice::runtime {

Status MemoryValueTable::restore(const RestoredBlock& block) {
  if (!converter_ || converted_from_ != *block.table) {
    SLUICE_TRY(RowConverter converter, RowConverter::make(*block.table, description()));
    converter_ = std::make_unique<RowConverter>(std::move(converter));
    converted_from_ = *block.table;
  }
  read_clock();
  std::array<const RecordHeader*, kChunkKeys> chunk;
  size_t count = 0;
  auto restore_chunk = [&] {
    restore_records(chunk.data(), count);
    count = 0;
  };
  bool is_whole = for_each_record(block.bytes, [&](const RecordHeader& record) {
    if (!block.groups.contains(key_group_of(record.hash, context_.max_parallelism))) return;
    chunk[count++] = &record;
    if (count == chunk.size()) restore_chunk();
  });
  restore_chunk();
  may_be_persisted_ = true;
  if (is_whole) return Done{};
  return fail(ErrorCode::CorruptCheckpoint, "malformed record of table `{}`", spec_.name);
}

void MemoryValueTable::restore_records(const RecordHeader* const* records, size_t count) {
  make_room(count);
  Lookup& scratch = *scratch_;
  for (size_t i = 0; i < count; ++i) {
    scratch.positions[i] = index_.start(records[i]->hash);
    index_.prefetch(scratch.positions[i]);
  }
  std::string converted;
  for (size_t i = 0; i < count; ++i) {
    const RecordHeader* record = records[i];
    if (!converter_->is_identity()) {
      converter_->convert(*record, converted);
      record = reinterpret_cast<const RecordHeader*>(converted.data());
    }
    restore_record(*record, scratch.positions[i]);
  }
}

void MemoryValueTable::restore_record(const RecordHeader& record, uint64_t position) {
  auto* payload = reinterpret_cast<const char*>(&record + 1);
  uint8_t* row = index_.next_candidate(record.hash, position);
  while (row != nullptr) {
    if (header_of(row).hash == record.hash && codec_->is_key_of(payload, record.kind, row)) break;
    row = index_.next_candidate(record.hash, position);
  }
  if (record.kind == RecordKind::Delete) {
    if (row != nullptr) remove(row);
    return;
  }
  if (row == nullptr) {
    row = pages_.allocate(record.hash);
    index_.insert_at(position, record.hash, row);
  } else {
    codec_->release_strings(row, &heap_);
  }
  codec_->unpack(payload, row, &heap_);
  if (codec_->has_ttl()) {
    int64_t written_ms = codec_->written_ms(payload);
    written_ms_of(row) = written_ms != 0 ? written_ms : now_ms_;  // The table had no TTL when 0.
  }
  if (context_.restored_is_modified) {
    note_change(row);
  } else {
    set_flag(header_of(row), kEntryPersisted);
  }
}

void MemoryValueTable::restore_drop(const SegmentDrop&, KeyGroupRange groups) {
  for (size_t page = 0; page < pages_.page_count(); ++page) {
    pages_.for_each_in(page, [&](uint8_t* row) {
      if (groups.contains(key_group_of(header_of(row).hash, context_.max_parallelism))) remove(row);
    });
  }
}

}  // namespace sluice::runtime
