#pragma once
// Key and row bundles of the interpreter: loops over the fields, one pass per field.
#include <vector>

#include "runtime/abi/code_provider.h"
#include "runtime/interp/field_kernels.h"

namespace sluice::runtime::interp {

// A handle whose bundle never changes and whose `self` is the handle's own state.
class KeyBundle final : public KernelHandle<KeyKernels> {
 public:
  explicit KeyBundle(const KeySpec& spec);

 private:
  static void hash(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                   uint64_t* hashes) noexcept;
  static void equal(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                    const uint8_t* const* slots, uint8_t* equal) noexcept;
  static void pack(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                   uint8_t* const* slots, StateHeap* heap) noexcept;
  static void unpack(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                     const uint32_t* positions, MutableColumn* out) noexcept;

  std::vector<StoredField> fields_;
  KeyKernels kernels_;
};

class RowBundle final : public KernelHandle<RowKernels> {
 public:
  explicit RowBundle(const RowSpec& spec);

 private:
  static void copy_in(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                      uint8_t* const* slots, StateHeap* heap) noexcept;
  static void copy_out(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                       const uint32_t* positions, MutableColumn* out) noexcept;
  static void equal(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                    const uint8_t* const* slots, uint8_t* equal) noexcept;

  std::vector<StoredField> fields_;
  RowKernels kernels_;
};

}  // namespace sluice::runtime::interp
