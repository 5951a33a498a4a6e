#pragma once
// Rows in savepoints. The payload of a record:
//
//   key bytes u32 | value bytes u32 | written ms i64 | key | value | padding to 8
//
// Key and value are their fields in order, canonically: one null byte (1 is NULL, and nothing follows), then the
// little-endian fixed width, or a 4-byte length and the bytes. Elements of ordered tables have the group as key and
// {element with its length, count i64} as value.
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/checkpoint/segment_format.h"
#include "runtime/state/row_codec.h"

namespace sluice::runtime {

class PortableCodec {
 public:
  explicit PortableCodec(const SegmentTable& table) : table_(table), rows_(table) {}

  // Of a Put record of a segment.
  void encode(const RecordHeader& record, std::string& out);
  // Back into a Put record as segments have it. False when the bytes are malformed.
  bool decode(const RecordHeader& record, std::string& out) const;
  // Of an encoded record: what it is sorted by.
  static std::string_view key_of(const RecordHeader& record);

 private:
  void append_fields(size_t begin, size_t end, std::string& out) const;
  bool decode_row(std::string_view key, std::string_view value, int64_t written_ms, std::string& out) const;

  const SegmentTable table_;
  RowCodec rows_;
  std::vector<RowCodec::PackedField> fields_;
};

}  // namespace sluice::runtime
