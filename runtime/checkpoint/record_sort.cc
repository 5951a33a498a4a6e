#include "runtime/checkpoint/record_sort.h"

#include <algorithm>
#include <bit>

namespace sluice::runtime {
namespace {

// Keys are hashes, so that buckets of equal width fill evenly, and a bucket is sorted by insertion.
constexpr size_t kBucketRecords = 8;
constexpr size_t kInsertionMax = 48;

void sort_bucket(SortedRecord* begin, SortedRecord* end) {
  if (static_cast<size_t>(end - begin) > kInsertionMax) {
    std::stable_sort(begin, end, [](const SortedRecord& a, const SortedRecord& b) { return a.key < b.key; });
    return;
  }
  for (SortedRecord* next = begin + 1; next < end; ++next) {
    SortedRecord moving = *next;
    SortedRecord* hole = next;
    for (; hole > begin && hole[-1].key > moving.key; --hole) *hole = hole[-1];
    *hole = moving;
  }
}

// Maps sort keys to buckets in order: the position of the key group within the range, then the bits of the hash.
class Buckets {
 public:
  Buckets(KeyGroupRange groups, size_t records) : first_group_(groups.begin) {
    uint32_t count = std::max(1U, groups.end - groups.begin);
    size_t wanted = std::max<size_t>(1, records / kBucketRecords / count);
    bits_ = std::min(16, static_cast<int>(std::bit_width(wanted)) - 1);
    size_ = static_cast<size_t>(count) << bits_;
  }
  size_t size() const { return size_; }
  size_t operator()(uint64_t key) const {
    size_t group = (key >> 48) - first_group_;
    size_t bucket = (group << bits_) | ((key & 0xffffffffffffULL) >> (48 - bits_));
    return std::min(bucket, size_ - 1);
  }

 private:
  uint64_t first_group_;
  int bits_;
  size_t size_;
};

}  // namespace

void sort_records(std::span<const RecordBuffer> buffers, uint32_t max_parallelism, KeyGroupRange groups,
                  std::vector<SortedRecord>& sorted, std::vector<SortedRecord>& scratch) {
  scratch.clear();
  for (const RecordBuffer& buffer : buffers) {
    for (size_t at = 0; at < buffer.used;) {
      const RecordHeader& record = buffer.at(at);
      scratch.push_back({sort_key(record.hash, max_parallelism), &record});
      at += record.bytes;
    }
  }
  Buckets bucket_of(groups, scratch.size());
  std::vector<uint32_t> ends(bucket_of.size() + 1);
  for (const SortedRecord& record : scratch) ++ends[bucket_of(record.key) + 1];
  for (size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  sorted.resize(scratch.size());
  for (const SortedRecord& record : scratch) sorted[ends[bucket_of(record.key)]++] = record;
  // Every end has moved to the begin of the next bucket.
  for (size_t i = 0, begin = 0; i < bucket_of.size(); begin = ends[i++]) {
    if (ends[i] - begin > 1) sort_bucket(sorted.data() + begin, sorted.data() + ends[i]);
  }
}

}  // namespace sluice::runtime
