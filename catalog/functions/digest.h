#pragma once
// Cryptographic digests. The one place that knows the library.
#include <cstdint>

namespace sluice {

enum class Digest : uint8_t { Md5, Sha1, Sha224, Sha256, Sha384, Sha512 };

// Writes the digest as lower-case hexadecimal digits, at most 128; returns their number.
uint32_t write_digest(Digest digest, const char* data, uint32_t size, char* out);

}  // namespace sluice
