#include "catalog/functions/text_length.h"

#include <fmt/format.h>

#include <cstring>
#include <string>

#include "catalog/functions/utf16.h"

namespace sluice {

namespace {

// Blanks up to a length that nobody needs must not take the memory of the process.
bool has_room(KernelContext& context, uint32_t size) {
  constexpr int64_t kPaddedMax = int64_t{1} << 28;
  if (static_cast<int64_t>(context.arena->held_bytes()) + size <= kPaddedMax) return true;
  fail_row(context.error, "the padded texts of a batch would be longer than 256 MiB");
  return false;
}

}  // namespace

StringView fit_text(KernelContext& context, const StringView& text, const TypeDescriptor& type) {
  auto length = static_cast<uint32_t>(type.precision);
  bool pads = type.root == TypeRoot::Char;
  if (!pads && text.size() <= length) return text;
  uint32_t characters = count_characters(text.data(), text.size());
  if (characters == length || (!pads && characters < length)) return text;
  if (characters > length) return part_of(text, 0, offset_of_character(text.data(), text.size(), length));
  uint32_t size = text.size() + (length - characters);
  if (!has_room(context, size)) return {};
  char* out = context.arena->allocate(size);
  std::memcpy(out, text.data(), text.size());
  std::memset(out + text.size(), ' ', size - text.size());
  return {out, size};
}

StringView fit_bytes(KernelContext& context, const StringView& bytes, const TypeDescriptor& type) {
  auto length = static_cast<uint32_t>(type.precision);
  if (bytes.size() > length) return part_of(bytes, 0, length);
  if (type.root != TypeRoot::Binary || bytes.size() == length) return bytes;
  if (!has_room(context, length)) return {};
  char* out = context.arena->allocate(length);
  std::memcpy(out, bytes.data(), bytes.size());
  std::memset(out + bytes.size(), 0, length - bytes.size());
  return {out, length};
}

StringView pad_units(KernelContext& context, const StringView& text, uint32_t units, const StringView& filler,
                     bool left) {
  constexpr uint32_t kUnitsMax = 1U << 28;
  if (units > kUnitsMax) return fail_row(context.error, "the text would be too long"), StringView();
  std::u16string own = to_utf16(text.view()), more = to_utf16(filler.view()), padding;
  if (own.size() > units) own.resize(units);
  while (own.size() + padding.size() < units && !more.empty()) {
    padding += more.substr(0, units - own.size() - padding.size());
  }
  std::string out = from_utf16(left ? padding + own : own + padding);
  return copy_text(context, out.data(), static_cast<uint32_t>(out.size()));
}

StringView valid_text(KernelContext& context, const StringView& bytes) {
  if (is_ascii(bytes.data(), bytes.size())) return bytes;
  std::string text = from_utf16(to_utf16(bytes.view()));
  return text == bytes.view() ? bytes : copy_text(context, text.data(), static_cast<uint32_t>(text.size()));
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
