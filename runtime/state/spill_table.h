#pragma once
// The evicted rows of one table, on pages of a scratch file, found by linear hashing: the rows of bucket i are on its
// page and the overflow pages behind that. A row is found by one read and changed in place by one more write, whatever
// the size of the state; what stays in memory is 32 bytes per page of 4 KB, a filter included, so that keys that were
// never evicted are known without a read.
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/state/row_codec.h"
#include "runtime/state/spill_file.h"
#include "runtime/state/state_memory.h"

namespace sluice::runtime {

class SpillTable {
 public:
  SpillTable(SpillFile& file, StateMemory& memory);
  SpillTable(const SpillTable&) = delete;
  ~SpillTable();

  // A row, with its flags. Replaces the version that is there.
  Status put(const RowCodec& codec, const uint8_t* row, int64_t written_ms, uint8_t flags);
  Status erase(const RowCodec& codec, const uint8_t* row);
  struct Found {
    const char* payload = nullptr;  // Of a Put record, until the next call; null: the key is not there.
    uint8_t flags = 0;
  };
  Result<Found> find(const RowCodec& codec, const uint8_t* row);
  // The order follows from the history of calls.
  Status for_each(const std::function<void(uint64_t hash, const char* payload, uint8_t flags)>& visit);

 private:
  struct PageHead {
    uint32_t next = 0;  // Overflow page; 0: none.
    uint32_t used = 0;  // Bytes, this head included.
  };
  struct Record {
    uint64_t hash = 0;
    uint32_t bytes = 0;  // Of the payload.
    uint32_t checksum = 0;
    uint8_t flags = 0;
    bool is_large = false;  // On pages of its own; only the number of the first one stands behind this.
    uint8_t unused[6] = {};
  };
  static_assert(sizeof(PageHead) == 8 && sizeof(Record) == 24);
  struct Bucket {
    static constexpr uint32_t kFilterBits = 192;
    uint32_t page = 0;
    uint32_t unused = 0;
    uint64_t filter[kFilterBits / 64] = {};
  };
  struct Place {
    uint32_t page = 0;    // In `page_`; or where there is room.
    uint32_t offset = 0;  // Of the record; 0: there is none.
  };
  using Page = std::array<char, SpillFile::kPageBytes>;

  static constexpr uint32_t kRoom = SpillFile::kPageBytes - sizeof(PageHead);
  // Rows that would leave few others on a page.
  static constexpr uint32_t kInlineMax = 1024;

  static uint64_t mix(uint64_t hash) { return hash * 0x9fb21c651e98df25ULL; }
  size_t bucket_of(uint64_t hash) const;
  static bool may_hold(const Bucket& bucket, uint64_t hash);
  static void add_to_filter(Bucket& bucket, uint64_t hash);
  static uint32_t stored_bytes(const Record& record) {
    return static_cast<uint32_t>(sizeof(Record)) + (record.is_large ? 8 : record.bytes);
  }

  PageHead& head() { return *reinterpret_cast<PageHead*>(page_.data()); }
  Record& record_at(uint32_t offset) { return *reinterpret_cast<Record*>(page_.data() + offset); }
  Status load(uint32_t page);
  Status store() { return file_.write(physical(loaded_), 0, page_.data(), head().used); }
  uint32_t physical(uint32_t page) const {
    return extents_[page / SpillFile::kExtentPages] + page % SpillFile::kExtentPages;
  }
  uint32_t allocate_page();
  void account();

  Result<const char*> payload_of(const Record& record);
  Result<Place> locate(const Bucket& bucket, const RowCodec& codec, const uint8_t* row, uint32_t room);
  void renew_filter(Bucket& bucket);
  Status remove_at(uint32_t offset);
  Status append(uint32_t page, const Record& record, const char* stored);
  Result<uint32_t> write_large(const char* payload, uint32_t bytes);
  Status release_large(const Record& record);

  Status grow();
  Status split();
  Status read_bucket(size_t bucket, std::string& records, std::vector<uint32_t>& pages);
  Status rewrite_bucket(size_t bucket, const std::vector<const Record*>& records, std::vector<uint32_t>& pages);

  SpillFile& file_;
  StateMemory& memory_;
  std::vector<uint32_t> extents_;
  std::vector<uint32_t> free_pages_;
  uint32_t pages_ = 1;  // Handed out at least once; page 0 stays unused, it says "none".
  std::vector<Bucket> buckets_;
  uint64_t stored_bytes_ = 0;
  int64_t accounted_ = 0;
  uint32_t loaded_ = 0;  // Which page is in `page_`; 0: none.
  alignas(8) Page page_;
  std::string payload_;  // Of the row being written, or of a large row that was found.
};

}  // namespace sluice::runtime
