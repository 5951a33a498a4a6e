#pragma once
// Elements of ordered tables as records: {group bytes u32, element bytes u32, count i64} | group | element | padding.
#include <cstdint>
#include <cstring>
#include <string_view>

#include "runtime/checkpoint/snapshot_stream.h"

namespace sluice::runtime {

struct OrderedRecord {
  std::string_view group;
  std::string_view element;
  int64_t count = 0;
};

inline uint32_t bytes_of(const OrderedRecord& record) {
  return static_cast<uint32_t>(16 + ((record.group.size() + record.element.size() + 7) & ~size_t{7}));
}

inline void write(const OrderedRecord& record, char* out) {
  auto group_bytes = static_cast<uint32_t>(record.group.size());
  auto element_bytes = static_cast<uint32_t>(record.element.size());
  std::memcpy(out, &group_bytes, 4);
  std::memcpy(out + 4, &element_bytes, 4);
  std::memcpy(out + 8, &record.count, 8);
  char* next = out + 16;
  std::memcpy(next, record.group.data(), group_bytes);
  std::memcpy(next + group_bytes, record.element.data(), element_bytes);
  next += group_bytes + element_bytes;
  while ((next - out) % 8 != 0) *next++ = 0;
}

inline OrderedRecord read_ordered(const RecordHeader& header) {
  auto* payload = reinterpret_cast<const char*>(&header + 1);
  uint32_t group_bytes = 0, element_bytes = 0;
  OrderedRecord record;
  std::memcpy(&group_bytes, payload, 4);
  std::memcpy(&element_bytes, payload + 4, 4);
  std::memcpy(&record.count, payload + 8, 8);
  record.group = {payload + 16, group_bytes};
  record.element = {payload + 16 + group_bytes, element_bytes};
  return record;
}

class OrderedKeys final : public RecordKeys {
 public:
  bool same_key(const RecordHeader& a, const RecordHeader& b) const override {
    if (a.hash != b.hash) return false;
    OrderedRecord left = read_ordered(a), right = read_ordered(b);
    return left.group == right.group && left.element == right.element;
  }
};

}  // namespace sluice::runtime
