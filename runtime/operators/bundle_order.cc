#include "runtime/operators/bundle_order.h"

#include <bit>
#include <cstring>

#include "base/scalar_abi.h"

namespace sluice::runtime {
namespace {

// Murmur 3 over 32-bit words, with the seed that Flink's rows have.
uint32_t hash_words(std::string_view bytes) {
  uint32_t hash = 42;
  for (size_t at = 0; at < bytes.size(); at += 4) {
    uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, 4);
    word = std::rotl(word * 0xcc9e2d51U, 15) * 0x1b873593U;
    hash = std::rotl(hash ^ word, 13) * 5 + 0xe6546b64U;
  }
  hash ^= static_cast<uint32_t>(bytes.size());
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bU;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35U;
  return hash ^ (hash >> 16);
}

bool is_nested(const Type& type) {
  Physical physical = type.physical();
  return physical == Physical::List || physical == Physical::Map || physical == Physical::Struct;
}

// DECIMAL above 18 digits and TIMESTAMP above milliseconds have a variable part even when they are NULL.
size_t reserved_bytes(const Type& type) {
  if (type.physical() == Physical::Int128) return 16;
  return type.is_timestamp() && type.precision() > 3 ? 8 : 0;
}

// Big-endian two's complement without redundant leading bytes.
std::string big_endian(Int128 value) {
  std::string bytes;
  for (int shift = 120; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  size_t skip = 0;
  while (skip < 15) {
    auto first = static_cast<int8_t>(bytes[skip]);
    auto next = static_cast<int8_t>(bytes[skip + 1]);
    if (!((first == 0 && next >= 0) || (first == -1 && next < 0))) break;
    ++skip;
  }
  return bytes.substr(skip);
}

}  // namespace

BundleOrder::BundleOrder(std::vector<uint32_t> columns, const RowSchema& schema) : columns_(std::move(columns)) {
  for (uint32_t column : columns_) {
    types_.push_back(schema[column].type);
    is_nested_ = is_nested_ || is_nested(types_.back());
  }
  auto fields = static_cast<uint32_t>(columns_.size());
  fixed_bytes_ = (fields + 8 + 63) / 64 * 8 + fields * 8;
}

// The key as one of Flink's rows: null bits behind 8 bits of row kind, a word per field, variable parts.
uint32_t BundleOrder::hash_of(const ColumnView* columns, uint32_t row) {
  if (is_nested_) return 0;
  row_.assign(fixed_bytes_, '\0');
  size_t first = fixed_bytes_ - columns_.size() * 8;
  for (size_t field = 0; field < columns_.size(); ++field) {
    at_ = first + field * 8;
    append_value(columns[columns_[field]], types_[field], row, field);
  }
  return hash_words(row_);
}

void BundleOrder::append_variable(std::string_view bytes, size_t padded, uint32_t low) {
  uint64_t word = (uint64_t{row_.size()} << 32) | low;
  std::memcpy(row_.data() + at_, &word, 8);
  row_.append(bytes);
  row_.append(padded - bytes.size(), '\0');
}

void BundleOrder::append_value(const ColumnView& column, const Type& type, uint32_t row, size_t field) {
  size_t reserved = reserved_bytes(type);
  if (!is_valid(column.validity, row)) {
    row_[(field + 8) / 8] = static_cast<char>(row_[(field + 8) / 8] | (1 << ((field + 8) % 8)));
    if (reserved > 0) append_variable({}, reserved, 0);
    return;
  }
  size_t width = type.width();
  const char* value = static_cast<const char*>(column.values) + row * width;
  if (type.physical() == Physical::String) {
    StringView text;
    std::memcpy(static_cast<void*>(&text), value, sizeof(text));
    if (text.size() > 7) return append_variable(text.view(), (size_t{text.size()} + 7) / 8 * 8, text.size());
    std::memcpy(row_.data() + at_, text.data(), text.size());
    row_[at_ + 7] = static_cast<char>(0x80 | text.size());
  } else if (type.physical() == Physical::Int128) {
    Int128 number = 0;
    std::memcpy(&number, value, sizeof(number));
    std::string bytes = big_endian(number);
    append_variable(bytes, 16, static_cast<uint32_t>(bytes.size()));
  } else if (reserved == 8) {
    TimestampNs time;
    if (type.physical() == Physical::TimestampNs) {
      std::memcpy(&time, value, sizeof(time));
    } else {
      int64_t us = 0;
      std::memcpy(&us, value, sizeof(us));
      int64_t rest = (us % 1000 + 1000) % 1000;
      time = {(us - rest) / 1000, static_cast<int32_t>(rest * 1000), 0};
    }
    append_variable({reinterpret_cast<const char*>(&time.milliseconds), 8}, 8, static_cast<uint32_t>(time.nanoseconds));
  } else {
    std::memcpy(row_.data() + at_, value, width);
  }
}

std::vector<uint32_t> BundleOrder::order() {
  while (hashes_.size() > size_t{buckets_} / 4 * 3) buckets_ *= 2;
  // By bucket, and by arrival within one: a counting sort.
  std::vector<uint32_t> begins(buckets_ + 1, 0);
  auto bucket_of = [&](uint32_t hash) { return (hash ^ (hash >> 16)) & (buckets_ - 1); };
  for (uint32_t hash : hashes_) ++begins[bucket_of(hash) + 1];
  for (uint32_t b = 0; b < buckets_; ++b) begins[b + 1] += begins[b];
  std::vector<uint32_t> order(hashes_.size());
  for (uint32_t i = 0; i < hashes_.size(); ++i) order[begins[bucket_of(hashes_[i])]++] = i;
  return order;
}

}  // namespace sluice::runtime
