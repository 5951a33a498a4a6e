// String functions that build new text.
#include <cstring>

#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/text_length.h"

namespace sluice {
namespace {

// Of one text, and of all that are made for a batch of rows: a length in the data must not take all memory.
constexpr int64_t kTextBytesMax = int64_t{1} << 30;

inline char* room_for(KernelContext& context, int64_t size) {
  if (static_cast<int64_t>(context.arena->held_bytes()) + size > kTextBytesMax) {
    fail_row(context.error, "the texts of a batch would be longer than 1 GiB");
    return nullptr;
  }
  return context.arena->allocate(static_cast<size_t>(size > 0 ? size : 1));  // Null is for what is too long.
}

inline StringView joined(KernelContext& context, const StringView& a, const StringView& b) {
  int64_t size = int64_t{a.size()} + b.size();
  if (size <= StringView::kInlineMax) {
    char small[StringView::kInlineMax];
    std::memcpy(small, a.data(), a.size());
    std::memcpy(small + a.size(), b.data(), b.size());
    return {small, static_cast<uint32_t>(size)};
  }
  char* out = room_for(context, size);
  if (out == nullptr) return {};
  std::memcpy(out, a.data(), a.size());
  std::memcpy(out + a.size(), b.data(), b.size());
  return {out, static_cast<uint32_t>(size)};
}

// Pads to a number of UTF-16 units with a repeated text, or cuts to it. NULL for a negative number or nothing to pad
// with.
void pad(KernelContext& context, const StringView& text, int32_t length, const StringView& filler, bool left,
         Nullable<StringView>& out) {
  out.is_null = length < 0 || (filler.size() == 0 && length > 0);
  if (out.is_null) return;
  auto wanted = static_cast<uint32_t>(length);
  if (has_pairs(text.data(), text.size()) || has_pairs(filler.data(), filler.size())) {
    out.value = pad_units(context, text, wanted, filler, left);
    return;
  }
  uint32_t characters = count_characters(text.data(), text.size());
  if (characters >= wanted) {
    out.value = part_of(text, 0, offset_of_character(text.data(), text.size(), wanted));
    return;
  }
  uint32_t missing = wanted - characters, filler_characters = count_characters(filler.data(), filler.size());
  uint32_t rest = offset_of_character(filler.data(), filler.size(), missing % filler_characters);
  int64_t padding = int64_t{missing / filler_characters} * filler.size() + rest;
  char* bytes = room_for(context, padding + text.size());
  if (bytes == nullptr) return;
  char* at = left ? bytes : bytes + text.size();
  for (int64_t done = 0; done < padding; done += filler.size()) {
    auto count = static_cast<size_t>(padding - done < filler.size() ? padding - done : filler.size());
    std::memcpy(at + done, filler.data(), count);
  }
  std::memcpy(left ? bytes + padding : bytes, text.data(), text.size());
  out.value = {bytes, static_cast<uint32_t>(padding + text.size())};
}

// An empty text stands before every character and at the end.
void put_between(KernelContext& context, const StringView& text, const StringView& part, StringView& out) {
  if (part.size() == 0) return;
  const char* data = text.data();
  int64_t size = text.size() + (int64_t{count_characters(data, text.size())} + 1) * part.size();
  char* bytes = room_for(context, size);
  if (bytes == nullptr) return;
  char* write = bytes;
  for (uint32_t at = 0; at < text.size(); ++at) {
    if (!is_continuation(data[at])) {
      std::memcpy(write, part.data(), part.size());
      write += part.size();
    }
    *write++ = data[at];
  }
  std::memcpy(write, part.data(), part.size());
  out = {bytes, static_cast<uint32_t>(size)};
}

inline const StringView& text_at(const EvalCall& call, uint32_t arg, uint32_t row) {
  return static_cast<const StringView*>(call.args[arg].column->values)[row & call.args[arg].row_mask];
}
inline bool is_text_at(const EvalCall& call, uint32_t arg, uint32_t row) {
  return is_valid(call.args[arg].column->validity, row & call.args[arg].row_mask);
}

// The arguments from `first` on that are not NULL, with a separator between them.
StringView join_arguments(const EvalCall& call, uint32_t row, uint32_t first, const StringView& separator) {
  int64_t size = 0;
  uint32_t count = 0;
  for (uint32_t arg = first; arg < call.call->arg_count; ++arg) {
    if (!is_text_at(call, arg, row)) continue;
    size += text_at(call, arg, row).size();
    ++count;
  }
  if (count > 1) size += int64_t{separator.size()} * (count - 1);
  char* out = room_for(*call.context, size);
  if (out == nullptr) return {};
  char* at = out;
  bool follows = false;
  for (uint32_t arg = first; arg < call.call->arg_count; ++arg) {
    if (!is_text_at(call, arg, row)) continue;
    const StringView& text = text_at(call, arg, row);
    if (follows) {
      std::memcpy(at, separator.data(), separator.size());
      at += separator.size();
    }
    std::memcpy(at, text.data(), text.size());
    at += text.size();
    follows = true;
  }
  return {out, static_cast<uint32_t>(size)};
}

}  // namespace

SLUICE_KERNEL void sluice_concat2(const StringView& a, const StringView& b, KernelContext& context,
                                  StringView& out) noexcept {
  out = joined(context, a, b);
}
SLUICE_KERNEL void sluice_concat(const EvalCall& call) noexcept {
  auto* out = static_cast<StringView*>(call.out->values);
  for (uint32_t i = 0; i < call.count; ++i) {
    uint32_t row = call.selection != nullptr ? call.selection[i] : i;
    out[row] = join_arguments(call, row, 0, {});
  }
}
SLUICE_KERNEL void sluice_concat_ws(const EvalCall& call) noexcept {
  auto* out = static_cast<StringView*>(call.out->values);
  for (uint32_t i = 0; i < call.count; ++i) {
    uint32_t row = call.selection != nullptr ? call.selection[i] : i;
    bool has_separator = is_text_at(call, 0, row);
    out[row] = has_separator ? join_arguments(call, row, 1, text_at(call, 0, row)) : StringView();
    if (!has_separator && call.out->validity != nullptr) set_valid(call.out->validity, row, false);
  }
}

SLUICE_KERNEL void sluice_replace(const StringView& text, const StringView& from, const StringView& to,
                                  KernelContext& context, StringView& out) noexcept {
  out = text;
  if (from.size() == 0) return put_between(context, text, to, out);
  const char* data = text.data();
  int64_t hits = 0;
  for (const char* at = data; (at = static_cast<const char*>(
                                   memmem(at, static_cast<size_t>(data + text.size() - at), from.data(), from.size())));
       at += from.size()) {
    ++hits;
  }
  if (hits == 0) return;
  int64_t size = text.size() + hits * (int64_t{to.size()} - from.size());
  char* bytes = room_for(context, size);
  if (bytes == nullptr) return;
  char* write = bytes;
  const char* read = data;
  for (; hits > 0; --hits) {
    const auto* found = static_cast<const char*>(
        memmem(read, static_cast<size_t>(data + text.size() - read), from.data(), from.size()));
    auto before = static_cast<size_t>(found - read);
    std::memcpy(write, read, before);
    std::memcpy(write + before, to.data(), to.size());
    write += before + to.size();
    read = found + from.size();
  }
  std::memcpy(write, read, static_cast<size_t>(data + text.size() - read));
  out = {bytes, static_cast<uint32_t>(size)};
}

SLUICE_KERNEL void sluice_repeat(const StringView& text, int32_t times, KernelContext& context, RowError&,
                                 StringView& out) noexcept {
  out = {};
  if (times <= 0 || text.size() == 0) return;
  int64_t size = int64_t{text.size()} * times;
  char* bytes = room_for(context, size);
  if (bytes == nullptr) return;
  for (int64_t at = 0; at < size; at += text.size()) std::memcpy(bytes + at, text.data(), text.size());
  out = {bytes, static_cast<uint32_t>(size)};
}

SLUICE_KERNEL void sluice_lpad(const StringView& text, int32_t length, const StringView& filler, KernelContext& context,
                               Nullable<StringView>& out) noexcept {
  pad(context, text, length, filler, true, out);
}
SLUICE_KERNEL void sluice_rpad(const StringView& text, int32_t length, const StringView& filler, KernelContext& context,
                               Nullable<StringView>& out) noexcept {
  pad(context, text, length, filler, false, out);
}

SLUICE_KERNEL void sluice_reverse(const StringView& text, KernelContext& context, StringView& out) noexcept {
  uint32_t size = text.size();
  const char* data = text.data();
  char* bytes = room_for(context, size);
  if (bytes == nullptr) return;
  for (uint32_t begin = 0; begin < size;) {
    uint32_t end = begin + 1;
    while (end < size && is_continuation(data[end])) ++end;
    std::memcpy(bytes + (size - end), data + begin, end - begin);
    begin = end;
  }
  out = {bytes, size};
}

// The character of a code modulo 256; nothing for negative codes.
SLUICE_KERNEL void sluice_chr(int64_t code, StringView& out) noexcept {
  out = {};
  if (code < 0) return;
  auto c = static_cast<unsigned>(code & 0xFF);
  char bytes[2] = {static_cast<char>(c), 0};
  if (c >= 0x80) {
    bytes[0] = static_cast<char>(0xC0 | (c >> 6));
    bytes[1] = static_cast<char>(0x80 | (c & 0x3F));
  }
  out = {bytes, c >= 0x80 ? 2U : 1U};
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"
#include "catalog/functions/string_types.h"

namespace sluice {
namespace {

// CHAR(n) || CHAR(m) is CHAR(n + m), with a VARCHAR it is VARCHAR.
Type concatenated(const CallArguments& arguments) {
  int64_t length = 0;
  bool fixed = true;
  for (const Type& type : arguments.types) {
    length += type.length();
    fixed &= type.is(TypeRoot::Char);
  }
  if (length > Type::kLengthMax) length = Type::kLengthMax;
  return fixed ? Type::character(static_cast<int32_t>(length)) : Type::varchar(static_cast<int32_t>(length));
}

Type plain_string(const CallArguments&) { return Type::string(); }

// NULL when the length is negative or there is nothing to fill with: constants tell.
Type padded(const CallArguments& arguments) {
  const Value *length = arguments.constant(1), *filler = arguments.constant(2);
  bool known = length != nullptr && filler != nullptr && !length->is_null() && !filler->is_null();
  const auto* size = known ? std::get_if<int64_t>(&length->data) : nullptr;
  const auto* text = known ? std::get_if<std::string>(&filler->data) : nullptr;
  bool fits = size != nullptr && text != nullptr && *size >= 0 && !text->empty();
  return text_unless(!fits, arguments);
}

Overload variadic(Overload overload) {
  overload.variadic = true;
  return overload;
}

}  // namespace

std::vector<FunctionDecl> string_building_functions() {
  return {
      scalar<sluice_concat2>("||").returns(concatenated).doc("Both texts in a row.").example("'a' || 'b'", "'ab'"),
      FunctionDecl{"CONCAT",
                   {variadic(overload_of<sluice_concat>({ArgClass::Character, ArgClass::Character}, plain_string))}}
          .doc("All texts in a row; NULL when one is.")
          .example("CONCAT('a', 'b', 'c')", "'abc'"),
      FunctionDecl{"CONCAT_WS",
                   {variadic(overload_of<sluice_concat_ws>({ArgClass::Character, ArgClass::Character}, plain_string))}}
          .sees_null()
          .doc("The texts that are not NULL, with the first argument between them.")
          .example("CONCAT_WS('-', 'a', CAST(NULL AS STRING), 'b')", "'a-b'"),
      scalar<sluice_replace>("REPLACE")
          .doc("Every occurrence of the second text replaced by the third.")
          .example("REPLACE('hello', 'l', 'LL')", "'heLLLLo'")
          .example("REPLACE('42', '42', '')", "''")
          .example("REPLACE('ab', '', 'x')", "'xaxbx'"),
      scalar<sluice_repeat>("REPEAT").doc("The text a number of times.").example("REPEAT('ab', 3)", "'ababab'"),
      scalar<sluice_lpad>("LPAD")
          .returns(padded)
          .nullability(ResultNullability::AsRuled)
          .doc("Filled at the front, or cut, to a number of characters.")
          .example("LPAD('7', 3, '0')", "'007'"),
      scalar<sluice_rpad>("RPAD")
          .returns(padded)
          .nullability(ResultNullability::AsRuled)
          .doc("Filled at the end, or cut, to a number of characters.")
          .example("RPAD('7', 3, '0')", "'700'"),
      scalar<sluice_reverse>("REVERSE")
          .nullability(ResultNullability::Always)
          .doc("Backwards.")
          .example("REVERSE('abc')", "'cba'"),
      scalar<sluice_chr>("CHR")
          .nullability(ResultNullability::Always)
          .doc("The character of a code, modulo 256.")
          .example("CHR(97)", "'a'"),
  };
}

}  // namespace sluice
#endif
