#include "runtime/state/row_codec.h"

#include <algorithm>
#include <cstring>

namespace sluice::runtime {
namespace {

uint32_t round_up_8(uint32_t bytes) { return (bytes + 7) & ~7U; }

// Size and pointer of the StringView at `view`.
uint32_t size_at(const void* view) {
  uint32_t size = 0;
  std::memcpy(&size, view, 4);
  return size;
}
const char* data_at(const void* view) {
  const char* data = nullptr;
  std::memcpy(&data, static_cast<const char*>(view) + 8, 8);
  return data;
}
bool is_long(const void* view) { return size_at(view) > StringView::kInlineMax; }

std::vector<Type> types_of(const SegmentTable& table) {
  std::vector<Type> types;
  for (const SegmentField& field : table.fields) types.push_back(field.type);
  return types;
}

}  // namespace

RowCodec::RowCodec(StateRowLayout layout, uint32_t key_fields, bool has_ttl)
    : layout_(std::move(layout)), key_fields_(key_fields), has_ttl_(has_ttl), ttl_bytes_(has_ttl ? 8 : 0) {
  key_end_ = layout_.null_bytes;
  key_nulls_.assign(layout_.null_bytes, 0);
  for (size_t i = 0; i < layout_.fields.size(); ++i) {
    const StateRowLayout::Field& field = layout_.fields[i];
    bool is_string = field.is_blob || field.type.physical() == Physical::String;
    is_string_.push_back(is_string);
    if (is_string) strings_.push_back(field.offset);
    if (i >= key_fields) continue;
    auto width = static_cast<uint32_t>(is_string ? sizeof(StringView) : field.type.width());
    key_end_ = field.offset + width;
    key_strings_ = strings_.size();
    key_nulls_[i / 8] = static_cast<uint8_t>(key_nulls_[i / 8] | (1U << (i % 8)));
  }
  key_bytes_ = round_up_8(key_end_);
}

RowCodec::RowCodec(const SegmentTable& table) : RowCodec(layout_of(types_of(table)), table.key_fields, table.has_ttl) {}

uint32_t RowCodec::long_bytes(const uint8_t* row, size_t strings) const {
  uint32_t bytes = 0;
  for (size_t i = 0; i < strings; ++i) {
    uint32_t size = size_at(row + strings_[i]);
    if (size > StringView::kInlineMax) bytes += size;
  }
  return round_up_8(bytes);
}

// Appends the long bytes behind the fixed part at `out` and clears the pointers there.
char* RowCodec::copy_long(const uint8_t* row, size_t strings, uint32_t fixed, char* out) const {
  char* next = out + fixed;
  for (size_t i = 0; i < strings; ++i) {
    const uint8_t* view = row + strings_[i];
    if (!is_long(view)) continue;
    uint32_t size = size_at(view);
    std::memcpy(next, data_at(view), size);
    std::memset(out + strings_[i] + 8, 0, 8);
    next += size;
  }
  while ((next - out) % 8 != 0) *next++ = 0;
  return next;
}

void RowCodec::put(const uint8_t* row, int64_t written_ms, char* out) const {
  if (has_ttl_) std::memcpy(out, &written_ms, 8);
  out += ttl_bytes_;
  std::memcpy(out, row, layout_.size);
  if (!strings_.empty()) copy_long(row, strings_.size(), layout_.size, out);
}

uint32_t RowCodec::delete_bytes(const uint8_t* row) const {
  return ttl_bytes_ + key_bytes_ + long_bytes(row, key_strings_);
}

void RowCodec::put_delete(const uint8_t* row, char* out) const {
  if (has_ttl_) std::memset(out, 0, 8);
  out += ttl_bytes_;
  std::memset(out, 0, key_bytes_);
  std::memcpy(out, row, key_end_);
  for (uint32_t i = 0; i < layout_.null_bytes; ++i) out[i] = static_cast<char>(row[i] & key_nulls_[i]);
  copy_long(row, key_strings_, key_bytes_, out);
}

int64_t RowCodec::written_ms(const char* payload) const {
  int64_t value = 0;
  if (has_ttl_) std::memcpy(&value, payload, 8);
  return value;
}

void RowCodec::adopt_long(const char* bytes, size_t strings, uint8_t* row, StateHeap* heap) const {
  for (size_t i = 0; i < strings; ++i) {
    uint8_t* view = row + strings_[i];
    if (!is_long(view)) continue;
    uint32_t size = size_at(view);
    char* copy = heap->allocate(heap, size);
    std::memcpy(copy, bytes, size);
    std::memcpy(view + 8, &copy, 8);
    bytes += size;
  }
}

void RowCodec::unpack(const char* payload, uint8_t* row, StateHeap* heap) const {
  payload += ttl_bytes_;
  std::memcpy(row, payload, layout_.size);
  if (!strings_.empty()) adopt_long(payload + layout_.size, strings_.size(), row, heap);
}

void RowCodec::unpack_key(const char* payload, RecordKind kind, uint8_t* row, StateHeap* heap) const {
  payload += ttl_bytes_;
  std::memset(row, 0, layout_.size);
  std::memcpy(row, payload, key_end_);
  for (uint32_t i = 0; i < layout_.null_bytes; ++i) row[i] = static_cast<uint8_t>(row[i] & key_nulls_[i]);
  adopt_long(payload + fixed_bytes(kind), key_strings_, row, heap);
}

bool RowCodec::same_null_bits(const char* a, const char* b) const {
  for (uint32_t i = 0; i < layout_.null_bytes; i += 8) {
    uint64_t left, right, mask;
    std::memcpy(&left, a + i, 8);
    std::memcpy(&right, b + i, 8);
    std::memcpy(&mask, key_nulls_.data() + i, 8);
    if (((left ^ right) & mask) != 0) return false;
  }
  return true;
}

bool RowCodec::is_key_of(const char* payload, RecordKind kind, const uint8_t* row) const {
  payload += ttl_bytes_;
  auto* bytes = reinterpret_cast<const char*>(row);
  if (!same_null_bits(payload, bytes)) return false;
  uint32_t at = layout_.null_bytes;
  const char* long_data = payload + fixed_bytes(kind);
  for (size_t i = 0; i < key_strings_; ++i) {
    uint32_t view = strings_[i];
    if (std::memcmp(payload + at, bytes + at, view + 8 - at) != 0) return false;  // Up to the view's size and prefix.
    at = view + 16;
    if (!is_long(bytes + view)) {
      if (std::memcmp(payload + view + 8, bytes + view + 8, 8) != 0) return false;
      continue;
    }
    uint32_t size = size_at(bytes + view);
    if (std::memcmp(long_data, data_at(bytes + view), size) != 0) return false;
    long_data += size;
  }
  return std::memcmp(payload + at, bytes + at, key_end_ - at) == 0;
}

bool RowCodec::same_key(const char* a, RecordKind a_kind, const char* b, RecordKind b_kind) const {
  a += ttl_bytes_;
  b += ttl_bytes_;
  if (!same_null_bits(a, b)) return false;
  if (std::memcmp(a + layout_.null_bytes, b + layout_.null_bytes, key_end_ - layout_.null_bytes) != 0) return false;
  if (key_strings_ == 0) return true;
  size_t size = 0;
  for (size_t i = 0; i < key_strings_; ++i) {
    uint32_t bytes = size_at(a + strings_[i]);
    if (bytes > StringView::kInlineMax) size += bytes;
  }
  return std::memcmp(a + fixed_bytes(a_kind), b + fixed_bytes(b_kind), size) == 0;
}

void RowCodec::release_strings(const uint8_t* row, StateHeap* heap) const {
  for (uint32_t offset : strings_) {
    const uint8_t* view = row + offset;
    if (is_long(view)) heap->release(heap, data_at(view), size_at(view));
  }
}

void RowCodec::fields(const char* payload, RecordKind kind, std::vector<PackedField>& out) const {
  payload += ttl_bytes_;
  const char* long_data = payload + fixed_bytes(kind);
  out.clear();
  size_t count = kind == RecordKind::Put ? layout_.fields.size() : key_fields_;
  for (size_t i = 0; i < count; ++i) {
    PackedField field;
    field.fixed = payload + layout_.fields[i].offset;
    field.is_null = ((static_cast<uint8_t>(payload[i / 8]) >> (i % 8)) & 1) != 0;
    if (is_string_[i] && is_long(field.fixed)) {
      field.long_bytes = long_data;
      long_data += size_at(field.fixed);
    }
    out.push_back(field);
  }
}

}  // namespace sluice::runtime
