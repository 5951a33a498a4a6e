#pragma once
// The checksum of everything that a checkpoint writes: XXH3, 64 bits.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::runtime {

uint64_t checksum_of(const void* data, size_t size);
inline uint64_t checksum_of(std::string_view bytes) { return checksum_of(bytes.data(), bytes.size()); }

}  // namespace sluice::runtime
