#include "runtime/interp/key_bundle.h"

#include <algorithm>

#include "base/key_hash.h"

namespace sluice::runtime::interp {

KeyBundle::KeyBundle(const KeySpec& spec) : fields_(stored_fields(spec.layout, 0, spec.columns)) {
  kernels_ = {this, hash, equal, pack, unpack};
  swap_in(&kernels_);
}

void KeyBundle::hash(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                     uint64_t* hashes) noexcept {
  std::fill_n(hashes, count, kKeyHashSeed);
  for (const StoredField& field : static_cast<const KeyBundle*>(self)->fields_) {
    hash_field_of(field, {columns, selection, count}, hashes);
  }
}

void KeyBundle::equal(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                      const uint8_t* const* slots, uint8_t* equal) noexcept {
  std::fill_n(equal, count, uint8_t{1});
  for (const StoredField& field : static_cast<const KeyBundle*>(self)->fields_) {
    equal_field_of(field, {columns, selection, count}, slots, equal);
  }
}

void KeyBundle::pack(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                     uint8_t* const* slots, StateHeap* heap) noexcept {
  for (const StoredField& field : static_cast<const KeyBundle*>(self)->fields_) {
    store_field(field, {columns, selection, count}, slots, heap);
  }
}

void KeyBundle::unpack(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                       const uint32_t* positions, MutableColumn* out) noexcept {
  for (const StoredField& field : static_cast<const KeyBundle*>(self)->fields_) {
    load_field(field, context, slots, count, positions, out++);
  }
}

RowBundle::RowBundle(const RowSpec& spec) : fields_(stored_fields(spec.layout, spec.first_field, spec.columns)) {
  kernels_ = {this, copy_in, copy_out, equal};
  swap_in(&kernels_);
}

void RowBundle::copy_in(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                        uint8_t* const* slots, StateHeap* heap) noexcept {
  for (const StoredField& field : static_cast<const RowBundle*>(self)->fields_) {
    store_field(field, {columns, selection, count}, slots, heap);
  }
}

void RowBundle::copy_out(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                         const uint32_t* positions, MutableColumn* out) noexcept {
  for (const StoredField& field : static_cast<const RowBundle*>(self)->fields_) {
    load_field(field, context, slots, count, positions, out++);
  }
}

void RowBundle::equal(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                      const uint8_t* const* slots, uint8_t* equal) noexcept {
  std::fill_n(equal, count, uint8_t{1});
  for (const StoredField& field : static_cast<const RowBundle*>(self)->fields_) {
    equal_field_of(field, {columns, selection, count}, slots, equal);
  }
}

}  // namespace sluice::runtime::interp
