#include <openssl/evp.h>

#include "catalog/functions/digest.h"

namespace sluice {
namespace {

const EVP_MD* algorithm_of(Digest digest) {
  switch (digest) {
    case Digest::Md5:
      return EVP_md5();
    case Digest::Sha1:
      return EVP_sha1();
    case Digest::Sha224:
      return EVP_sha224();
    case Digest::Sha256:
      return EVP_sha256();
    case Digest::Sha384:
      return EVP_sha384();
    case Digest::Sha512:
      return EVP_sha512();
  }
  return nullptr;
}

}  // namespace

uint32_t write_digest(Digest digest, const char* data, uint32_t size, char* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned count = 0;
  EVP_Digest(data, size, bytes, &count, algorithm_of(digest), nullptr);
  for (unsigned i = 0; i < count; ++i) {
    out[2 * i] = kHex[bytes[i] >> 4];
    out[2 * i + 1] = kHex[bytes[i] & 15];
  }
  return 2 * count;
}

}  // namespace sluice
