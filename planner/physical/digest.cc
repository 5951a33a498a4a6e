#include "planner/physical/digest.h"

#include <fmt/format.h>

namespace sluice::planner {
namespace {

using Hash = unsigned __int128;

Hash hash_bytes(Hash hash, std::string_view bytes) {
  constexpr Hash kPrime = (static_cast<Hash>(1) << 88) | 0x13b;
  for (char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * kPrime;
  return hash;
}

Hash hash_parts(const std::vector<std::string_view>& parts) {
  Hash hash = (static_cast<Hash>(0x6c62272e07bb0142ULL) << 64) | 0x62b821756295c58dULL;
  for (std::string_view part : parts) {
    hash = hash_bytes(hash, fmt::format("{}:", part.size()));
    hash = hash_bytes(hash, part);
  }
  return hash;
}

}  // namespace

std::string digest(const std::vector<std::string_view>& parts) {
  Hash hash = hash_parts(parts);
  return fmt::format("{:016x}{:016x}", static_cast<uint64_t>(hash >> 64), static_cast<uint64_t>(hash));
}

uint32_t field_digest(const std::vector<std::string_view>& parts) {
  Hash hash = hash_parts(parts);
  auto folded = static_cast<uint64_t>(hash >> 64) ^ static_cast<uint64_t>(hash);
  return static_cast<uint32_t>(folded ^ (folded >> 32)) | 0x80000000U;
}

}  // namespace sluice::planner
