// String functions that find, cut and trim. Results point into their arguments wherever they are a part of them.
#include <cstring>

#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/letter_case.h"
#include "catalog/functions/text_length.h"

namespace sluice {
namespace {

// Byte offset of `part` in text from `begin` on; -1 when it is not there.
inline int64_t find_bytes(const StringView& text, const StringView& part, uint32_t begin) {
  if (part.size() == 0) return begin;
  const char* data = text.data();
  if (begin > text.size()) return -1;
  const void* found = part.size() == 1 ? std::memchr(data + begin, part.data()[0], text.size() - begin)
                                       : find_part(data + begin, text.size() - begin, part.data(), part.size());
  return found == nullptr ? -1 : static_cast<const char*>(found) - data;
}

// 1-based position of a character, 0 when it is not there.
inline int32_t character_position(const StringView& text, int64_t offset) {
  if (offset < 0) return 0;
  return static_cast<int32_t>(count_characters(text.data(), static_cast<uint32_t>(offset))) + 1;
}

inline StringView substring(const StringView& text, int64_t start, int64_t length) {
  const char* data = text.data();
  int64_t first = start - 1;
  if (start == 0) first = 0;
  if (start < 0) first = static_cast<int64_t>(count_characters(data, text.size())) + start;
  int64_t end = first + length;
  if (first < 0 || end <= first) return {};
  uint32_t begin =
      offset_of_character(data, text.size(), static_cast<uint32_t>(first < UINT32_MAX ? first : UINT32_MAX));
  int64_t count = end - first;
  if (count >= text.size() - begin) return part_of(text, begin, text.size() - begin);
  return part_of(text, begin, offset_of_character(data + begin, text.size() - begin, static_cast<uint32_t>(count)));
}

// Whether the character that begins at `at` occurs in `set`; `size` receives its bytes.
inline bool is_in_set(const char* at, uint32_t size, const StringView& set) {
  if (size == 1) return std::memchr(set.data(), *at, set.size()) != nullptr;
  return memmem(set.data(), set.size(), at, size) != nullptr;
}

inline StringView trim(const StringView& text, const StringView& set, bool leading, bool trailing) {
  const char* data = text.data();
  uint32_t begin = 0, end = text.size();
  while (leading && begin < end) {
    uint32_t next = begin + 1;
    while (next < end && is_continuation(data[next])) ++next;
    if (!is_in_set(data + begin, next - begin, set)) break;
    begin = next;
  }
  while (trailing && begin < end) {
    uint32_t last = end - 1;
    while (last > begin && is_continuation(data[last])) --last;
    if (!is_in_set(data + last, end - last, set)) break;
    end = last;
  }
  return part_of(text, begin, end - begin);
}

inline StringView blank() { return {" ", 1}; }

}  // namespace

SLUICE_KERNEL int32_t sluice_char_length(const StringView& text) noexcept {
  return static_cast<int32_t>(count_characters(text.data(), text.size()));
}
SLUICE_KERNEL void sluice_lower(const StringView& text, KernelContext& context, StringView& out) noexcept {
  out = to_lower(context, text);
}
SLUICE_KERNEL void sluice_upper(const StringView& text, KernelContext& context, StringView& out) noexcept {
  out = to_upper(context, text);
}
SLUICE_KERNEL void sluice_initcap(const StringView& text, KernelContext& context, StringView& out) noexcept {
  out = to_initial_capitals(context, text);
}

SLUICE_KERNEL void sluice_substring_from(const StringView& text, int32_t start, StringView& out) noexcept {
  out = substring(text, start, INT32_MAX);
}
SLUICE_KERNEL void sluice_substring(const StringView& text, int32_t start, int32_t length,
                                    Nullable<StringView>& out) noexcept {
  out.is_null = length < 0;
  if (length >= 0) out.value = substring(text, start, length);
}
SLUICE_KERNEL void sluice_left(const StringView& text, int32_t length, StringView& out) noexcept {
  out = length <= 0 ? StringView() : substring(text, 1, length);
}
SLUICE_KERNEL void sluice_right(const StringView& text, int32_t length, StringView& out) noexcept {
  if (length <= 0) {
    out = {};
    return;
  }
  uint32_t characters = count_characters(text.data(), text.size());
  out = static_cast<uint32_t>(length) >= characters ? text : substring(text, -int64_t{length}, length);
}

SLUICE_KERNEL void sluice_trim(const StringView& text, StringView& out) noexcept {
  out = trim(text, blank(), true, true);
}
SLUICE_KERNEL void sluice_ltrim(const StringView& text, StringView& out) noexcept {
  out = trim(text, blank(), true, false);
}
SLUICE_KERNEL void sluice_rtrim(const StringView& text, StringView& out) noexcept {
  out = trim(text, blank(), false, true);
}
SLUICE_KERNEL void sluice_trim_of(const StringView& text, const StringView& set, StringView& out) noexcept {
  out = trim(text, set, true, true);
}
SLUICE_KERNEL void sluice_ltrim_of(const StringView& text, const StringView& set, StringView& out) noexcept {
  out = trim(text, set, true, false);
}
SLUICE_KERNEL void sluice_rtrim_of(const StringView& text, const StringView& set, StringView& out) noexcept {
  out = trim(text, set, false, true);
}

// TRIM({BOTH | LEADING | TRAILING} set FROM text)
SLUICE_KERNEL void sluice_trim_side(const StringView& side, const StringView& set, const StringView& text,
                                    StringView& out) noexcept {
  char first = side.size() == 0 ? 'B' : side.data()[0];
  out = trim(text, set, first != 'T', first != 'L');
}

SLUICE_KERNEL int32_t sluice_position(const StringView& part, const StringView& text) noexcept {
  return character_position(text, find_bytes(text, part, 0));
}
SLUICE_KERNEL int32_t sluice_locate_from(const StringView& part, const StringView& text, int32_t start) noexcept {
  // Positions before the first are the first; the least number wraps around, as in Flink.
  if (start == INT32_MIN) return 0;
  uint32_t begin = start <= 1 ? 0 : offset_of_character(text.data(), text.size(), static_cast<uint32_t>(start) - 1);
  return character_position(text, find_bytes(text, part, begin));
}
SLUICE_KERNEL int32_t sluice_instr(const StringView& text, const StringView& part) noexcept {
  return sluice_position(part, text);
}
// From a position on, backwards from the end where it is negative; of the places where it begins one after another.
SLUICE_KERNEL int32_t sluice_instr_nth(const StringView& text, const StringView& part, int32_t start, int32_t nth,
                                       RowError& error) noexcept {
  if (nth <= 0) return fail_row(error, "the number of the occurrence must be positive"), 0;
  if (start == 0) return 0;
  // An empty text is found where the search could end, however often it is looked for.
  if (part.size() == 0) return start > 0 ? 1 : sluice_char_length(text) + 1;
  int64_t found = -1;
  if (start > 0) {
    int64_t from = offset_of_character(text.data(), text.size(), static_cast<uint32_t>(start) - 1);
    for (; nth > 0; --nth) {
      found = find_bytes(text, part, static_cast<uint32_t>(from));
      if (found < 0) return 0;
      from = found + 1;
    }
    return character_position(text, found);
  }
  int64_t last = int64_t{sluice_char_length(text)} - sluice_char_length(part) + 1 + start;  // Characters before it.
  if (last < 0) return 0;
  for (found = offset_of_character(text.data(), text.size(), static_cast<uint32_t>(last)); found >= 0; --found) {
    bool is_there =
        found + part.size() <= text.size() && std::memcmp(text.data() + found, part.data(), part.size()) == 0;
    if (is_there && --nth == 0) return character_position(text, found);
  }
  return 0;
}
SLUICE_KERNEL int32_t sluice_instr_from(const StringView& text, const StringView& part, int32_t start,
                                        RowError& error) noexcept {
  return sluice_instr_nth(text, part, start, 1, error);
}
SLUICE_KERNEL bool sluice_startswith(const StringView& text, const StringView& prefix) noexcept {
  return text.size() >= prefix.size() && std::memcmp(text.data(), prefix.data(), prefix.size()) == 0;
}
SLUICE_KERNEL bool sluice_endswith(const StringView& text, const StringView& suffix) noexcept {
  return text.size() >= suffix.size() &&
         std::memcmp(text.data() + (text.size() - suffix.size()), suffix.data(), suffix.size()) == 0;
}

// The part between two separators of one byte, if both ends are among the first 64 bytes: `is_null` tells whether it is
// there. False: not known.
inline bool split_front(const StringView& text, char separator, int32_t index, Nullable<StringView>& out) {
  constexpr uint32_t kFront = 64;
  uint32_t size = text.size();
  uint64_t found = equal_bits_of(text.data(), size < kFront ? size : kFront, separator);
  for (int32_t skipped = 1; skipped < index && found != 0; ++skipped) found &= found - 1;
  uint32_t begin = 0;
  if (index > 0) {
    if (found == 0) return size <= kFront;
    begin = static_cast<uint32_t>(__builtin_ctzll(found)) + 1;
    found &= found - 1;
  }
  if (found == 0 && size > kFront) return false;
  uint32_t end = found == 0 ? size : static_cast<uint32_t>(__builtin_ctzll(found));
  out.value = part_of(text, begin, end - begin);
  out.is_null = false;
  return true;
}

// Bytes of the white space that begins here, as Java sees it; 0 for others.
inline uint32_t blank_size(const char* at, uint32_t left) {
  auto byte = [&](uint32_t i) { return static_cast<unsigned char>(at[i]); };
  unsigned first = byte(0);
  if (first < 0x80) return (first >= 9 && first <= 13) || (first >= 28 && first <= 32) ? 1 : 0;
  if (left < 3 || first < 0xE1 || first > 0xE3) return 0;
  uint32_t code = (first & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
  bool is_blank = code == 0x1680 || (code >= 0x2000 && code <= 0x200A && code != 0x2007) || code == 0x2028 ||
                  code == 0x2029 || code == 0x205F || code == 0x3000;
  return is_blank ? 3 : 0;
}
// The part between two characters of white space.
inline void split_blanks(const StringView& text, int32_t index, Nullable<StringView>& out) {
  const char* data = text.data();
  uint32_t begin = 0, at = 0;
  for (; at < text.size();) {
    uint32_t size = blank_size(data + at, text.size() - at);
    if (size > 0 && index-- == 0) break;
    at += size > 0 ? size : 1;
    if (size > 0) begin = at;
  }
  if (at == text.size() && index > 0) return;
  out.value = part_of(text, begin, at - begin);
  out.is_null = false;
}

// The part between two separators, counted from 0; an empty one stands for white space.
SLUICE_KERNEL void sluice_split_index(const StringView& text, const StringView& separator, int32_t index,
                                      Nullable<StringView>& out) noexcept {
  out.is_null = true;
  if (index < 0 || text.size() == 0) return;
  if (separator.size() == 0) return split_blanks(text, index, out);
  if (separator.size() == 1 && split_front(text, separator.data()[0], index, out)) return;
  uint32_t begin = 0;
  for (; index > 0; --index) {
    int64_t found = find_bytes(text, separator, begin);
    if (found < 0) return;
    begin = static_cast<uint32_t>(found) + separator.size();
  }
  int64_t end = find_bytes(text, separator, begin);
  if (end < 0) end = text.size();
  out.value = part_of(text, begin, static_cast<uint32_t>(end) - begin);
  out.is_null = false;
}
// The separator as the number of its character.
SLUICE_KERNEL void sluice_split_index_code(const StringView& text, int32_t code, int32_t index,
                                           Nullable<StringView>& out) noexcept {
  out.is_null = true;
  if (code <= 0 || code > 255) return;
  char separator[2];
  uint32_t size = 1;
  if (code < 0x80) {
    separator[0] = static_cast<char>(code);
  } else {
    separator[0] = static_cast<char>(0xC0 | (code >> 6));
    separator[1] = static_cast<char>(0x80 | (code & 0x3F));
    size = 2;
  }
  sluice_split_index(text, StringView(separator, size), index, out);
}

SLUICE_KERNEL int32_t sluice_ascii(const StringView& text) noexcept {
  return text.size() == 0 ? 0 : static_cast<signed char>(text.data()[0]);
}
// Nexmark's function: how many bytes of the text are the first one of the other argument.
SLUICE_KERNEL int64_t sluice_count_char(const Nullable<StringView>& text, const Nullable<StringView>& letter) noexcept {
  if (text.is_null || letter.is_null || letter.value.size() == 0) return 0;
  const char* data = text.value.data();
  char wanted = letter.value.data()[0];
  int64_t count = 0;
  for (uint32_t i = 0; i < text.value.size(); ++i) count += data[i] == wanted ? 1 : 0;
  return count;
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"
#include "catalog/functions/string_types.h"

namespace sluice {
namespace {

Type varying_third(const CallArguments& arguments) { return Type::varchar(arguments.types[2].length()); }

std::vector<FunctionDecl> cutting_functions() {
  return {
      FunctionDecl{"SUBSTRING", {overload_of<sluice_substring_from>(), overload_of<sluice_substring>()}}
          .alias("SUBSTR")
          .returns(varying_text)
          .nullability(ResultNullability::Always)
          .doc("The part from a character on (1 is the first, negative counts from the end), of some length.")
          .example("SUBSTRING('streaming', 2, 3)", "'tre'")
          .example("SUBSTRING('streaming', -3)", "'ing'")
          .example("SUBSTRING('streaming', 2, -1)", "NULL"),
      scalar<sluice_left>("LEFT")
          .returns(varying_text)
          .nullability(ResultNullability::Always)
          .doc("The first characters.")
          .example("LEFT('abc', 2)", "'ab'"),
      scalar<sluice_right>("RIGHT")
          .returns(varying_text)
          .nullability(ResultNullability::Always)
          .doc("The last characters.")
          .example("RIGHT('abc', 2)", "'bc'"),
      scalar<sluice_trim, sluice_trim_of>("BTRIM")
          .returns([](const CallArguments&) { return Type::string(); })
          .doc("Without blanks, or the given characters, at both ends.")
          .example("BTRIM('  a ')", "'a'")
          .example("BTRIM('xyaxy', 'yx')", "'a'"),
      FunctionDecl{"TRIM",
                   {returning(overload_of<sluice_trim>(), varying_text),
                    returning(overload_of<sluice_trim_side>(), varying_third)}}
          .doc("Without blanks, or the given characters, at both ends or the side that is named.")
          .example("TRIM('  a ')", "'a'")
          .example("TRIM(LEADING 'x' FROM 'xax')", "'ax'"),
      scalar<sluice_ltrim, sluice_ltrim_of>("LTRIM")
          .returns(varying_text)
          .doc("Without blanks, or the given characters, at the front.")
          .example("LTRIM('  a ')", "'a '"),
      scalar<sluice_rtrim, sluice_rtrim_of>("RTRIM")
          .returns(varying_text)
          .doc("Without blanks, or the given characters, at the end.")
          .example("RTRIM('  a ')", "'  a'"),
      FunctionDecl{"SPLIT_INDEX", {overload_of<sluice_split_index>(), overload_of<sluice_split_index_code>()}}
          .doc("A part of the text between separators (a text or a character's code), counted from 0.")
          .example("SPLIT_INDEX('a/b/c', '/', 1)", "'b'")
          .example("SPLIT_INDEX('a/b/c', '/', 3)", "NULL")
          .example("SPLIT_INDEX('a b', '', 1)", "'b'"),
  };
}

}  // namespace

std::vector<FunctionDecl> string_functions() {
  std::vector<FunctionDecl> out = cutting_functions();
  std::vector<FunctionDecl> more = {
      scalar<sluice_char_length>("CHAR_LENGTH")
          .alias("CHARACTER_LENGTH")
          .doc("Number of characters.")
          .example("CHAR_LENGTH('Ω12')", "3"),
      scalar<sluice_lower>("LOWER").returns(same_text).doc("In lower case.").example("LOWER('ABc')", "'abc'"),
      scalar<sluice_upper>("UPPER").returns(same_text).doc("In upper case.").example("UPPER('abC')", "'ABC'"),
      scalar<sluice_initcap>("INITCAP")
          .returns(same_text)
          .doc("Every word with a capital letter first; ASCII letters only.")
          .example("INITCAP('a stREAM')", "'A Stream'"),
      FunctionDecl{"POSITION", {overload_of<sluice_position>(), overload_of<sluice_locate_from>()}}
          .doc("Where the first text begins in the second, from 1; 0 when it does not occur.")
          .example("POSITION('b' IN 'abc')", "2"),
      FunctionDecl{"LOCATE", {overload_of<sluice_position>(), overload_of<sluice_locate_from>()}}
          .doc("Where the first text begins in the second, searched from a position on; 0 when it does not occur.")
          .example("LOCATE('b', 'abcb', 3)", "4"),
      scalar<sluice_instr, sluice_instr_from, sluice_instr_nth>("INSTR")
          .doc(
              "Where the second text begins in the first, from 1; 0 when it does not occur. With a position the search "
              "begins there (negative: goes backwards from so many characters before the end), with a number behind it "
              "finds that occurrence.")
          .example("INSTR('abc', 'c')", "3")
          .example("INSTR('corporate floor', 'or', 3, 2)", "14")
          .example("INSTR('corporate floor', 'or', -3, 2)", "2")
          .example("INSTR('aaaa', 'aa', 1, 3)", "3")
          .example("INSTR('abc', 'c', 1, 0)", "ERROR"),
      scalar<sluice_startswith>("STARTSWITH")
          .doc("Whether the first text begins with the second.")
          .example("STARTSWITH('stream', 'str')", "TRUE"),
      scalar<sluice_endswith>("ENDSWITH")
          .doc("Whether the first text ends with the second.")
          .example("ENDSWITH('stream', 'am')", "TRUE"),
      scalar<sluice_ascii>("ASCII")
          .doc("The first byte, from -128 to 127; 0 for an empty text.")
          .example("ASCII('efg')", "101"),
      scalar<sluice_count_char>("COUNT_CHAR")
          .doc("How many bytes of the first text are the first byte of the second; 0 for NULL. Nexmark's function.")
          .example("COUNT_CHAR('abcabc', 'c')", "2")
          .example("COUNT_CHAR(CAST(NULL AS STRING), 'c')", "0"),
  };
  for (FunctionDecl& decl : more) out.push_back(std::move(decl));
  return out;
}

}  // namespace sluice
#endif
