#pragma once
// The kinds of types and the physical forms in which their values stand in a column. Apart from type.h, because kernels
// know these and nothing heavier.
#include <cstdint>

namespace sluice {

enum class TypeRoot : uint8_t {
  Invalid,  // Of an expression that was already reported: every check lets it pass in silence.
  Null,     // Of the literal NULL before it meets another type.
  Boolean,
  TinyInt,
  SmallInt,
  Int,
  BigInt,
  Float,
  Double,
  Decimal,    // precision 1..38, scale 0..precision
  Char,       // length
  VarChar,    // length; STRING is VARCHAR(2147483647)
  Binary,     // length
  VarBinary,  // length; BYTES is VARBINARY(2147483647)
  Date,
  Time,          // precision 0..9; milliseconds are stored
  Timestamp,     // precision 0..9, a wall-clock value
  TimestampLtz,  // precision 0..9, an instant
  IntervalYearMonth,
  IntervalDayTime,
  Array,     // children: element
  Map,       // children: key, value
  Multiset,  // children: element; stored as Map<element, INT NOT NULL>
  Row,       // children with names
  Raw,
  Variant,
  Bitmap,
  Descriptor,  // Of DESCRIPTOR(c) only.
};

// How a value of the type stands in a column; one byte code for all who must switch over it.
enum class Physical : uint8_t {
  None,  // Invalid, Descriptor: no value exists.
  Bool,  // 1 byte, 0 or 1 (Arrow packs bits: converted where batches leave as Arrow)
  Int8,
  Int16,
  Int32,   // INT, DATE (days), TIME (milliseconds of the day), INTERVAL YEAR TO MONTH (months)
  Int64,   // BIGINT, DECIMAL(p<=18) unscaled, TIMESTAMP(p<=3) ms, TIMESTAMP(4..6) us, INTERVAL DAY TO SECOND ms
  Int128,  // DECIMAL(19..38) unscaled, 16 bytes, little-endian
  Float32,
  Float64,
  String,       // 16-byte StringView: CHAR, VARCHAR, BINARY, VARBINARY, RAW, VARIANT (JSON text), BITMAP
  TimestampNs,  // TIMESTAMP(7..9): {int64 milliseconds, int32 nanoseconds of the millisecond, int32 zero}, 16 bytes
  List,         // ARRAY: ListView {offset, length} into child 0
  Map,          // MAP, MULTISET: ListView into children 0 (keys) and 1 (values)
  Struct,       // ROW: no bytes of its own, only validity and children
};

}  // namespace sluice
