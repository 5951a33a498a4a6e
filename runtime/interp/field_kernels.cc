#include "runtime/interp/field_kernels.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "base/check.h"
#include "base/key_hash.h"
#include "base/scalar_abi.h"
#include "runtime/abi/canonical_bytes.h"

namespace sluice::runtime::interp {
namespace {

template <class T>
T load(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

// The bits of a number as the key hash sees them: zero-extended; of floats -0.0 and NaN in one form.
template <class T>
uint64_t hash_bits(T value) {
  return static_cast<std::make_unsigned_t<T>>(value);
}
template <>
uint64_t hash_bits(float value) {
  if (std::isnan(value)) value = std::numeric_limits<float>::quiet_NaN();
  value += 0.0F;
  uint32_t bits = 0;
  std::memcpy(&bits, &value, 4);
  return bits;
}
template <>
uint64_t hash_bits(double value) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  value += 0.0;
  uint64_t bits = 0;
  std::memcpy(&bits, &value, 8);
  return bits;
}

template <class T>
bool same_value(T a, T b) {
  return a == b;
}
// Bits, so that 0.0 and -0.0 stay apart; NaN equals NaN.
template <>
bool same_value(float a, float b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0 || (std::isnan(a) && std::isnan(b));
}
template <>
bool same_value(double a, double b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0 || (std::isnan(a) && std::isnan(b));
}

template <class T>
void hash_numbers(const ColumnView& column, const Rows& rows, uint64_t* hashes) {
  auto* values = static_cast<const T*>(column.values);
  if (column.validity == nullptr) {
    each_row(rows.selection, rows.count,
             [&](uint32_t i, uint32_t row) { hashes[i] = hash_field(hashes[i], hash_bits(values[row])); });
    return;
  }
  each_row(rows.selection, rows.count, [&](uint32_t i, uint32_t row) {
    hashes[i] = hash_field(hashes[i], is_valid(column.validity, row) ? hash_bits(values[row]) : kKeyHashNull);
  });
}

// `bytes` gives the bytes of a row's value as a string_view.
template <class F>
void hash_byte_strings(const ColumnView& column, const Rows& rows, uint64_t* hashes, F&& bytes) {
  each_row(rows.selection, rows.count, [&](uint32_t i, uint32_t row) {
    if (!is_valid(column.validity, row)) {
      hashes[i] = hash_null(hashes[i]);
      return;
    }
    std::string_view value = bytes(row);
    hashes[i] = hash_bytes(hashes[i], value.data(), static_cast<uint32_t>(value.size()));
  });
}

template <class T>
void equal_numbers(const StoredField& field, const Rows& rows, const uint8_t* const* slots, uint8_t* equal) {
  const ColumnView& column = rows.columns[field.column];
  auto* values = static_cast<const T*>(column.values);
  if (column.validity == nullptr && !field.type.nullable()) {
    each_row(rows.selection, rows.count, [&](uint32_t i, uint32_t row) {
      equal[i] &= static_cast<uint8_t>(same_value(values[row], load<T>(slots[i] + field.offset)));
    });
    return;
  }
  each_row(rows.selection, rows.count, [&](uint32_t i, uint32_t row) {
    bool valid = is_valid(column.validity, row);
    bool same =
        valid != field.is_null(slots[i]) && (!valid || same_value(values[row], load<T>(slots[i] + field.offset)));
    equal[i] &= static_cast<uint8_t>(same);
  });
}

// Strings and nested values: `view` gives a row's value as a StringView.
template <class F>
void equal_strings(const StoredField& field, const Rows& rows, const uint8_t* const* slots, uint8_t* equal, F&& view) {
  const ColumnView& column = rows.columns[field.column];
  each_row(rows.selection, rows.count, [&](uint32_t i, uint32_t row) {
    if (equal[i] == 0) return;
    bool valid = is_valid(column.validity, row);
    bool same = valid != field.is_null(slots[i]) && (!valid || view(row) == load<StringView>(slots[i] + field.offset));
    equal[i] = static_cast<uint8_t>(same);
  });
}

template <class T>
void store_fixed(const StoredField& field, const Rows& rows, uint8_t* const* slots) {
  const ColumnView& column = rows.columns[field.column];
  auto* values = static_cast<const T*>(column.values);
  if (column.validity == nullptr) {
    each_row(rows.selection, rows.count, [&](uint32_t i, uint32_t row) {
      std::memcpy(slots[i] + field.offset, &values[row], sizeof(T));
      field.set_null(slots[i], false);
    });
    return;
  }
  each_row(rows.selection, rows.count, [&](uint32_t i, uint32_t row) {
    bool valid = is_valid(column.validity, row);
    T value = valid ? values[row] : T{};
    std::memcpy(slots[i] + field.offset, &value, sizeof(T));
    field.set_null(slots[i], !valid);
  });
}

template <class T>
void load_fixed(const StoredField& field, const uint8_t* const* slots, uint32_t count, const uint32_t* positions,
                MutableColumn* out) {
  auto* values = static_cast<T*>(out->values);
  for (uint32_t i = 0; i < count; ++i) values[positions[i]] = load<T>(slots[i] + field.offset);
  if (out->validity == nullptr) return;
  for (uint32_t i = 0; i < count; ++i) set_valid(out->validity, positions[i], !field.is_null(slots[i]));
}

void load_strings(const StoredField& field, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                  const uint32_t* positions, MutableColumn* out) {
  auto* values = static_cast<StringView*>(out->values);
  for (uint32_t i = 0; i < count; ++i) {
    auto value = load<StringView>(slots[i] + field.offset);
    if (!value.is_inline()) {
      char* copy = context->arena->allocate(value.size());
      std::memcpy(copy, value.data_, value.size());
      value.data_ = copy;
    }
    values[positions[i]] = value;
    if (out->validity != nullptr) set_valid(out->validity, positions[i], !field.is_null(slots[i]));
  }
}

void load_blobs(const StoredField& field, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                const uint32_t* positions, MutableColumn* out) {
  for (uint32_t i = 0; i < count; ++i) {
    if (field.is_null(slots[i])) {
      write_null(field.type, *out, positions[i]);
      continue;
    }
    auto value = load<StringView>(slots[i] + field.offset);
    read_canonical_value(value.data(), field.type, *context, *out, positions[i]);
  }
}

// A scratch buffer for the canonical bytes of nested values, filled row by row.
class BlobReader {
 public:
  BlobReader(const StoredField& field, const ColumnView& column) : field_(field), column_(column) {}
  std::string_view bytes(uint32_t row) {
    scratch_.clear();
    append_canonical_value(column_, field_.type, row, scratch_);
    return scratch_;
  }

 private:
  const StoredField& field_;
  const ColumnView& column_;
  std::string scratch_;
};

}  // namespace

StoredField stored_field(const StateRowLayout& layout, uint32_t field, uint32_t column) {
  const StateRowLayout::Field& at = layout.fields[field];
  return {column, at.offset, field / 8, static_cast<uint8_t>(1U << (field % 8)), at.is_blob, at.type};
}

std::vector<StoredField> stored_fields(const StateRowLayout& layout, uint32_t first_field,
                                       const std::vector<uint32_t>& columns) {
  std::vector<StoredField> fields;
  for (uint32_t i = 0; i < columns.size(); ++i) fields.push_back(stored_field(layout, first_field + i, columns[i]));
  return fields;
}

void hash_field_of(const StoredField& field, const Rows& rows, uint64_t* hashes) noexcept {
  const ColumnView& column = rows.columns[field.column];
  switch (field.type.physical()) {
    case Physical::Bool:
    case Physical::Int8:
      return hash_numbers<int8_t>(column, rows, hashes);
    case Physical::Int16:
      return hash_numbers<int16_t>(column, rows, hashes);
    case Physical::Int32:
      return hash_numbers<int32_t>(column, rows, hashes);
    case Physical::Int64:
      return hash_numbers<int64_t>(column, rows, hashes);
    case Physical::Float32:
      return hash_numbers<float>(column, rows, hashes);
    case Physical::Float64:
      return hash_numbers<double>(column, rows, hashes);
    case Physical::Int128:
    case Physical::TimestampNs: {
      auto* values = static_cast<const char*>(column.values);
      return hash_byte_strings(column, rows, hashes,
                               [&](uint32_t row) { return std::string_view(values + size_t{row} * 16, 16); });
    }
    case Physical::String: {
      auto* values = static_cast<const StringView*>(column.values);
      return hash_byte_strings(column, rows, hashes, [&](uint32_t row) { return values[row].view(); });
    }
    case Physical::List:
    case Physical::Map:
    case Physical::Struct: {
      BlobReader blobs(field, column);
      return hash_byte_strings(column, rows, hashes, [&](uint32_t row) { return blobs.bytes(row); });
    }
    case Physical::None:
      SLUICE_UNREACHABLE("a key field without values");
  }
}

void equal_field_of(const StoredField& field, const Rows& rows, const uint8_t* const* slots, uint8_t* equal) noexcept {
  const ColumnView& column = rows.columns[field.column];
  switch (field.type.physical()) {
    case Physical::Bool:
    case Physical::Int8:
      return equal_numbers<int8_t>(field, rows, slots, equal);
    case Physical::Int16:
      return equal_numbers<int16_t>(field, rows, slots, equal);
    case Physical::Int32:
      return equal_numbers<int32_t>(field, rows, slots, equal);
    case Physical::Int64:
      return equal_numbers<int64_t>(field, rows, slots, equal);
    case Physical::Float32:
      return equal_numbers<float>(field, rows, slots, equal);
    case Physical::Float64:
      return equal_numbers<double>(field, rows, slots, equal);
    case Physical::Int128:
      return equal_numbers<Int128>(field, rows, slots, equal);
    case Physical::TimestampNs:
      return equal_numbers<TimestampNs>(field, rows, slots, equal);
    case Physical::String: {
      auto* values = static_cast<const StringView*>(column.values);
      return equal_strings(field, rows, slots, equal, [&](uint32_t row) { return values[row]; });
    }
    case Physical::List:
    case Physical::Map:
    case Physical::Struct: {
      BlobReader blobs(field, column);
      return equal_strings(field, rows, slots, equal, [&](uint32_t row) { return StringView(blobs.bytes(row)); });
    }
    case Physical::None:
      SLUICE_UNREACHABLE("a stored field without values");
  }
}

void store_string(const StoredField& field, uint8_t* slot, const StringView& value, StateHeap* heap) noexcept {
  auto old = load<StringView>(slot + field.offset);
  if (!old.is_inline()) heap->release(heap, old.data_, old.size());
  StringView kept = value;
  if (!value.is_inline()) {
    char* copy = heap->allocate(heap, value.size());
    std::memcpy(copy, value.data_, value.size());
    kept.data_ = copy;
  }
  std::memcpy(slot + field.offset, &kept, sizeof(kept));
}

void store_field(const StoredField& field, const Rows& rows, uint8_t* const* slots, StateHeap* heap) noexcept {
  const ColumnView& column = rows.columns[field.column];
  auto store_strings = [&](auto&& view) {
    each_row(rows.selection, rows.count, [&](uint32_t i, uint32_t row) {
      bool valid = is_valid(column.validity, row);
      store_string(field, slots[i], valid ? view(row) : StringView(), heap);
      field.set_null(slots[i], !valid);
    });
  };
  if (field.is_blob) {
    BlobReader blobs(field, column);
    return store_strings([&](uint32_t row) { return StringView(blobs.bytes(row)); });
  }
  if (field.type.physical() == Physical::String) {
    auto* values = static_cast<const StringView*>(column.values);
    return store_strings([&](uint32_t row) { return values[row]; });
  }
  switch (field.type.width()) {
    case 1:
      return store_fixed<uint8_t>(field, rows, slots);
    case 2:
      return store_fixed<uint16_t>(field, rows, slots);
    case 4:
      return store_fixed<uint32_t>(field, rows, slots);
    case 8:
      return store_fixed<uint64_t>(field, rows, slots);
    case 16:
      return store_fixed<Int128>(field, rows, slots);
    default:
      SLUICE_UNREACHABLE("widths of fixed values are powers of two up to 16");
  }
}

void load_field(const StoredField& field, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                const uint32_t* positions, MutableColumn* out) noexcept {
  if (field.is_blob) return load_blobs(field, context, slots, count, positions, out);
  if (field.type.physical() == Physical::String) return load_strings(field, context, slots, count, positions, out);
  switch (field.type.width()) {
    case 1:
      return load_fixed<uint8_t>(field, slots, count, positions, out);
    case 2:
      return load_fixed<uint16_t>(field, slots, count, positions, out);
    case 4:
      return load_fixed<uint32_t>(field, slots, count, positions, out);
    case 8:
      return load_fixed<uint64_t>(field, slots, count, positions, out);
    case 16:
      return load_fixed<Int128>(field, slots, count, positions, out);
    default:
      SLUICE_UNREACHABLE("widths of fixed values are powers of two up to 16");
  }
}

}  // namespace sluice::runtime::interp
