#pragma once
// The key hash, version 1. It is defined on a key's canonical bytes (fields in order; per field one null byte, then
// little-endian fixed width or a 4-byte length and the bytes; -0.0 and NaN normalised) and folded field by field, so
// that generated code can compute it from columns. Stored with every job: changing anything here is a new version.
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sluice {

inline constexpr uint32_t kKeyHashVersion = 1;
inline constexpr uint64_t kKeyHashSeed = 0x9e3779b97f4a7c15ULL;
inline constexpr uint64_t kKeyHashNull = 0x6a09e667f3bcc909ULL;

inline uint64_t multiply_fold(uint64_t a, uint64_t b) {
  unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// One fixed-width field of up to 8 bytes, zero-extended from its little-endian bytes.
inline uint64_t hash_field(uint64_t hash, uint64_t bits) {
  return multiply_fold(hash ^ bits ^ 0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL ^ (bits >> 1));
}
// A NULL field.
inline uint64_t hash_null(uint64_t hash) { return hash_field(hash, kKeyHashNull); }

// A string field, or a 16-byte one as its bytes: 8 bytes at a time, the tail zero-extended, then the length.
inline uint64_t hash_bytes(uint64_t hash, const char* data, uint32_t size) {
  uint32_t at = 0;
  uint64_t word = 0;
  for (; at + 8 <= size; at += 8) {
    std::memcpy(&word, data + at, 8);
    hash = hash_field(hash, word);
  }
  word = 0;
  std::memcpy(&word, data + at, size - at);
  return hash_field(hash, word ^ (static_cast<uint64_t>(size) << 56));
}

// Flink's spread (a murmur finaliser over 32 bits) of the hash, modulo max-parallelism.
inline uint32_t key_group_of(uint64_t hash, uint32_t max_parallelism) {
  uint32_t code = static_cast<uint32_t>(hash);
  code *= 0xcc9e2d51U;
  code = (code << 15) | (code >> 17);
  code *= 0x1b873593U;
  code = (code << 13) | (code >> 19);
  code = code * 5 + 0xe6546b64U;
  code ^= 4;
  code ^= code >> 16;
  code *= 0x85ebca6bU;
  code ^= code >> 13;
  code *= 0xc2b2ae35U;
  code ^= code >> 16;
  int32_t spread = static_cast<int32_t>(code);
  if (spread < 0) spread = spread == INT32_MIN ? 0 : -spread;
  return static_cast<uint32_t>(spread) % max_parallelism;
}

// Flink's assignment: which subtask owns a key group, and which key groups a subtask owns (end exclusive).
inline uint32_t subtask_of(uint32_t key_group, uint32_t parallelism, uint32_t max_parallelism) {
  return key_group * parallelism / max_parallelism;
}
struct KeyGroupRange {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool contains(uint32_t group) const { return group >= begin && group < end; }
  bool operator==(const KeyGroupRange&) const = default;
};
inline KeyGroupRange key_groups_of(uint32_t subtask, uint32_t parallelism, uint32_t max_parallelism) {
  return {(subtask * max_parallelism + parallelism - 1) / parallelism,
          ((subtask + 1) * max_parallelism + parallelism - 1) / parallelism};
}

}  // namespace sluice
