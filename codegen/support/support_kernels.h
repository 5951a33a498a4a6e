#pragma once
// The pieces of key, aggregate and row kernels that are the same for every query. Like SQL functions they exist twice:
// in this library, where baseline code calls them, and in codegen_support.bc, from where optimized code inlines them.
#include <cstdint>

#include "base/kernel_context.h"
#include "base/key_hash.h"
#include "base/scalar_abi.h"
#include "runtime/abi/state_row.h"

namespace sluice::codegen {

using runtime::StateHeap;

#define SLUICE_SUPPORT extern "C" __attribute__((visibility("default")))

// 0, 1, 2, ...: stands in for an absent selection, so that loops need no second form.
SLUICE_SUPPORT const uint32_t* sluice_support_identity() noexcept;
// A bitmap of kBatchRowsMax ones: stands in for absent validity.
SLUICE_SUPPORT const uint64_t* sluice_support_all_valid() noexcept;

// The kinds of kBatchRowsMax rows that are all +I.
SLUICE_SUPPORT const int8_t* sluice_support_all_inserts() noexcept;

SLUICE_SUPPORT uint64_t sluice_support_hash_field(uint64_t hash, uint64_t bits) noexcept;
SLUICE_SUPPORT uint64_t sluice_support_hash_string(uint64_t hash, const StringView* text) noexcept;
SLUICE_SUPPORT uint64_t sluice_support_hash_16(uint64_t hash, const char* bytes) noexcept;
// The bits of a key: -0.0 and NaN normalised.
SLUICE_SUPPORT uint64_t sluice_support_key_bits_32(float value) noexcept;
SLUICE_SUPPORT uint64_t sluice_support_key_bits_64(double value) noexcept;

SLUICE_SUPPORT bool sluice_support_string_equal(const StringView* left, const StringView* right) noexcept;
// Less than zero, zero, more than zero: bytes as unsigned.
SLUICE_SUPPORT int32_t sluice_support_string_compare(const StringView* left, const StringView* right) noexcept;
// Into a fresh slot.
SLUICE_SUPPORT void sluice_support_string_store(StringView* slot, const StringView* text, StateHeap* heap) noexcept;
// Over what the slot held.
SLUICE_SUPPORT void sluice_support_string_replace(StringView* slot, const StringView* text, StateHeap* heap) noexcept;
SLUICE_SUPPORT void sluice_support_string_clear(StringView* slot, StateHeap* heap) noexcept;
// Out of a slot: long bytes are copied into the context's arena.
SLUICE_SUPPORT void sluice_support_string_load(StringView* out, const StringView* slot,
                                               KernelContext* context) noexcept;

// The positions of the ones among `rows` bytes of 0 and 1, in order; returns how many.
SLUICE_SUPPORT uint32_t sluice_support_compress(const uint8_t* mask, uint32_t rows, uint32_t* selection) noexcept;
// A byte per row: the row's bit, 1 when there is no bitmap. `out` has room for kBatchRowsMax bytes.
SLUICE_SUPPORT void sluice_support_expand_validity(const uint64_t* validity, uint32_t rows, uint8_t* out) noexcept;
// Bytes of rows without the bit become 0: a field below a NULL row is NULL.
SLUICE_SUPPORT void sluice_support_mask_validity(const uint64_t* validity, uint32_t rows, uint8_t* out) noexcept;
// The other way; a null bitmap is left alone.
SLUICE_SUPPORT void sluice_support_pack_validity(const uint8_t* valid, uint32_t rows, uint64_t* out) noexcept;

// Sums of DECIMAL as catalog/functions/aggregate_steps.h has them. Return whether the sum is NULL from here on.
SLUICE_SUPPORT bool sluice_support_decimal_first(Int128* sum, bool is_null, const Int128* value) noexcept;
SLUICE_SUPPORT bool sluice_support_decimal_plus(Int128* sum, bool is_null, const Int128* value) noexcept;
SLUICE_SUPPORT bool sluice_support_decimal_minus(Int128* sum, bool is_null, const Int128* value) noexcept;
// Averages; return whether there is none.
SLUICE_SUPPORT bool sluice_support_decimal_average(const Int128* sum, bool is_null, int64_t count, int32_t scale,
                                                   int32_t result_scale, Int128* out) noexcept;
SLUICE_SUPPORT bool sluice_support_integer_average(int64_t sum, int64_t count, int64_t* out) noexcept;
SLUICE_SUPPORT bool sluice_support_real_average(double sum, int64_t count, double* out) noexcept;

}  // namespace sluice::codegen
