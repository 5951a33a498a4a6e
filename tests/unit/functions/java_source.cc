#include "java_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <vector>

#include "catalog/functions/utf16.h"
#include "catalog/types/bitmap.h"
#include "catalog/types/time_zone.h"
#include "catalog/types/value_text.h"
#include "java_literal.h"
#include "java_text.h"

namespace sluice::tests {
namespace {

class Parser {
 public:
  explicit Parser(std::string text) : text_(std::move(text)) {}

  bool whole(Java& out) {
    if (!value(out)) return false;
    skip();
    return at_ == text_.size();
  }
  bool type(Type& out);
  bool ends() {
    skip();
    return at_ == text_.size();
  }

 private:
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(std::string_view word) {
    skip();
    if (!std::string_view(text_).substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  char peek() {
    skip();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  std::string name() {
    skip();
    size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_' || text_[at_] == '.'))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }
  bool value(Java& out);
  bool suffixes(Java& out);
  bool list(std::vector<Java>& out, std::string_view end);
  bool number(Java& out);
  bool string(Java& out);
  bool call(const std::string& name, Java& out);
  bool skip_arguments();
  static bool named(const std::string& name, Java& out);

  std::string text_;
  size_t at_ = 0;
};

bool Parser::string(Java& out) {
  out.kind = Java::Kind::Text;
  do {
    if (!take("\"")) return false;
    std::u16string units;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c != '\\') {
        out.text += c;
        continue;
      }
      c = text_[at_++];
      if (c == 'u') {
        uint32_t unit = 0;
        std::from_chars(text_.data() + at_, text_.data() + at_ + 4, unit, 16);
        at_ += 4;
        units += static_cast<char16_t>(unit);
        if (unit >= 0xD800 && unit < 0xDC00) continue;
        out.text += from_utf16(units);
        units.clear();
      } else if (c >= '0' && c <= '7') {
        out.text += static_cast<char>(c - '0');
      } else {
        size_t known = std::string_view("nrtbf").find(c);
        out.text += known == std::string_view::npos ? c : "\n\r\t\b\f"[known];
      }
    }
    ++at_;
  } while (take("+"));
  return true;
}

bool Parser::number(Java& out) {
  out.kind = Java::Kind::Scalar;
  bool negative = take("-");
  skip();
  if (text_.compare(at_, 2, "0x") == 0) {
    at_ += 2;
    size_t begin = at_;
    while (std::isxdigit(static_cast<unsigned char>(peek())) != 0) ++at_;
    out.text = std::to_string(std::stoll(text_.substr(begin, at_ - begin), nullptr, 16));
  } else {
    while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.' ||
                                  text_[at_] == '_' || text_[at_] == 'e' || text_[at_] == 'E' ||
                                  (text_[at_] == '-' && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E')))) {
      if (text_[at_] != '_') out.text += text_[at_];
      ++at_;
    }
    if (out.text.empty()) {
      Java constant;
      if (!negative || !value(constant)) return false;
      out.text = constant.text;
    }
    if (at_ < text_.size() && std::string_view("LlDdFf").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  if (negative) out.text = out.text.starts_with('-') ? out.text.substr(1) : "-" + out.text;
  return true;
}

bool Parser::list(std::vector<Java>& out, std::string_view end) {
  if (take(end)) return true;
  do {
    if (take(end)) return true;  // Behind a trailing comma.
    if (!value(out.emplace_back())) return false;
  } while (take(","));
  return take(end);
}

bool Parser::named(const std::string& name, Java& out) {
  if (name == "null") return true;
  for (const auto& [known, value] : kScalarNames) {
    if (name == known) return out = {Java::Kind::Scalar, std::string(value), {}}, true;
  }
  for (const auto& [known, value] : kTextNames) {
    if (name == known) return out = {Java::Kind::Text, std::string(value), {}}, true;
  }
  auto text = [](std::string_view value) { return Java{Java::Kind::Text, std::string(value), {}}; };
  auto one = Java{Java::Kind::Scalar, "1", {}}, two = Java{Java::Kind::Scalar, "2", {}};
  if (name == "mapData") out = {Java::Kind::Map, {}, {text("M1"), text("V1"), text("M2"), text("V2")}};
  if (name == "multisetData") out = {Java::Kind::Map, {}, {text("M1"), one, text("M2"), two}};
  return out.kind == Java::Kind::Map;
}

std::string joined(const std::vector<Java>& parts, size_t i, int width = 2) {
  return i < parts.size() ? fmt::format("{:0>{}}", parts[i].text, width) : std::string(static_cast<size_t>(width), '0');
}
std::string time_of(const std::vector<Java>& parts, size_t from) {
  std::string out = joined(parts, from) + ":" + joined(parts, from + 1) + ":" + joined(parts, from + 2);
  return from + 3 < parts.size() ? out + "." + joined(parts, from + 3, 9) : out;
}

// %s of a text, replaced by the arguments behind it.
std::string formatted(const std::vector<Java>& args) {
  std::string out = args[0].text;
  for (size_t i = 1; i < args.size(); ++i) {
    size_t at = out.find("%s");
    if (at != std::string::npos) out.replace(at, 2, args[i].text);
  }
  return out;
}

bool Parser::call(const std::string& name, Java& out) {
  std::vector<Java> args;
  if (name == "lit") return skip_arguments();
  if (name == "tmstmp3.minusSeconds") {
    out = {Java::Kind::Scalar, "1969-12-31T16:00:00.123", {}};
    return skip_arguments();
  }
  if (!list(args, ")")) return false;
  if (name == "Row.of" || name == "List.of" || name == "Collections.singletonList" || name == "Arrays.asList") {
    out = {Java::Kind::List, {}, std::move(args)};
  } else if (name == "entry" || name == "Collections.singletonMap" || name == "singletonMap") {
    out = {Java::Kind::Map, {}, std::move(args)};
  } else if (name == "CollectionUtil.map" || name == "map") {
    out.kind = Java::Kind::Map;
    for (Java& entry : args) std::ranges::move(entry.items, std::back_inserter(out.items));
  } else if (name == "BigDecimal.valueOf" && args.size() == 2) {  // Digits and a scale.
    out = {Java::Kind::Scalar, args[0].text + "E-" + args[1].text, {}};
  } else if (name == "String.format" && args.size() > 1) {
    out = {Java::Kind::Text, formatted(args), {}};
  } else if (name == "BigDecimal" || name == "BigDecimal.valueOf" || name == "DecimalDataUtils.castFrom") {
    if (args.empty()) return false;
    out = {Java::Kind::Scalar, args[0].text, {}};
  } else if (name == "LocalDate.of" && args.size() == 3) {
    out = {Java::Kind::Scalar, joined(args, 0, 4) + "-" + joined(args, 1) + "-" + joined(args, 2), {}};
  } else if (name == "LocalTime.of") {
    out = {Java::Kind::Scalar, time_of(args, 0), {}};
  } else if (name == "LocalDateTime.of") {
    out = {Java::Kind::Scalar,
           joined(args, 0, 4) + "-" + joined(args, 1) + "-" + joined(args, 2) + "T" + time_of(args, 3),
           {}};
  } else if (name == "Bitmap.fromArray" || name == "Bitmap.empty" || name == "toSerializedBytes") {
    std::vector<uint32_t> values;
    const std::vector<Java>& items = args.size() == 1 && args[0].kind == Java::Kind::List ? args[0].items : args;
    for (const Java& item : items) values.push_back(static_cast<uint32_t>(std::stoll(item.text)));
    out = {Java::Kind::Text, Bitmap::of(std::move(values)).bytes(), {}};
  } else if (name.ends_with(".parse") && args.size() == 1) {
    out = {Java::Kind::Scalar, args[0].text, {}};
  } else if (name == "Instant.ofEpochMilli" || name == "Instant.ofEpochSecond") {
    int64_t ms = std::stoll(args[0].text) * (name.ends_with("Milli") ? 1 : 1000);
    out = {Java::Kind::Scalar, changelog_text(Value{ms}, Type::timestamp_ltz(3)), {}};
  } else if (name == "Duration.ofSeconds" || name == "Duration.ofMillis" || name == "Duration.ofHours" ||
             name == "Period.ofMonths") {
    int64_t unit = name == "Duration.ofSeconds" ? 1000 : name == "Duration.ofHours" ? 3'600'000 : 1;
    out = {Java::Kind::Scalar, std::to_string(std::stoll(args[0].text) * unit), {}};
  } else {
    return false;
  }
  return true;
}

bool Parser::skip_arguments() {
  for (int depth = 1; at_ < text_.size() && depth > 0; ++at_)
    depth += text_[at_] == '(' ? 1 : text_[at_] == ')' ? -1 : 0;
  return true;
}

// What stands behind a value: getBytes, atZone and toInstant.
bool Parser::suffixes(Java& out) {
  while (peek() == '.') {
    if (take(".atZone(ZoneId.of(")) {
      Java zone;
      if (!string(zone) || !take("))") || !take(".toInstant()")) return false;
      auto local = parse_scalar(out.text, Type::timestamp(3));
      const TimeZone* found = TimeZone::find(zone.text);
      if (!local || found == nullptr) return false;
      out.text = changelog_text(Value{found->to_utc(local->get<int64_t>())}, Type::timestamp_ltz(3));
    } else if (take(".getBytes(")) {
      if (!skip_arguments()) return false;
    } else if (take(".atZone(ZoneOffset.UTC)")) {
      if (!take(".toInstant()")) return false;
      out.text += 'Z';
    } else if (take(".format(TIMESTAMP_FORMATTER)")) {
      out.kind = Java::Kind::Text;
      out.text[10] = ' ';
      out.text.resize(23, '0');
      out.text[19] = '.';
    } else {
      return false;
    }
  }
  return true;
}

bool Parser::value(Java& out) {
  char c = peek();
  if (c == '"') return string(out) && suffixes(out);
  if (c == '(') {  // A cast.
    size_t close = text_.find(')', at_);
    if (close == std::string::npos) return false;
    at_ = close + 1;
    return value(out);
  }
  if (c == '{') {
    ++at_;
    out.kind = Java::Kind::List;
    return list(out.items, "}");
  }
  if (c == '-' || std::isdigit(static_cast<unsigned char>(c)) != 0) return number(out);
  if (take("new ")) {
    std::string what = name();
    if (what == "BigDecimal" && take("(")) return call(what, out);
    bool is_bytes = what == "byte";
    if (take("[0]")) return out.kind = is_bytes ? Java::Kind::Text : Java::Kind::List, true;
    while (take("[]")) {}
    if (!take("{")) return false;
    out.kind = Java::Kind::List;
    if (!list(out.items, "}")) return false;
    if (!is_bytes) return true;
    std::string bytes;
    for (const Java& item : out.items) bytes += static_cast<char>(std::stoi(item.text));
    out = {Java::Kind::Text, std::move(bytes), {}};
    return true;
  }
  std::string word = name();
  if (take("(")) return call(word, out) && suffixes(out);
  return named(word, out) && suffixes(out);
}

bool Parser::type(Type& out) {
  std::string word = name();
  if (word.starts_with("DataTypes.")) word.erase(0, 10);
  if (!take("(")) return false;
  auto number = [&](int32_t otherwise) {
    Java value;
    if (std::isdigit(static_cast<unsigned char>(peek())) == 0 || !this->number(value)) return otherwise;
    return static_cast<int32_t>(std::stol(value.text));
  };
  static const std::map<std::string, Type> kPlain = {
      {"BOOLEAN", Type::boolean()}, {"TINYINT", Type::tinyint()},         {"SMALLINT", Type::smallint()},
      {"INT", Type::integer()},     {"BIGINT", Type::bigint()},           {"FLOAT", Type::float32()},
      {"DOUBLE", Type::float64()},  {"STRING", Type::string()},           {"BYTES", Type::bytes()},
      {"DATE", Type::date()},       {"VARIANT", Type(TypeRoot::Variant)}, {"BITMAP", Type(TypeRoot::Bitmap)}};
  if (auto found = kPlain.find(word); found != kPlain.end()) {
    out = found->second;
  } else if (word == "TIMESTAMP") {
    out = Type::timestamp(number(6));
  } else if (word == "TIMESTAMP_LTZ" || word == "TIMESTAMP_WITH_LOCAL_TIME_ZONE") {
    out = Type::timestamp_ltz(number(6));
  } else if (word == "TIME") {
    out = Type::time(number(0));
  } else if (word == "CHAR" || word == "VARCHAR" || word == "BINARY" || word == "VARBINARY") {
    int32_t length = number(1);
    out = word == "CHAR"      ? Type::character(length)
          : word == "VARCHAR" ? Type::varchar(length)
          : word == "BINARY"  ? Type::binary(length)
                              : Type::varbinary(length);
  } else if (word == "DECIMAL") {
    int32_t precision = number(10);
    out = Type::decimal(precision, take(",") ? number(0) : 0);
  } else if (word == "ARRAY" || word == "MULTISET") {
    Type element;
    if (!type(element)) return false;
    out = word == "ARRAY" ? Type::array(element) : Type::multiset(element);
  } else if (word == "MAP") {
    Type key, value;
    if (!type(key) || !take(",") || !type(value)) return false;
    out = Type::map(key, value);
  } else if (word == "ROW") {
    std::vector<RowField> fields;
    do {
      take("DataTypes.");
      bool is_named = take("FIELD(");
      Java field_name{Java::Kind::Text, "f" + std::to_string(fields.size()), {}};
      if (is_named) {
        field_name.text.clear();
        if (!string(field_name) || !take(",")) return false;
      }
      Type field;
      if (!type(field) || (is_named && !take(")"))) return false;
      fields.push_back({field_name.text, field});
    } while (take(","));
    out = Type::row(std::move(fields));
  } else if (word == "INTERVAL") {
    std::string unit = name();
    out = unit.ends_with("MONTH") || unit.ends_with("YEAR") ? Type::interval_year_month() : Type::interval_day_time();
    if (!take("(") || !skip_arguments()) return false;  // The unit's own.
    while (take(", DataTypes.SECOND(") || take(", SECOND(")) skip_arguments();
  } else {
    return false;
  }
  if (!take(")")) return false;
  for (;;) {
    if (take(".notNull()")) {
      out = out.not_null();
    } else if (take(".nullable()")) {
      out = out.as_nullable();
    } else {
      return true;
    }
  }
}

}  // namespace

std::optional<Type> java_type(std::string_view source) {
  Parser parser(without_comments(source));
  Type type;
  if (!parser.type(type) || !parser.ends()) return {};
  return type;
}

std::optional<Value> java_value(std::string_view source, const Type& type) {
  Java java;
  if (!Parser(without_comments(source)).whole(java)) return {};
  return typed(java, type);
}

}  // namespace sluice::tests
