#pragma once
// Where bytes occur in short texts, 32 at a time and without a branch per byte. Never reads outside of the text: its
// last block overlaps the one before.
#include <cstdint>
#include <cstring>

#include "base/scalar_abi.h"

namespace sluice {

// Bit i: byte i is `wanted`.
template <uint32_t kBytes>
inline uint64_t equal_bits(const char* data, char wanted) {
  using Block = char __attribute__((ext_vector_type(kBytes)));
  using Flags = bool __attribute__((ext_vector_type(kBytes)));
  Block block;
  std::memcpy(&block, data, kBytes);
  Flags flags = __builtin_convertvector(block == wanted, Flags);
  if constexpr (kBytes == 32) return __builtin_bit_cast(uint32_t, flags);
  if constexpr (kBytes == 16) return __builtin_bit_cast(uint16_t, flags);
  if constexpr (kBytes == 8) return __builtin_bit_cast(uint8_t, flags);
}

// The same for kBytes to 2 * kBytes bytes.
template <uint32_t kBytes>
inline uint64_t equal_bits_of_ends(const char* data, uint32_t size, char wanted) {
  uint32_t last = size - kBytes;
  return equal_bits<kBytes>(data, wanted) | equal_bits<kBytes>(data + last, wanted) << last;
}

// The same for up to 64 bytes.
inline uint64_t equal_bits_of(const char* data, uint32_t size, char wanted) {
  if (size >= 32) return equal_bits_of_ends<32>(data, size, wanted);
  if (size >= 16) return equal_bits_of_ends<16>(data, size, wanted);
  if (size >= 8) return equal_bits_of_ends<8>(data, size, wanted);
  uint64_t bits = 0;
  for (uint32_t i = 0; i < size; ++i) bits |= uint64_t{data[i] == wanted} << i;
  return bits;
}

// The first place of `part` (two bytes or more) in `text`, or null. Most places are ruled out by its first and its last
// byte.
inline const char* find_part(const char* text, size_t size, const char* part, size_t part_size) {
  constexpr size_t kBlock = 32;
  if (part_size > size) return nullptr;
  size_t places = size - part_size + 1;
  if (places < kBlock) return static_cast<const char*>(memmem(text, size, part, part_size));
  for (size_t at = 0; at < places; at += kBlock) {
    size_t begin = at + kBlock <= places ? at : places - kBlock;
    uint64_t hits = equal_bits<kBlock>(text + begin, part[0]) &
                    equal_bits<kBlock>(text + begin + part_size - 1, part[part_size - 1]);
    for (; hits != 0; hits &= hits - 1) {
      const char* place = text + begin + __builtin_ctzll(hits);
      if (std::memcmp(place + 1, part + 1, part_size - 2) == 0) return place;
    }
  }
  return nullptr;
}

inline bool is_ascii(const char* data, size_t size) {
  uint64_t any = 0, word = 0;
  size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    std::memcpy(&word, data + at, 8);
    any |= word;
  }
  for (; at < size; ++at) any |= uint64_t{static_cast<unsigned char>(data[at])};
  return (any & 0x8080808080808080ULL) == 0;
}

// A view of text of which at least 12 bytes may be read, made without a branch.
inline StringView view_of_readable(const char* data, uint32_t size) {
  uint32_t first = 0;
  uint64_t rest = 0;
  std::memcpy(&first, data, 4);
  std::memcpy(&rest, data + 4, 8);
  uint32_t shown = size < 4 ? size : 4;
  uint32_t behind = size < 4 ? 0 : size - 4;
  first &= static_cast<uint32_t>((uint64_t{1} << (8 * shown)) - 1);
  rest &= behind >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * behind)) - 1;
  StringView out;
  out.size_ = size;
  std::memcpy(out.prefix_, &first, 4);
  std::memcpy(out.rest_, &rest, 8);
  if (size > StringView::kInlineMax) out.data_ = data;
  return out;
}

}  // namespace sluice
