// MD5 and the SHA family, of text and bytes, as hexadecimal text.
#include "catalog/functions/digest.h"

#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/text_length.h"

namespace sluice {
namespace {

inline StringView digest_text(Digest digest, const StringView& text, KernelContext& context) {
  char hex[128];
  return copy_text(context, hex, write_digest(digest, text.data(), text.size(), hex));
}

}  // namespace

#define SLUICE_DIGEST(name, digest)                                                                               \
  SLUICE_KERNEL void sluice_##name(const StringView& text, KernelContext& context, StringView& out) noexcept {    \
    out = digest_text(digest, text, context);                                                                     \
  }                                                                                                               \
  SLUICE_KERNEL void sluice_##name##_bytes(const Bytes& text, KernelContext& context, StringView& out) noexcept { \
    out = digest_text(digest, text, context);                                                                     \
  }
SLUICE_DIGEST(md5, Digest::Md5)
SLUICE_DIGEST(sha1, Digest::Sha1)
SLUICE_DIGEST(sha224, Digest::Sha224)
SLUICE_DIGEST(sha256, Digest::Sha256)
SLUICE_DIGEST(sha384, Digest::Sha384)
SLUICE_DIGEST(sha512, Digest::Sha512)

SLUICE_KERNEL void sluice_sha2(const StringView& text, int32_t bits, KernelContext& context, RowError& error,
                               StringView& out) noexcept {
  switch (bits) {
    case 224:
      out = digest_text(Digest::Sha224, text, context);
      return;
    case 256:
      out = digest_text(Digest::Sha256, text, context);
      return;
    case 384:
      out = digest_text(Digest::Sha384, text, context);
      return;
    case 512:
      out = digest_text(Digest::Sha512, text, context);
      return;
    default:
      fail_row(error, "SHA2 takes 224, 256, 384 or 512 bits");
  }
}
SLUICE_KERNEL void sluice_sha2_bytes(const Bytes& bytes, int32_t bits, KernelContext& context, RowError& error,
                                     StringView& out) noexcept {
  sluice_sha2(bytes, bits, context, error, out);
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"

namespace sluice {
namespace {

template <auto Text, auto Bytes, int32_t digits>
FunctionDecl digest_row(std::string_view name, std::string_view doc) {
  return scalar<Text, Bytes>(name)
      .returns([](const CallArguments&) { return Type::character(digits); })
      .opaque("calls the digest library")
      .doc(doc);
}

}  // namespace

std::vector<FunctionDecl> digest_functions() {
  return {
      digest_row<sluice_md5, sluice_md5_bytes, 32>("MD5", "MD5 digest as 32 hexadecimal digits.")
          .example("MD5('abc')", "'900150983cd24fb0d6963f7d28e17f72'"),
      digest_row<sluice_sha1, sluice_sha1_bytes, 40>("SHA1", "SHA-1 digest as hexadecimal digits.")
          .example("SHA1('abc')", "'a9993e364706816aba3e25717850c26c9cd0d89d'"),
      digest_row<sluice_sha224, sluice_sha224_bytes, 56>("SHA224", "SHA-224 digest as hexadecimal digits.")
          .example("LEFT(SHA224('abc'), 8)", "'23097d22'"),
      digest_row<sluice_sha256, sluice_sha256_bytes, 64>("SHA256", "SHA-256 digest as hexadecimal digits.")
          .example("LEFT(SHA256('abc'), 8)", "'ba7816bf'"),
      digest_row<sluice_sha384, sluice_sha384_bytes, 96>("SHA384", "SHA-384 digest as hexadecimal digits.")
          .example("LEFT(SHA384('abc'), 8)", "'cb00753f'"),
      digest_row<sluice_sha512, sluice_sha512_bytes, 128>("SHA512", "SHA-512 digest as hexadecimal digits.")
          .example("LEFT(SHA512('abc'), 8)", "'ddaf35a1'"),
      scalar<sluice_sha2, sluice_sha2_bytes>("SHA2")
          .returns([](const CallArguments&) { return Type::varchar(128); })
          .opaque("calls the digest library")
          .doc("SHA-2 digest of the given number of bits as hexadecimal digits."),
  };
}

}  // namespace sluice
#endif
