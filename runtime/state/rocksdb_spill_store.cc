// The spill store on RocksDB: no log (what it holds is also in segments, or is lost with the process as the rest of
// memory is), no compression, Bloom filters, reads through the operating system's page cache and never by mmap, because
// mapped pages would count as the process's memory.
//
//   key:   table id (4 bytes, big-endian) | bytes of the key as in a Delete record
//   value: hash (8 bytes) | flags (8 bytes) | payload of a Put record
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "runtime/state/row_entry.h"
#include "runtime/state/spill_store.h"
#include "runtime/state/state_memory.h"

namespace sluice::runtime {
namespace {

constexpr size_t kPrefixBytes = 4;
constexpr size_t kValueHeadBytes = 16;
constexpr uint32_t kBatchEntriesMax = 512;

Status status_of(const rocksdb::Status& status) {
  if (status.ok()) return Done{};
  ErrorCode code = status.IsNoSpace() ? ErrorCode::DiskFull : ErrorCode::FileSystemError;
  return fail(code, "spill store: {}", status.ToString());
}

void append_prefix(uint64_t table, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(table >> shift));
}

class RocksSpillStore final : public SpillStore {
 public:
  RocksSpillStore(StateMemory& memory, uint64_t accounted) : memory_(memory), accounted_(accounted) {
    memory_.account(static_cast<int64_t>(accounted_));
  }
  ~RocksSpillStore() override {
    db_.reset();
    memory_.account(-static_cast<int64_t>(accounted_));
  }
  Status open(const std::string& directory, const rocksdb::Options& options) {
    SLUICE_DO(status_of(rocksdb::DestroyDB(directory, options)));
    rocksdb::DB* db = nullptr;
    SLUICE_DO(status_of(rocksdb::DB::Open(options, directory, &db)));
    db_.reset(db);
    return Done{};
  }

  void put(uint64_t table, const RowCodec& codec, const uint8_t* row, int64_t written_ms, uint8_t flags) override {
    make_key(table, codec, row);
    value_.resize(kValueHeadBytes + codec.put_bytes(row));
    uint64_t head[2] = {header_of(row).hash, flags};
    std::memcpy(value_.data(), head, kValueHeadBytes);
    codec.put(row, written_ms, value_.data() + kValueHeadBytes);
    note(batch_.Put(key_, value_));
    write_when_full();
  }

  void erase(uint64_t table, const RowCodec& codec, const uint8_t* row) override {
    make_key(table, codec, row);
    note(batch_.Delete(key_));
    write_when_full();
  }

  void drop(uint64_t table) override {
    std::string begin, end;
    append_prefix(table, begin);
    append_prefix(table + 1, end);
    note(batch_.DeleteRange(begin, end));
  }

  Status flush() override {
    if (batch_.Count() != 0) {
      rocksdb::WriteOptions options;
      options.disableWAL = true;
      note(db_->Write(options, &batch_));
      batch_.Clear();
    }
    if (!failure_) return Done{};
    return *failure_;
  }

  Status fetch(uint64_t table, const RowCodec& codec, const uint8_t* const* rows, uint32_t count,
               const Found& found) override {
    SLUICE_DO(flush());
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    rocksdb::PinnableSlice value;  // Lets go of its block before the database is closed.
    for (uint32_t i = 0; i < count; ++i) {
      make_key(table, codec, rows[i]);
      value.Reset();
      rocksdb::Status status = db_->Get(options, db_->DefaultColumnFamily(), key_, &value);
      if (status.IsNotFound()) continue;
      SLUICE_DO(status_of(status));
      uint64_t head[2];
      std::memcpy(head, value.data(), kValueHeadBytes);
      found(i, value.data() + kValueHeadBytes, static_cast<uint8_t>(head[1]));
    }
    return Done{};
  }

  Status for_each(uint64_t table, const Visit& visit) override {
    SLUICE_DO(flush());
    std::string prefix;
    append_prefix(table, prefix);
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator(options));
    for (iterator->Seek(prefix); iterator->Valid() && iterator->key().starts_with(prefix); iterator->Next()) {
      uint64_t head[2];
      std::memcpy(head, iterator->value().data(), kValueHeadBytes);
      visit(head[0], iterator->value().data() + kValueHeadBytes, static_cast<uint8_t>(head[1]));
    }
    return status_of(iterator->status());
  }

 private:
  void make_key(uint64_t table, const RowCodec& codec, const uint8_t* row) {
    key_.clear();
    append_prefix(table, key_);
    key_.resize(kPrefixBytes + codec.delete_bytes(row));
    codec.put_delete(row, key_.data() + kPrefixBytes);
  }
  void note(const rocksdb::Status& status) {
    if (!status.ok() && !failure_) failure_ = status_of(status).as_failure();
  }
  void write_when_full() {
    if (batch_.Count() < kBatchEntriesMax) return;
    [[maybe_unused]] Status status = flush();  // The failure is kept.
  }

  StateMemory& memory_;
  uint64_t accounted_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteBatch batch_;
  std::string key_;
  std::string value_;
  std::optional<Failure> failure_;
};

struct Sizes {
  uint64_t cache = 0;     // Blocks, indexes, filters.
  uint64_t memtable = 0;  // Of each of two.
};

Sizes sizes_for(uint64_t budget) {
  return {std::clamp<uint64_t>(budget / 10, uint64_t{1} << 20, uint64_t{64} << 20),
          std::clamp<uint64_t>(budget / 16, uint64_t{256} << 10, uint64_t{64} << 20)};
}

rocksdb::Options options_for(const Sizes& sizes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(sizes.cache, 2);
  table.cache_index_and_filter_blocks = true;
  // In partitions, because one sorted run may hold everything and its whole filter would not fit the cache.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = 4096;
  table.pin_top_level_index_and_filter = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.block_size = 4096;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kNoCompression;
  options.write_buffer_size = sizes.memtable;
  options.max_write_buffer_number = 2;
  // Rows are written far more often than they are worth being sorted into place: sorted runs of growing size.
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compaction_options_universal.size_ratio = 20;
  options.compaction_options_universal.min_merge_width = 4;
  options.compaction_options_universal.max_size_amplification_percent = 100;
  options.level0_file_num_compaction_trigger = 6;
  // Most rows that are asked for are in no memtable.
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.memtable_whole_key_filtering = true;
  options.allow_mmap_reads = false;
  options.allow_mmap_writes = false;
  options.max_background_jobs = 2;
  options.info_log_level = rocksdb::HEADER_LEVEL;
  options.keep_log_file_num = 1;
  return options;
}

}  // namespace

Result<std::unique_ptr<SpillStore>> open_spill_store(Env env, const std::string& directory, StateMemory& memory) {
  Sizes sizes = sizes_for(memory.budget() / std::max(1U, memory.users()));
  auto store = std::make_unique<RocksSpillStore>(memory, sizes.cache + 2 * sizes.memtable);
  SLUICE_DO(env.files->create_directories(directory));
  SLUICE_DO(store->open(directory, options_for(sizes)));
  return std::unique_ptr<SpillStore>(std::move(store));
}

}  // namespace sluice::runtime
