// Texts and bytes in other forms: character sets, base64, hexadecimal digits, URLs; hash codes.
#include <algorithm>
#include <bit>
#include <cstdlib>
#include <optional>

#include "base/base64.h"
#include "catalog/functions/families.h"
#include "catalog/functions/utf16.h"
#include "catalog/functions/value_kernel.h"

namespace sluice {
namespace {

std::string upper_ascii(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return text;
}

enum class Charset { Utf8, Utf16, Utf16Be, Utf16Le, Ascii, Latin1 };
std::optional<Charset> charset_of(const std::string& name) {
  std::string upper = upper_ascii(name);
  if (upper == "UTF-8" || upper == "UTF8") return Charset::Utf8;
  if (upper == "UTF-16" || upper == "UTF16") return Charset::Utf16;
  if (upper == "UTF-16BE") return Charset::Utf16Be;
  if (upper == "UTF-16LE") return Charset::Utf16Le;
  if (upper == "US-ASCII" || upper == "ASCII") return Charset::Ascii;
  if (upper == "ISO-8859-1" || upper == "LATIN1") return Charset::Latin1;
  return {};
}

void append_unit(std::string& out, char16_t unit, bool little) {
  char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
  out += little ? low : high;
  out += little ? high : low;
}

Value sluice_encode(ValueCall& call) {
  auto charset = charset_of(call.text(1));
  if (!charset) return call.fail("there is no character set `" + call.text(1) + "`");
  if (*charset == Charset::Utf8) return {call.text(0)};
  std::string out = *charset == Charset::Utf16 && !call.text(0).empty() ? "\xFE\xFF" : "";
  std::u16string units = to_utf16(call.text(0));
  bool is_wide = *charset != Charset::Ascii && *charset != Charset::Latin1;
  char16_t most = *charset == Charset::Ascii ? 0x7F : 0xFF;
  for (size_t i = 0; i < units.size(); ++i) {
    if (is_wide) {
      append_unit(out, units[i], *charset == Charset::Utf16Le);
    } else {
      out += units[i] <= most ? static_cast<char>(units[i]) : '?';
      if (units[i] >= 0xD800 && units[i] < 0xDC00 && i + 1 < units.size()) ++i;
    }
  }
  return {std::move(out)};
}

std::u16string wide_units(const std::string& bytes, Charset charset) {
  std::u16string out;
  size_t at = 0;
  bool little = charset == Charset::Utf16Le;
  if (charset == Charset::Utf16 && bytes.size() >= 2) {
    little = bytes.starts_with("\xFF\xFE");
    if (little || bytes.starts_with("\xFE\xFF")) at = 2;
  }
  for (; at + 1 < bytes.size(); at += 2) {
    auto first = static_cast<unsigned char>(bytes[at]), second = static_cast<unsigned char>(bytes[at + 1]);
    out += static_cast<char16_t>(little ? second << 8 | first : first << 8 | second);
  }
  if (at < bytes.size()) out += u'\xFFFD';
  return out;
}

Value sluice_decode(ValueCall& call) {
  auto charset = charset_of(call.text(1));
  if (!charset) return call.fail("there is no character set `" + call.text(1) + "`");
  const std::string& bytes = call.text(0);
  if (*charset == Charset::Utf8) return {from_utf16(to_utf16(bytes))};
  if (*charset != Charset::Ascii && *charset != Charset::Latin1) return {from_utf16(wide_units(bytes, *charset))};
  std::u16string units;
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    units += *charset == Charset::Ascii && byte > 0x7F ? u'\xFFFD' : static_cast<char16_t>(byte);
  }
  return {from_utf16(units)};
}

Value sluice_to_base64(ValueCall& call) { return {to_base64(call.text(0))}; }

Value sluice_from_base64(ValueCall& call) {
  std::string text = call.text(0);
  size_t digits = std::min(text.find('='), text.size());
  bool is_padded = digits < text.size();
  bool padding_fits = !is_padded || (text.size() % 4 == 0 && text.size() - digits <= 2 &&
                                     text.find_first_not_of('=', digits) == std::string::npos);
  bool has_other = text.find_first_of(" \t\n\r") != std::string::npos;
  auto bytes = from_base64(text);
  if (!bytes || has_other || !padding_fits || digits % 4 == 1) return call.fail("the text is no base64");
  return {std::move(*bytes)};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Value sluice_unhex(ValueCall& call) {
  std::string digits = call.text(0), out;
  if (digits.size() % 2 == 1) {  // The first digit counts for nothing.
    if (hex_digit(digits[0]) < 0) return Value::null();
    digits.replace(0, 1, "00");
  }
  for (size_t i = 0; i < digits.size(); i += 2) {
    int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return Value::null();
    out += static_cast<char>(high << 4 | low);
  }
  return {std::move(out)};
}

Value sluice_url_encode(ValueCall& call) {
  std::string out;
  for (char c : call.text(0)) {
    bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    std::string_view(".-*_").find(c) != std::string_view::npos;
    if (is_plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return {std::move(out)};
}

Value sluice_url_decode(ValueCall& call) {
  const std::string& text = call.text(0);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) return Value::null();
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return {from_utf16(to_utf16(out))};
}

// As Java's hashCode of the value.
Value sluice_hash_code(ValueCall& call) {
  const Type& type = call.site.types[0];
  if (type.is_character()) {
    uint32_t hash = 0;
    for (char16_t unit : to_utf16(call.text(0))) hash = hash * 31 + unit;
    return {std::abs(int64_t{static_cast<int32_t>(hash)})};
  }
  if (type.is(TypeRoot::Boolean)) return {int64_t{call[0].get<bool>() ? 1231 : 1237}};
  uint64_t bits = 0;
  if (type.is(TypeRoot::Double)) {
    bits = std::bit_cast<uint64_t>(call[0].get<double>());
  } else if (type.is(TypeRoot::Float)) {
    return {int64_t{std::bit_cast<int32_t>(call[0].get<float>())}};
  } else {
    int64_t value = call.integer(0);
    if (!type.is(TypeRoot::BigInt)) return {value};
    bits = static_cast<uint64_t>(value);
  }
  return {int64_t{static_cast<int32_t>(static_cast<uint32_t>(bits ^ (bits >> 32)))}};
}

std::optional<std::vector<Type>> hashed_types(const CallArguments& arguments) {
  if (arguments.types.size() != 1) return {};
  const Type& type = arguments.types[0];
  bool known = type.is_character() || type.is(TypeRoot::Boolean) || type.is_integer() || type.is_approximate() ||
               type.is(TypeRoot::Date);
  if (!known) return {};
  return std::vector<Type>{type};
}

Type string_type(const CallArguments&) { return Type::string(); }
Type bytes_type(const CallArguments&) { return Type::bytes(); }
Type int_type(const CallArguments&) { return Type::integer(); }

}  // namespace

std::vector<FunctionDecl> encoding_functions() {
  using enum ArgClass;
  return {
      value_function<sluice_encode>("ENCODE", {Character, Character}, bytes_type)
          .doc("The text's bytes in a character set: UTF-8, UTF-16, UTF-16BE, UTF-16LE, US-ASCII, ISO-8859-1.")
          .example("ENCODE('ab', 'UTF-16BE')", "X'00610062'"),
      value_function<sluice_decode>("DECODE", {Binary, Character}, string_type)
          .doc("The text of bytes in a character set.")
          .example("DECODE(X'6162', 'UTF-8')", "'ab'"),
      value_function<sluice_to_base64>("TO_BASE64", {Character}, string_type)
          .overload(value_overload<sluice_to_base64>({Binary}, string_type))
          .doc("The bytes of a text as base64.")
          .example("TO_BASE64('hello')", "'aGVsbG8='"),
      value_function<sluice_from_base64>("FROM_BASE64", {Character}, string_type)
          .overload(value_overload<sluice_from_base64>({Binary}, string_type))
          .doc("The text that base64 stands for.")
          .example("FROM_BASE64('aGVsbG8=')", "'hello'")
          .example("FROM_BASE64('?')", "ERROR"),
      value_function<sluice_unhex>("UNHEX", {Character}, bytes_type)
          .nullability(ResultNullability::Always)
          .doc("The bytes that hexadecimal digits stand for; NULL when the text is none.")
          .example("UNHEX('6162')", "X'6162'")
          .example("UNHEX('x')", "NULL"),
      value_function<sluice_url_encode>("URL_ENCODE", {Character}, string_type)
          .nullability(ResultNullability::Always)
          .doc("The text as part of a URL's query.")
          .example("URL_ENCODE('a b&c')", "'a+b%26c'"),
      value_function<sluice_url_decode>("URL_DECODE", {Character}, string_type)
          .nullability(ResultNullability::Always)
          .doc("The text of a part of a URL's query; NULL when it is none.")
          .example("URL_DECODE('a+b%26c')", "'a b&c'"),
      value_function<sluice_hash_code>("HASH_CODE", {Any}, int_type)
          .coerce(hashed_types)
          .doc("The hash code that Java gives the value.")
          .example("HASH_CODE('abc')", "96354"),
  };
}

}  // namespace sluice
