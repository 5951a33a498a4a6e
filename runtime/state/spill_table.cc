#include "runtime/state/spill_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "runtime/checkpoint/checksum.h"
#include "runtime/state/row_entry.h"

namespace sluice::runtime {
namespace {

// Of all pages' room. Buckets that were not split yet in this round hold twice as much as the others.
constexpr double kFillMax = 0.7;
constexpr size_t kLargeHeadBytes = 8;
constexpr size_t kLargeBytesPerPage = SpillFile::kPageBytes - kLargeHeadBytes;

uint32_t checksum32(const char* data, size_t bytes) { return static_cast<uint32_t>(checksum_of(data, bytes)); }

}  // namespace

SpillTable::SpillTable(SpillFile& file, StateMemory& memory) : file_(file), memory_(memory) {}

SpillTable::~SpillTable() {
  for (uint32_t extent : extents_) file_.release_extent(extent);
  memory_.account(-accounted_);
}

void SpillTable::account() {
  auto bytes = static_cast<int64_t>(buckets_.capacity() * sizeof(Bucket) +
                                    (extents_.capacity() + free_pages_.capacity()) * sizeof(uint32_t));
  memory_.account(bytes - accounted_);
  accounted_ = bytes;
}

// Linear hashing: with n buckets, those of the next power of two that are not there yet are the upper half's doubles.
size_t SpillTable::bucket_of(uint64_t hash) const {
  size_t mask = std::bit_ceil(buckets_.size()) - 1;
  size_t bucket = (mix(hash) >> 32) & mask;
  return bucket < buckets_.size() ? bucket : bucket & (mask >> 1);
}

bool SpillTable::may_hold(const Bucket& bucket, uint64_t hash) {
  uint64_t bits = mix(hash);
  for (int i = 0; i < 4; ++i, bits >>= 8) {
    uint64_t at = ((bits & 0xff) * Bucket::kFilterBits) >> 8;
    if (((bucket.filter[at / 64] >> (at % 64)) & 1) == 0) return false;
  }
  return true;
}

void SpillTable::add_to_filter(Bucket& bucket, uint64_t hash) {
  uint64_t bits = mix(hash);
  for (int i = 0; i < 4; ++i, bits >>= 8) {
    uint64_t at = ((bits & 0xff) * Bucket::kFilterBits) >> 8;
    bucket.filter[at / 64] |= uint64_t{1} << (at % 64);
  }
}

uint32_t SpillTable::allocate_page() {
  if (!free_pages_.empty()) {
    uint32_t page = free_pages_.back();
    free_pages_.pop_back();
    return page;
  }
  if (pages_ / SpillFile::kExtentPages >= extents_.size()) extents_.push_back(file_.allocate_extent());
  return pages_++;
}

Status SpillTable::load(uint32_t page) {
  if (loaded_ == page) return Done{};
  loaded_ = 0;
  SLUICE_DO(file_.read(physical(page), page_.data()));
  if (head().used < sizeof(PageHead) || head().used > SpillFile::kPageBytes) {
    return fail(ErrorCode::FileSystemError, "a page of evicted rows is damaged");
  }
  loaded_ = page;
  return Done{};
}

// The payload of a record on the loaded page.
Result<const char*> SpillTable::payload_of(const Record& record) {
  auto* stored = reinterpret_cast<const char*>(&record + 1);
  if (record.is_large) {
    uint32_t page = 0;
    std::memcpy(&page, stored, sizeof page);
    Page large;
    payload_.clear();
    while (payload_.size() < record.bytes) {
      SLUICE_DO(file_.read(physical(page), large.data()));
      std::memcpy(&page, large.data(), sizeof page);
      payload_.append(large.data() + kLargeHeadBytes, std::min(kLargeBytesPerPage, record.bytes - payload_.size()));
    }
    stored = payload_.data();
  }
  if (checksum32(stored, record.bytes) == record.checksum) return stored;
  return fail(ErrorCode::FileSystemError, "an evicted row is damaged");
}

// Where the row's key is; else a page with `room` bytes, or the last one of the bucket.
Result<SpillTable::Place> SpillTable::locate(const Bucket& bucket, const RowCodec& codec, const uint8_t* row,
                                             uint32_t room) {
  uint64_t hash = header_of(row).hash;
  bool may_be_there = may_hold(bucket, hash);
  Place place;
  for (uint32_t page = bucket.page; page != 0; page = head().next) {
    SLUICE_DO(load(page));
    for (uint32_t at = sizeof(PageHead); may_be_there && at < head().used; at += stored_bytes(record_at(at))) {
      if (record_at(at).hash != hash) continue;
      SLUICE_TRY(const char* payload, payload_of(record_at(at)));
      if (codec.is_key_of(payload, RecordKind::Put, row)) return Place{page, at};
    }
    bool has_room = head().used + room <= SpillFile::kPageBytes;
    if (place.page == 0 && has_room) place.page = page;
    if (has_room && !may_be_there) break;
  }
  if (place.page == 0) place.page = loaded_;
  return place;
}

Result<SpillTable::Found> SpillTable::find(const RowCodec& codec, const uint8_t* row) {
  Found found;
  if (buckets_.empty()) return found;
  const Bucket& bucket = buckets_[bucket_of(header_of(row).hash)];
  if (!may_hold(bucket, header_of(row).hash)) return found;
  SLUICE_TRY(Place place, locate(bucket, codec, row, kRoom));
  if (place.offset == 0) return found;
  const Record& record = record_at(place.offset);
  found.payload = record.is_large ? payload_.data() : reinterpret_cast<const char*>(&record + 1);
  found.flags = record.flags;
  return found;
}

Status SpillTable::erase(const RowCodec& codec, const uint8_t* row) {
  if (buckets_.empty()) return Done{};
  Bucket& bucket = buckets_[bucket_of(header_of(row).hash)];
  if (!may_hold(bucket, header_of(row).hash)) return Done{};
  SLUICE_TRY(Place place, locate(bucket, codec, row, kRoom));
  if (place.offset == 0) return Done{};
  SLUICE_DO(remove_at(place.offset));
  if (loaded_ == bucket.page && head().next == 0) renew_filter(bucket);
  return Done{};
}

// Of a bucket that is one page, the loaded one.
void SpillTable::renew_filter(Bucket& bucket) {
  std::ranges::fill(bucket.filter, 0);
  for (uint32_t at = sizeof(PageHead); at < head().used; at += stored_bytes(record_at(at))) {
    add_to_filter(bucket, record_at(at).hash);
  }
}

Status SpillTable::put(const RowCodec& codec, const uint8_t* row, int64_t written_ms, uint8_t flags) {
  if (buckets_.empty()) SLUICE_DO(grow());
  Record record;
  record.hash = header_of(row).hash;
  record.bytes = codec.put_bytes(row);
  record.flags = flags;
  record.is_large = record.bytes > kInlineMax;
  Bucket& bucket = buckets_[bucket_of(record.hash)];
  SLUICE_TRY(Place place, locate(bucket, codec, row, stored_bytes(record)));
  payload_.resize(record.bytes);
  codec.put(row, written_ms, payload_.data());
  record.checksum = checksum32(payload_.data(), record.bytes);
  if (place.offset != 0) {
    Record& old = record_at(place.offset);
    if (!record.is_large && !old.is_large && old.bytes == record.bytes) {
      old = record;
      std::memcpy(&old + 1, payload_.data(), record.bytes);
      return file_.write(physical(loaded_), place.offset, reinterpret_cast<const char*>(&old), stored_bytes(record));
    }
    SLUICE_DO(remove_at(place.offset));
    place.page = loaded_;
  }
  uint64_t first = 0;
  if (record.is_large) {
    SLUICE_TRY(uint32_t page, write_large(payload_.data(), record.bytes));
    first = page;
  }
  SLUICE_DO(append(place.page, record, record.is_large ? reinterpret_cast<const char*>(&first) : payload_.data()));
  add_to_filter(bucket, record.hash);
  return grow();
}

// From the loaded page.
Status SpillTable::remove_at(uint32_t offset) {
  Record record = record_at(offset);
  if (record.is_large) SLUICE_DO(release_large(record_at(offset)));
  uint32_t bytes = stored_bytes(record);
  std::memmove(page_.data() + offset, page_.data() + offset + bytes, head().used - offset - bytes);
  head().used -= bytes;
  stored_bytes_ -= bytes;
  return store();
}

// To the page, or to an overflow page behind it or behind those that follow it.
Status SpillTable::append(uint32_t page, const Record& record, const char* stored) {
  uint32_t bytes = stored_bytes(record);
  SLUICE_DO(load(page));
  while (head().used + bytes > SpillFile::kPageBytes) {
    if (head().next != 0) {
      SLUICE_DO(load(head().next));
      continue;
    }
    uint32_t overflow = allocate_page();
    head().next = overflow;
    SLUICE_DO(store());
    head() = {0, sizeof(PageHead)};
    loaded_ = overflow;
  }
  uint32_t at = head().used;
  record_at(at) = record;
  std::memcpy(page_.data() + at + sizeof(Record), stored, bytes - sizeof(Record));
  head().used += bytes;
  stored_bytes_ += bytes;
  return store();
}

Result<uint32_t> SpillTable::write_large(const char* payload, uint32_t bytes) {
  std::vector<uint32_t> pages((bytes + kLargeBytesPerPage - 1) / kLargeBytesPerPage + 1);  // The last one stays 0.
  for (size_t i = 0; i + 1 < pages.size(); ++i) pages[i] = allocate_page();
  for (size_t i = 0; i + 1 < pages.size(); ++i) {
    uint64_t next = pages[i + 1];
    size_t done = i * kLargeBytesPerPage;
    SLUICE_DO(file_.write(physical(pages[i]), 0, reinterpret_cast<const char*>(&next), sizeof next));
    SLUICE_DO(file_.write(physical(pages[i]), kLargeHeadBytes, payload + done,
                          std::min<size_t>(kLargeBytesPerPage, bytes - done)));
  }
  return pages[0];
}

Status SpillTable::release_large(const Record& record) {
  uint32_t page = 0;
  std::memcpy(&page, &record + 1, sizeof page);
  for (Page large; page != 0;) {
    SLUICE_DO(file_.read(physical(page), large.data()));
    free_pages_.push_back(page);
    std::memcpy(&page, large.data(), sizeof page);
  }
  return Done{};
}

Status SpillTable::grow() {
  if (buckets_.empty()) {
    std::vector<uint32_t> pages;
    buckets_.emplace_back();
    SLUICE_DO(rewrite_bucket(0, {}, pages));
  }
  while (static_cast<double>(stored_bytes_) > kFillMax * kRoom * static_cast<double>(buckets_.size())) {
    SLUICE_DO(split());
  }
  return Done{};
}

Status SpillTable::read_bucket(size_t bucket, std::string& records, std::vector<uint32_t>& pages) {
  for (uint32_t page = buckets_[bucket].page; page != 0; page = head().next) {
    SLUICE_DO(load(page));
    records.append(page_.data() + sizeof(PageHead), head().used - sizeof(PageHead));
    pages.push_back(page);
  }
  return Done{};
}

// Takes pages from the front of `pages`, and new ones when they do not suffice; what is left of them is not used.
Status SpillTable::rewrite_bucket(size_t bucket, const std::vector<const Record*>& records,
                                  std::vector<uint32_t>& pages) {
  auto take = [&] {
    if (pages.empty()) return allocate_page();
    uint32_t page = pages.front();
    pages.erase(pages.begin());
    return page;
  };
  Bucket& rewritten = buckets_[bucket];
  rewritten = {};
  rewritten.page = loaded_ = take();
  head() = {0, sizeof(PageHead)};
  for (const Record* record : records) {
    uint32_t bytes = stored_bytes(*record);
    if (head().used + bytes > SpillFile::kPageBytes) {
      head().next = take();
      SLUICE_DO(store());
      loaded_ = head().next;
      head() = {0, sizeof(PageHead)};
    }
    std::memcpy(page_.data() + head().used, record, bytes);
    head().used += bytes;
    add_to_filter(rewritten, record->hash);
  }
  return store();
}

// The first bucket that was not split in this round gives half of its rows to a new one at the end.
Status SpillTable::split() {
  size_t count = buckets_.size();
  size_t bucket = count - std::bit_floor(count);
  std::string records;
  std::vector<uint32_t> pages;
  SLUICE_DO(read_bucket(bucket, records, pages));
  buckets_.emplace_back();
  std::vector<const Record*> staying, leaving;
  for (size_t at = 0; at < records.size();) {
    auto* record = reinterpret_cast<const Record*>(records.data() + at);
    (bucket_of(record->hash) == bucket ? staying : leaving).push_back(record);
    at += stored_bytes(*record);
  }
  SLUICE_DO(rewrite_bucket(bucket, staying, pages));
  SLUICE_DO(rewrite_bucket(count, leaving, pages));
  free_pages_.insert(free_pages_.end(), pages.begin(), pages.end());
  account();
  return Done{};
}

Status SpillTable::for_each(const std::function<void(uint64_t hash, const char* payload, uint8_t flags)>& visit) {
  for (const Bucket& bucket : buckets_) {
    for (uint32_t page = bucket.page; page != 0; page = head().next) {
      SLUICE_DO(load(page));
      for (uint32_t at = sizeof(PageHead); at < head().used; at += stored_bytes(record_at(at))) {
        SLUICE_TRY(const char* payload, payload_of(record_at(at)));
        visit(record_at(at).hash, payload, record_at(at).flags);
      }
    }
  }
  return Done{};
}

}  // namespace sluice::runtime
