#include "catalog/functions/json_document.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "catalog/functions/utf16.h"

namespace sluice {
namespace {

constexpr int kDepthMax = 1000;

class Reader {
 public:
  Reader(std::string_view text, std::string& reason) : text_(text), reason_(reason) {}

  bool value(Json& out, int depth);
  // A number or a word at the top must end at a blank.
  bool ends_cleanly(const Json& json) {
    bool is_token = json.is_scalar() && json.kind != Json::Kind::Text;
    if (!is_token || at_ == text_.size() || is_blank(text_[at_])) return true;
    return fail("unexpected character behind the value");
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  bool fail(std::string_view reason) { return reason_ = reason, false; }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) { return peek() == c && at_ < text_.size() ? ++at_, true : false; }

  bool word(std::string_view word);
  bool number(Json& out);
  bool string(std::string& out);
  bool escape(std::string& out);
  bool hex4(uint32_t& out);
  bool array(Json& out, int depth);
  bool object(Json& out, int depth);

  std::string_view text_;
  std::string& reason_;
  size_t at_ = 0;
};

bool Reader::value(Json& out, int depth) {
  if (depth > kDepthMax) return fail("the JSON is nested too deeply");
  skip_blanks();
  if (at_ == text_.size()) return fail(depth == 0 ? "there is no JSON value" : "the JSON ends too early");
  switch (peek()) {
    case '{':
      return object(out, depth);
    case '[':
      return array(out, depth);
    case '"':
      out.kind = Json::Kind::Text;
      return string(out.text);
    case 't':
    case 'f':
      out.kind = Json::Kind::Boolean;
      out.flag = peek() == 't';
      return word(out.flag ? "true" : "false");
    case 'n':
      return word("null");
    default:
      return number(out);
  }
}

bool Reader::word(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return fail("the JSON has an unknown word");
  at_ += word.size();
  return true;
}

bool Reader::number(Json& out) {
  size_t begin = at_;
  take('-');
  if (!is_digit(peek())) return fail("the JSON has an unexpected character");
  if (take('0')) {
    if (is_digit(peek())) return fail("a number of the JSON starts with 0");
  }
  while (is_digit(peek())) ++at_;
  bool is_integer = true;
  if (take('.')) {
    is_integer = false;
    if (!is_digit(peek())) return fail("a number of the JSON has no digit behind its point");
    while (is_digit(peek())) ++at_;
  }
  if (take('e') || take('E')) {
    is_integer = false;
    if (!take('+')) take('-');
    if (!is_digit(peek())) return fail("a number of the JSON has no digit in its exponent");
    while (is_digit(peek())) ++at_;
  }
  out.source = text_.substr(begin, at_ - begin);
  out.kind = is_integer ? Json::Kind::Integer : Json::Kind::Decimal;
  out.text = is_integer ? (out.source == "-0" ? "0" : out.source) : big_decimal_text(out.source);
  return true;
}

bool Reader::hex4(uint32_t& out) {
  out = 0;
  for (int i = 0; i < 4; ++i) {
    char c = peek();
    uint32_t digit = is_digit(c)            ? static_cast<uint32_t>(c - '0')
                     : c >= 'a' && c <= 'f' ? static_cast<uint32_t>(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? static_cast<uint32_t>(c - 'A' + 10)
                                            : 16;
    if (digit == 16) return fail("the JSON has a wrong escape");
    out = out * 16 + digit;
    ++at_;
  }
  return true;
}

bool Reader::escape(std::string& out) {
  constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
  char c = peek();
  if (size_t known = kFrom.find(c); c != '\0' && known != std::string_view::npos) {
    out += kTo[known];
    ++at_;
    return true;
  }
  if (!take('u')) return fail("the JSON has a wrong escape");
  uint32_t unit = 0, low = 0;
  if (!hex4(unit)) return false;
  if (unit >= 0xD800 && unit < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
    size_t back = at_;
    at_ += 2;
    if (!hex4(low)) return false;
    if (low >= 0xDC00 && low < 0xE000) {
      append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
      return true;
    }
    at_ = back;
  }
  if (unit >= 0xD800 && unit < 0xE000) unit = '?';  // Half of a pair has no UTF-8.
  append_utf8(out, unit);
  return true;
}

bool Reader::string(std::string& out) {
  ++at_;
  for (;;) {
    if (at_ == text_.size()) return fail("a string of the JSON does not end");
    char c = text_[at_++];
    if (c == '"') return true;
    if (static_cast<unsigned char>(c) < 0x20) return fail("a string of the JSON has a control character");
    if (c != '\\') {
      out += c;
    } else if (!escape(out)) {
      return false;
    }
  }
}

bool Reader::array(Json& out, int depth) {
  out.kind = Json::Kind::Array;
  ++at_;
  skip_blanks();
  if (take(']')) return true;
  for (;;) {
    if (!value(out.items.emplace_back(), depth + 1)) return false;
    out.has_duplicates |= out.items.back().has_duplicates;
    skip_blanks();
    if (take(']')) return true;
    if (!take(',')) return fail("an array of the JSON has no `,` or `]`");
  }
}

bool Reader::object(Json& out, int depth) {
  out.kind = Json::Kind::Object;
  ++at_;
  skip_blanks();
  if (take('}')) return true;
  for (;;) {
    skip_blanks();
    std::string name;
    if (peek() != '"') return fail("an object of the JSON has no name of a field");
    if (!string(name)) return false;
    skip_blanks();
    if (!take(':')) return fail("an object of the JSON has no `:`");
    Json field;
    if (!value(field, depth + 1)) return false;
    out.has_duplicates |= field.has_duplicates;
    auto known = std::ranges::find(out.fields, name, &JsonField::name);
    if (known != out.fields.end()) {
      out.has_duplicates = true;
      known->value = std::move(field);
    } else {
      out.fields.push_back({std::move(name), std::move(field)});
    }
    skip_blanks();
    if (take('}')) return true;
    if (!take(',')) return fail("an object of the JSON has no `,` or `}`");
  }
}

}  // namespace

const Json* Json::field(std::string_view name) const {
  auto found = std::ranges::find(fields, name, &JsonField::name);
  return found == fields.end() ? nullptr : &found->value;
}

bool parse_json(std::string_view text, Json& out, std::string& reason) {
  Reader reader(text, reason);
  return reader.value(out, 0) && reader.ends_cleanly(out);
}

std::string big_decimal_text(std::string_view number) {
  bool negative = number.starts_with('-');
  std::string digits;
  int64_t scale = 0;
  size_t i = negative ? 1 : 0;
  bool behind_point = false;
  for (; i < number.size() && number[i] != 'e' && number[i] != 'E'; ++i) {
    if (number[i] == '.') {
      behind_point = true;
    } else {
      digits += number[i];
      scale += behind_point ? 1 : 0;
    }
  }
  if (i < number.size()) scale -= std::atoll(std::string(number.substr(i + 1)).c_str());
  size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  digits.erase(0, first);
  bool is_zero = digits == "0";
  std::string sign = negative && !is_zero ? "-" : "";
  auto size = static_cast<int64_t>(digits.size());
  int64_t exponent = size - 1 - scale;
  if (scale == 0) return sign + digits;
  if (scale > 0 && exponent >= -6) {
    if (size <= scale) digits.insert(0, static_cast<size_t>(scale - size + 1), '0');
    digits.insert(digits.size() - static_cast<size_t>(scale), ".");
    return sign + digits;
  }
  if (size > 1) digits.insert(1, ".");
  return sign + digits + fmt::format("E{:+d}", exponent);
}

void write_json_string(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write_json(const Json& json, std::string& out) {
  switch (json.kind) {
    case Json::Kind::Null:
      out += "null";
      return;
    case Json::Kind::Boolean:
      out += json.flag ? "true" : "false";
      return;
    case Json::Kind::Integer:
    case Json::Kind::Decimal:
      out += json.text;
      return;
    case Json::Kind::Text:
      write_json_string(json.text, out);
      return;
    case Json::Kind::Array:
      out += '[';
      for (size_t i = 0; i < json.items.size(); ++i) {
        if (i > 0) out += ',';
        write_json(json.items[i], out);
      }
      out += ']';
      return;
    case Json::Kind::Object:
      out += '{';
      for (size_t i = 0; i < json.fields.size(); ++i) {
        if (i > 0) out += ',';
        write_json_string(json.fields[i].name, out);
        out += ':';
        write_json(json.fields[i].value, out);
      }
      out += '}';
      return;
  }
}

}  // namespace sluice
