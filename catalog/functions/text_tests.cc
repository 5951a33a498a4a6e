// What a text consists of, and small conversions of its characters.
#include <cstring>

#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/text_length.h"
#include "catalog/types/text_form.h"

namespace sluice {
namespace {

template <class Accepts>
bool all_bytes(const Nullable<StringView>& text, Accepts accepts) {
  if (text.is_null || text.value.size() == 0) return false;
  const char* data = text.value.data();
  for (uint32_t i = 0; i < text.value.size(); ++i) {
    if (!accepts(data[i])) return false;
  }
  return true;
}

}  // namespace

SLUICE_KERNEL bool sluice_is_digit(const Nullable<StringView>& text) noexcept {
  return all_bytes(text, [](char c) { return c >= '0' && c <= '9'; });
}
SLUICE_KERNEL bool sluice_is_decimal(const Nullable<StringView>& text) noexcept {
  double value = 0;
  return !text.is_null && text.value.size() > 0 && read_double(text.value.data(), text.value.size(), value);
}

// Every character of `from` becomes the one at its place in `to`, or goes where `to` is shorter.
inline void translate(const StringView& text, const StringView& from, const StringView& to, KernelContext& context,
                      StringView& out) {
  const char *data = text.data(), *source = from.data(), *target = to.data();
  char* bytes = context.arena->allocate(size_t{text.size()} * 4);
  uint32_t size = 0;
  for (uint32_t at = 0; at < text.size();) {
    uint32_t next = at + offset_of_character(data + at, text.size() - at, 1), index = 0, found = 0;
    bool replaced = false;
    for (; found < from.size() && !replaced; ++index) {
      uint32_t length = offset_of_character(source + found, from.size() - found, 1);
      replaced = length == next - at && std::memcmp(source + found, data + at, length) == 0;
      found += length;
    }
    const char* piece = data + at;
    uint32_t length = next - at;
    if (replaced) {
      uint32_t begin = offset_of_character(target, to.size(), index - 1);
      piece = target + begin;
      length = offset_of_character(piece, to.size() - begin, 1);
    }
    std::memcpy(bytes + size, piece, length);
    size += length;
    at = next;
  }
  out = {bytes, size};
}

// NULL in place of the characters means none.
SLUICE_KERNEL void sluice_translate(const Nullable<StringView>& text, const Nullable<StringView>& from,
                                    const Nullable<StringView>& to, KernelContext& context,
                                    Nullable<StringView>& out) noexcept {
  out.is_null = text.is_null;
  if (text.is_null) return;
  translate(text.value, from.is_null ? StringView() : from.value, to.is_null ? StringView() : to.value, context,
            out.value);
}

SLUICE_KERNEL void sluice_bin(int64_t value, KernelContext& context, StringView& out) noexcept {
  char digits[64];
  int count = 0;
  auto bits = static_cast<uint64_t>(value);
  do {
    digits[63 - count++] = static_cast<char>('0' + (bits & 1));
    bits >>= 1;
  } while (bits != 0);
  out = copy_text(context, digits + 64 - count, static_cast<uint32_t>(count));
}
SLUICE_KERNEL void sluice_hex(int64_t value, KernelContext& context, StringView& out) noexcept {
  char digits[16];
  int count = 0;
  auto bits = static_cast<uint64_t>(value);
  do {
    digits[15 - count++] = "0123456789ABCDEF"[bits & 15];
    bits >>= 4;
  } while (bits != 0);
  out = copy_text(context, digits + 16 - count, static_cast<uint32_t>(count));
}
SLUICE_KERNEL void sluice_hex_text(const StringView& text, KernelContext& context, StringView& out) noexcept {
  char* digits = context.arena->allocate(size_t{text.size()} * 2);
  for (uint32_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text.data()[i]);
    digits[2 * i] = "0123456789ABCDEF"[byte >> 4];
    digits[2 * i + 1] = "0123456789ABCDEF"[byte & 15];
  }
  out = {digits, text.size() * 2};
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"

namespace sluice {

std::vector<FunctionDecl> text_test_functions() {
  return {
      scalar<sluice_is_digit>("IS_DIGIT").doc("Whether all characters are digits.").example("IS_DIGIT('12')", "TRUE"),
      scalar<sluice_is_decimal>("IS_DECIMAL")
          .doc("Whether the text is a number.")
          .example("IS_DECIMAL('1.5')", "TRUE")
          .example("IS_DECIMAL('a')", "FALSE"),
      scalar<sluice_translate>("TRANSLATE")
          .alias("TRANSLATE3")
          .returns([](const CallArguments& arguments) {
            return Type::string().with_nullability(arguments.types[0].nullable());
          })
          .nullability(ResultNullability::AsRuled)
          .doc("Characters of the second text replaced by those of the third at the same place.")
          .example("TRANSLATE('abc', 'bc', 'X')", "'aX'"),
      scalar<sluice_bin>("BIN").doc("The number in binary digits.").example("BIN(4)", "'100'"),
      scalar<sluice_hex, sluice_hex_text>("HEX")
          .doc("The number, or the text's bytes, in hexadecimal digits.")
          .example("HEX(255)", "'FF'")
          .example("HEX('ab')", "'6162'"),
  };
}

}  // namespace sluice
#endif
