#pragma once
// A segment: what changed in one task's tables between two barriers (or the outcome of merging several). Written once,
// append-only.
//
//   magic | block* | footer | trailer {footer offset, footer bytes, footer checksum, magic}
//
// A block holds records of one table (of one slice). The blocks of one table with the same `run` number are sorted by
// sort_key, and no key occurs twice in a run. Runs are in the order of time: a later one wins, and so does a later
// segment. Checksums of the blocks are in the footer, the footer's is in the manifest.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/key_hash.h"
#include "base/result.h"
#include "catalog/types/type.h"

namespace sluice::runtime {

inline constexpr uint32_t kSegmentVersion = 1;
inline constexpr std::string_view kSegmentMagic = "SLUISEG1";

enum class RecordKind : uint32_t { Put = 0, Delete = 1 };

// In front of every record. Records are 8-byte aligned within their block.
struct RecordHeader {
  uint64_t hash = 0;   // KeyKernels::hash of the key.
  uint32_t bytes = 0;  // Of the whole record, this header and padding included; a multiple of 8.
  RecordKind kind = RecordKind::Put;
};
static_assert(sizeof(RecordHeader) == 16);

// Key group first, so that a range of key groups is a range of a run.
inline uint64_t sort_key(uint64_t hash, uint32_t max_parallelism) {
  return (static_cast<uint64_t>(key_group_of(hash, max_parallelism)) << 48) | (hash >> 16);
}
inline uint32_t key_group_of_sort_key(uint64_t key) { return static_cast<uint32_t>(key >> 48); }

enum class SegmentTableKind : uint8_t {
  Value = 1,    // Payload: runtime/state/row_codec.h.
  Slices = 2,   // The same, one table per slice end.
  Ordered = 3,  // Payload: runtime/state/ordered_codec.h.
};

struct SegmentField {
  uint32_t id = 0;
  std::string name;
  Type type;
  bool operator==(const SegmentField&) const = default;
};

struct SegmentTable {
  std::string uid;
  std::string name;
  SegmentTableKind kind = SegmentTableKind::Value;
  uint32_t key_fields = 0;
  bool has_ttl = false;  // Records begin with the time of the last write, wall milliseconds.
  std::vector<SegmentField> fields;
  bool operator==(const SegmentTable&) const = default;
};

// All records of a table, or of one of its slices, in *earlier* segments are void.
struct SegmentDrop {
  uint32_t table = 0;
  bool is_whole_table = false;
  int64_t slice_end_ms = 0;
  bool operator==(const SegmentDrop&) const = default;
};

struct SegmentBlock {
  uint32_t table = 0;
  uint32_t run = 0;
  int64_t slice_end_ms = 0;
  uint64_t offset = 0;
  uint32_t bytes = 0;
  uint32_t records = 0;
  KeyGroupRange groups;
  uint64_t checksum = 0;
  bool operator==(const SegmentBlock&) const = default;
};

struct SegmentFooter {
  // Payloads are portable (runtime/checkpoint/portable_codec.h), and each run holds one key group: a savepoint file.
  bool is_portable = false;
  uint32_t max_parallelism = 128;
  std::vector<SegmentTable> tables;
  std::vector<SegmentDrop> drops;
  std::vector<SegmentBlock> blocks;
  bool operator==(const SegmentFooter&) const = default;
};

std::string encode(const SegmentFooter& footer);
Result<SegmentFooter> decode_footer(std::string_view bytes);

struct SegmentTrailer {
  static constexpr size_t kBytes = 32;
  uint64_t footer_offset = 0;
  uint64_t footer_bytes = 0;
  uint64_t footer_checksum = 0;
};
std::string encode(const SegmentTrailer& trailer);
Result<SegmentTrailer> decode_trailer(std::string_view bytes);

}  // namespace sluice::runtime
