#pragma once
// Packed rows as records of segments, without pointers:
//
//   Put:    [written ms, when the table has a TTL] row bytes | long strings in the order of the fields | padding to 8
//   Delete: [0, when the table has a TTL] row bytes up to the end of the key | long strings of the key | padding to 8
//
// A long string's view keeps its size and prefix; its pointer is zero.
#include <cstdint>
#include <memory>
#include <vector>

#include "base/scalar_abi.h"
#include "runtime/abi/state_row.h"
#include "runtime/checkpoint/segment_format.h"
#include "runtime/checkpoint/snapshot_stream.h"

namespace sluice::runtime {

class RowCodec {
 public:
  RowCodec(StateRowLayout layout, uint32_t key_fields, bool has_ttl);
  // Of a table as its segment describes it.
  explicit RowCodec(const SegmentTable& table);

  const StateRowLayout& layout() const { return layout_; }
  uint32_t key_fields() const { return key_fields_; }
  bool has_ttl() const { return has_ttl_; }
  bool has_strings() const { return !strings_.empty(); }

  uint32_t put_bytes(const uint8_t* row) const {
    return ttl_bytes_ + layout_.size + (strings_.empty() ? 0 : long_bytes(row, strings_.size()));
  }
  void put(const uint8_t* row, int64_t written_ms, char* out) const;
  uint32_t delete_bytes(const uint8_t* row) const;
  void put_delete(const uint8_t* row, char* out) const;

  int64_t written_ms(const char* payload) const;
  // Into a row of any content; long strings are copied to the heap.
  void unpack(const char* payload, uint8_t* row, StateHeap* heap) const;
  // The key only; all other bytes become zero.
  void unpack_key(const char* payload, RecordKind kind, uint8_t* row, StateHeap* heap) const;
  bool is_key_of(const char* payload, RecordKind kind, const uint8_t* row) const;
  bool same_key(const char* a, RecordKind a_kind, const char* b, RecordKind b_kind) const;
  void release_strings(const uint8_t* row, StateHeap* heap) const;

  // The packed bytes of field `i` of a Put: where its fixed part stands, and its long bytes (null when there are none).
  struct PackedField {
    const char* fixed = nullptr;
    const char* long_bytes = nullptr;
    bool is_null = false;
  };
  void fields(const char* payload, RecordKind kind, std::vector<PackedField>& out) const;
  bool is_string(size_t field) const { return is_string_[field]; }

 private:
  uint32_t long_bytes(const uint8_t* row, size_t strings) const;
  char* copy_long(const uint8_t* row, size_t strings, uint32_t fixed, char* out) const;
  void adopt_long(const char* bytes, size_t strings, uint8_t* row, StateHeap* heap) const;
  bool same_null_bits(const char* a, const char* b) const;
  uint32_t fixed_bytes(RecordKind kind) const { return kind == RecordKind::Put ? layout_.size : key_bytes_; }

  StateRowLayout layout_;
  uint32_t key_fields_;
  bool has_ttl_;
  uint32_t ttl_bytes_;
  uint32_t key_end_;                // End of the last key field in the row.
  uint32_t key_bytes_;              // The same, rounded up to 8.
  std::vector<uint32_t> strings_;   // Offsets of the fields that are StringViews.
  size_t key_strings_ = 0;          // The first of them belong to the key.
  std::vector<bool> is_string_;     // Per field.
  std::vector<uint8_t> key_nulls_;  // Mask over the null bytes.
};

class RowKeys final : public RecordKeys {
 public:
  explicit RowKeys(std::shared_ptr<const RowCodec> codec) : codec_(std::move(codec)) {}
  bool same_key(const RecordHeader& a, const RecordHeader& b) const override {
    if (a.hash != b.hash) return false;
    return codec_->same_key(reinterpret_cast<const char*>(&a + 1), a.kind, reinterpret_cast<const char*>(&b + 1),
                            b.kind);
  }

 private:
  std::shared_ptr<const RowCodec> codec_;
};

}  // namespace sluice::runtime
