#pragma once
// Characters of UTF-8 text, and texts cut or padded to a type's length.
#include "base/utf8.h"
#include "catalog/functions/byte_scan.h"
#include "catalog/functions/kernel_abi.h"

namespace sluice {

inline uint32_t count_characters(const char* data, uint32_t size) {
  return static_cast<uint32_t>(count_characters(std::string_view(data, size)));
}

// As Java counts: characters outside of the BMP are two.
inline uint32_t count_utf16_units(const char* data, uint32_t size) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < size; ++i) {
    count += is_continuation(data[i]) ? 0 : static_cast<unsigned char>(data[i]) >= 0xF0 ? 2 : 1;
  }
  return count;
}

inline bool has_pairs(const char* data, uint32_t size) {
  for (uint32_t i = 0; i < size; ++i) {
    if (static_cast<unsigned char>(data[i]) >= 0xF0) return true;
  }
  return false;
}

// Byte offset of a character; `size` when there are not so many.
inline uint32_t offset_of_character(const char* data, uint32_t size, uint32_t character) {
  uint32_t at = 0;
  while (at < size && character > 0) {
    ++at;
    while (at < size && is_continuation(data[at])) ++at;
    --character;
  }
  return at;
}

// A view of bytes, or a copy of them when they are on the caller's stack.
inline StringView copy_text(KernelContext& context, const char* data, uint32_t size) {
  if (size <= StringView::kInlineMax) return {data, size};
  char* out = context.arena->allocate(size);
  __builtin_memcpy(out, data, size);
  return {out, size};
}

// The same for text at the front of a buffer of at least 16 bytes: what is written there is read in two words.
inline StringView copy_buffered(KernelContext& context, const char* buffer, uint32_t size) {
  if (size > StringView::kInlineMax) return copy_text(context, buffer, size);
  return view_of_readable(buffer, size);
}

// A view into another one's bytes. A part of an inline view becomes inline itself.
inline StringView part_of(const StringView& text, uint32_t begin, uint32_t size) {
  const char* data = text.data() + begin;
  return text.size() - begin >= StringView::kInlineMax ? view_of_readable(data, size) : StringView(data, size);
}

// CAST to CHAR(n) pads with blanks, CAST to VARCHAR(n) cuts; lengths count characters.
StringView fit_text(KernelContext& context, const StringView& text, const TypeDescriptor& type);
// The same for BINARY and VARBINARY, with zero bytes.
StringView fit_bytes(KernelContext& context, const StringView& bytes, const TypeDescriptor& type);

// Pads or cuts to a number of UTF-16 units; half of a pair becomes `?`.
StringView pad_units(KernelContext& context, const StringView& text, uint32_t units, const StringView& filler,
                     bool left);
// Bytes as text: what is no UTF-8 becomes U+FFFD.
StringView valid_text(KernelContext& context, const StringView& bytes);

// Fails the row with `cannot parse 'TEXT' as TYPE`.
void fail_parse(KernelContext& context, const StringView& text, const char* type);

}  // namespace sluice
