#include "catalog/functions/text_length.h"

#include <fmt/format.h>

#include <cstring>

namespace sluice {

StringView fit_text(KernelContext& context, const StringView& text, const TypeDescriptor& type) {
  auto length = static_cast<uint32_t>(type.precision);
  bool pads = type.root == TypeRoot::Char;
  if (!pads && text.size() <= length) return text;
  uint32_t characters = count_characters(text.data(), text.size());
  if (characters == length || (!pads && characters < length)) return text;
  if (characters > length) return part_of(text, 0, offset_of_character(text.data(), text.size(), length));
  uint32_t size = text.size() + length - characters;
  char* out = context.arena->allocate(size);
  std::memcpy(out, text.data(), text.size());
  std::memset(out + text.size(), ' ', size - text.size());
  return {out, size};
}

StringView fit_bytes(KernelContext& context, const StringView& bytes, const TypeDescriptor& type) {
  auto length = static_cast<uint32_t>(type.precision);
  if (bytes.size() > length) return part_of(bytes, 0, length);
  if (type.root != TypeRoot::Binary || bytes.size() == length) return bytes;
  char* out = context.arena->allocate(length);
  std::memcpy(out, bytes.data(), bytes.size());
  std::memset(out + bytes.size(), 0, length - bytes.size());
  return {out, length};
}

void fail_parse(KernelContext& context, const StringView& text, const char* type) {
  constexpr size_t kShownMax = 64;
  if (context.error.reason != nullptr) return;
  std::string message = fmt::format("cannot parse '{}' as {}", text.view().substr(0, kShownMax), type);
  char* copy = context.arena->allocate(message.size());
  std::memcpy(copy, message.data(), message.size());
  context.error.reason = copy;
  context.error.reason_size = static_cast<uint32_t>(message.size());
}

}  // namespace sluice
