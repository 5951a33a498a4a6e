#include "codegen/support/support_kernels.h"

#include <immintrin.h>

#include <cstring>

#include "base/buffer.h"
#include "catalog/functions/aggregate_steps.h"
#include "codegen/support/key_bits.h"

namespace sluice::codegen {
namespace {

constexpr uint64_t kLowBits = 0x0101010101010101ULL;

}  // namespace

SLUICE_SUPPORT uint64_t sluice_support_hash_field(uint64_t hash, uint64_t bits) noexcept {
  return hash_field(hash, bits);
}

SLUICE_SUPPORT uint64_t sluice_support_hash_string(uint64_t hash, const StringView* text) noexcept {
  // hash_bytes without a copy of variable size: inline views are padded with zero, and long ones have eight bytes
  // before their end.
  uint64_t size = text->size();
  uint64_t word = 0;
  if (size <= StringView::kInlineMax) {
    std::memcpy(&word, text->prefix_, 8);
    if (size >= 8) {
      hash = hash_field(hash, word);
      word = 0;
      std::memcpy(&word, text->rest_ + 4, 4);
    }
    return hash_field(hash, word ^ (size << 56));
  }
  const char* data = text->data_;
  for (uint64_t at = 0; at + 8 <= size; at += 8) {
    std::memcpy(&word, data + at, 8);
    hash = hash_field(hash, word);
  }
  uint64_t rest = size % 8;
  word = 0;
  if (rest > 0) {
    std::memcpy(&word, data + size - 8, 8);
    word >>= (8 - rest) * 8;
  }
  return hash_field(hash, word ^ (size << 56));
}

SLUICE_SUPPORT uint64_t sluice_support_hash_16(uint64_t hash, const char* bytes) noexcept {
  return hash_bytes(hash, bytes, 16);
}

SLUICE_SUPPORT uint64_t sluice_support_key_bits_32(float value) noexcept { return key_bits(value); }
SLUICE_SUPPORT uint64_t sluice_support_key_bits_64(double value) noexcept { return key_bits(value); }

SLUICE_SUPPORT bool sluice_support_string_equal(const StringView* left, const StringView* right) noexcept {
  return *left == *right;
}

SLUICE_SUPPORT int32_t sluice_support_string_compare(const StringView* left, const StringView* right) noexcept {
  return left->view().compare(right->view());
}

SLUICE_SUPPORT void sluice_support_string_store(StringView* slot, const StringView* text, StateHeap* heap) noexcept {
  if (text->is_inline()) {
    *slot = *text;
    return;
  }
  char* bytes = heap->allocate(heap, text->size());
  std::memcpy(bytes, text->data(), text->size());
  *slot = StringView(bytes, text->size());
}

SLUICE_SUPPORT void sluice_support_string_replace(StringView* slot, const StringView* text, StateHeap* heap) noexcept {
  if (!slot->is_inline()) heap->release(heap, slot->data(), slot->size());
  sluice_support_string_store(slot, text, heap);
}

SLUICE_SUPPORT void sluice_support_string_clear(StringView* slot, StateHeap* heap) noexcept {
  if (!slot->is_inline()) heap->release(heap, slot->data(), slot->size());
  *slot = StringView();
}

SLUICE_SUPPORT void sluice_support_string_load(StringView* out, const StringView* slot,
                                               KernelContext* context) noexcept {
  if (slot->is_inline()) {
    *out = *slot;
    return;
  }
  char* bytes = context->arena->allocate(slot->size());
  std::memcpy(bytes, slot->data(), slot->size());
  *out = StringView(bytes, slot->size());
}

SLUICE_SUPPORT uint32_t sluice_support_compress(const uint8_t* mask, uint32_t rows, uint32_t* selection) noexcept {
  constexpr uint64_t kIndices = 0x0706050403020100ULL;
  uint32_t count = 0;
  uint32_t row = 0;
  // Eight rows at a time, written whole: `count` is never ahead of `row`, so the rest of the eight stays inside.
  for (; row + 8 <= rows; row += 8) {
    uint64_t ones;
    std::memcpy(&ones, mask + row, 8);
    if (ones == 0) continue;
    uint64_t packed = _pext_u64(kIndices, ones * 0xFF);
    __m256i indices = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<int64_t>(packed)));
    indices = _mm256_add_epi32(indices, _mm256_set1_epi32(static_cast<int32_t>(row)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(selection + count), indices);
    count += static_cast<uint32_t>(__builtin_popcountll(ones));
  }
  for (; row < rows; ++row) {
    selection[count] = row;
    count += mask[row];
  }
  return count;
}

SLUICE_SUPPORT void sluice_support_expand_validity(const uint64_t* validity, uint32_t rows, uint8_t* out) noexcept {
  if (validity == nullptr) {
    std::memset(out, 1, rows);
    return;
  }
  for (uint32_t at = 0; at < rows; at += 8) {
    uint64_t ones = _pdep_u64(validity[at / 64] >> (at % 64), kLowBits);
    std::memcpy(out + at, &ones, 8);
  }
}

SLUICE_SUPPORT void sluice_support_mask_validity(const uint64_t* validity, uint32_t rows, uint8_t* out) noexcept {
  if (validity == nullptr) return;
  for (uint32_t at = 0; at < rows; at += 8) {
    uint64_t ones;
    std::memcpy(&ones, out + at, 8);
    ones &= _pdep_u64(validity[at / 64] >> (at % 64), kLowBits);
    std::memcpy(out + at, &ones, 8);
  }
}

SLUICE_SUPPORT void sluice_support_pack_validity(const uint8_t* valid, uint32_t rows, uint64_t* out) noexcept {
  if (out == nullptr) return;
  for (uint32_t word = 0; word * 64 < rows; ++word) {
    uint64_t bits = 0;
    for (uint32_t byte = 0; byte < 8; ++byte) {
      uint64_t ones;
      std::memcpy(&ones, valid + word * 64 + byte * 8, 8);
      bits |= _pext_u64(ones, kLowBits) << (byte * 8);
    }
    out[word] = bits;
  }
}

namespace {

bool keep(const Nullable<Int128>& sum, Int128* out) {
  *out = sum.is_null ? Int128{0} : sum.value;
  return sum.is_null;
}

}  // namespace

SLUICE_SUPPORT bool sluice_support_decimal_first(Int128* sum, bool is_null, const Int128* value) noexcept {
  Nullable<Int128> total{*sum, is_null};
  aggregate::sum_add(total, *value);
  return keep(total, sum);
}
SLUICE_SUPPORT bool sluice_support_decimal_plus(Int128* sum, bool is_null, const Int128* value) noexcept {
  return keep(aggregate::plus({*sum, is_null}, *value), sum);
}
SLUICE_SUPPORT bool sluice_support_decimal_minus(Int128* sum, bool is_null, const Int128* value) noexcept {
  return keep(aggregate::minus({*sum, is_null}, *value), sum);
}
SLUICE_SUPPORT bool sluice_support_decimal_average(const Int128* sum, bool is_null, int64_t count, int32_t scale,
                                                   int32_t result_scale, Int128* out) noexcept {
  return keep(aggregate::average_result_decimal({*sum, is_null}, count, scale, result_scale), out);
}
SLUICE_SUPPORT bool sluice_support_integer_average(int64_t sum, int64_t count, int64_t* out) noexcept {
  auto average = aggregate::average_result<int64_t>(Nullable<int64_t>{sum, false}, count);
  *out = average.value;
  return average.is_null;
}
SLUICE_SUPPORT bool sluice_support_real_average(double sum, int64_t count, double* out) noexcept {
  auto average = aggregate::average_result<double>(Nullable<double>{sum, false}, count);
  *out = average.value;
  return average.is_null;
}

}  // namespace sluice::codegen
