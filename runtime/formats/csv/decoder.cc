#include <algorithm>
#include <cstring>

#include "base/base64.h"
#include "catalog/types/column_value.h"
#include "catalog/types/text_form.h"
#include "catalog/types/value_text.h"
#include "runtime/formats/csv/csv.h"
#include "runtime/formats/csv/dialect.h"

namespace sluice::runtime {
namespace {

using csv::Dialect;

struct Field {
  std::string_view text;
  bool is_quoted = false;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// A field of a column: nothing means NULL.
using Parsed = Result<Value>;

class CsvDecoder final : public Decoder {
 public:
  CsvDecoder(DecoderSpec spec, Dialect dialect) : spec_(std::move(spec)), dialect_(std::move(dialect)) {}

  std::optional<DecodeError> decode(std::string_view message, RowAppender& out) override {
    if (dialect_.allow_comments && message.starts_with('#')) return std::nullopt;
    if (message.empty()) return std::nullopt;
    std::optional<DecodeError> error = split(message);
    if (!error && fields_.size() > spec_.columns.size() && !is_empty_tail()) {
      error = DecodeError{
          fmt::format("too many entries: {} where the table has {} columns", fields_.size(), spec_.columns.size())};
    }
    if (!error && fields_.size() < spec_.columns.size() && !dialect_.ignore_errors) {
      error = DecodeError{
          fmt::format("the row has {} fields where the table has {} columns", fields_.size(), spec_.columns.size())};
    }
    if (!error) error = append(out);
    if (error && dialect_.ignore_errors) return std::nullopt;
    return error;
  }

  // A line break inside quotes does not end a record.
  size_t record_size(std::string_view bytes, bool at_end) const override {
    if (dialect_.quote < 0) return Decoder::record_size(bytes, at_end);
    bool quoted = false, at_field_begin = true;
    for (size_t i = 0; i < bytes.size(); ++i) {
      int c = static_cast<unsigned char>(bytes[i]);
      if (c == dialect_.escape) {
        ++i;
      } else if (c == dialect_.quote && (quoted || at_field_begin)) {
        quoted = !quoted;
        at_field_begin = quoted || (i + 1 < bytes.size() && static_cast<unsigned char>(bytes[i + 1]) == c);
        continue;
      } else if (c == '\n' && !quoted) {
        return i + 1;
      }
      at_field_begin = !quoted && c == static_cast<unsigned char>(dialect_.delimiter);
    }
    return at_end ? bytes.size() : 0;
  }

 private:
  bool is_empty_tail() const {
    for (size_t i = spec_.columns.size(); i < fields_.size(); ++i) {
      if (!fields_[i].text.empty() || fields_[i].is_quoted) return false;
    }
    return fields_.size() == spec_.columns.size() + 1;
  }

  // Cuts a record into fields; texts with escapes are kept in `unescaped_`.
  std::optional<DecodeError> split(std::string_view record) {
    fields_.clear();
    unescaped_.clear();
    size_t at = 0;
    for (;;) {
      size_t begin = at;
      while (dialect_.quote >= 0 && begin < record.size() && (record[begin] == ' ' || record[begin] == '\t') &&
             record[begin] != dialect_.delimiter) {
        ++begin;
      }
      if (begin < record.size() && static_cast<unsigned char>(record[begin]) == dialect_.quote) {
        if (auto error = quoted_field(record, begin + 1, at)) return error;
      } else if (auto error = plain_field(record, at)) {
        return error;
      }
      if (at >= record.size()) return std::nullopt;
      ++at;  // The delimiter.
    }
  }

  std::optional<DecodeError> plain_field(std::string_view record, size_t& at) {
    size_t begin = at;
    if (dialect_.escape < 0) {
      at = std::min(record.find(dialect_.delimiter, at), record.size());
      fields_.push_back({record.substr(begin, at - begin), false});
      return std::nullopt;
    }
    std::string text;
    for (; at < record.size() && record[at] != dialect_.delimiter; ++at) {
      if (static_cast<unsigned char>(record[at]) == dialect_.escape) {
        if (++at == record.size()) return DecodeError{"the record ends behind an escape character"};
      }
      text += record[at];
    }
    keep(std::move(text), false);
    return std::nullopt;
  }

  std::optional<DecodeError> quoted_field(std::string_view record, size_t begin, size_t& at) {
    std::string text;
    for (at = begin; at < record.size(); ++at) {
      int c = static_cast<unsigned char>(record[at]);
      if (c == dialect_.escape && at + 1 < record.size()) {
        text += record[++at];
      } else if (c != dialect_.quote) {
        text += record[at];
      } else if (at + 1 < record.size() && static_cast<unsigned char>(record[at + 1]) == c) {
        text += record[++at];
      } else {
        ++at;
        while (at < record.size() && record[at] != dialect_.delimiter &&
               static_cast<unsigned char>(record[at]) <= ' ') {
          ++at;
        }
        if (at < record.size() && record[at] != dialect_.delimiter) {
          return DecodeError{fmt::format("`{}` stands behind a closing quote", record[at])};
        }
        keep(std::move(text), true);
        return std::nullopt;
      }
    }
    return DecodeError{"a quote is not closed"};
  }

  void keep(std::string text, bool is_quoted) {
    unescaped_.push_back(std::make_unique<std::string>(std::move(text)));
    fields_.push_back({*unescaped_.back(), is_quoted});
  }

  std::optional<DecodeError> append(RowAppender& out) {
    for (size_t i = 0; i < spec_.paths.size(); ++i) {
      const jobgraph::FieldPath& path = spec_.paths[i];
      const RowField& column = spec_.columns[path[0]];
      Value value;
      if (path[0] < fields_.size()) {
        Parsed parsed = parse(fields_[path[0]].text, column.type);
        if (!parsed && !dialect_.ignore_errors) {
          return DecodeError{fmt::format("field `{}`: {}", column.name, parsed.error().message)};
        }
        if (parsed) value = *parsed;
      }
      Type type = column.type;
      for (size_t depth = 1; depth < path.size(); ++depth) {
        type = Type(type.child(path[depth]));
        if (!value.is_null()) value = Value((*value.get<std::shared_ptr<const ValueList>>())[path[depth]]);
      }
      if (value.is_null() && out.columns()[i].validity == nullptr) {
        return DecodeError{fmt::format("field `{}` is NULL and declared NOT NULL", column.name)};
      }
      put_value(out.columns()[i], type, out.row(), value, out.context());
    }
    out.commit();
    return std::nullopt;
  }

  Parsed parse(std::string_view text, const Type& type) const {
    if (dialect_.has_null_literal && text == dialect_.null_literal) return Value::null();
    switch (type.root()) {
      case TypeRoot::Char:
      case TypeRoot::VarChar:
        return Value{std::string(text)};
      case TypeRoot::Boolean:
        return Value{is_true(trimmed(text))};
      case TypeRoot::Array:
        return parse_array(text, type);
      case TypeRoot::Row:
        return parse_row(text, type);
      case TypeRoot::Date: {
        int32_t days = 0;
        text = trimmed(text);
        if (!read_date(text.data(), static_cast<uint32_t>(text.size()), days)) return bad(text, type);
        return Value{int64_t{days}};
      }
      case TypeRoot::Timestamp:
      case TypeRoot::TimestampLtz: {
        TimestampNs value;
        text = trimmed(text);
        if (type.is(TypeRoot::TimestampLtz)) {
          if (!text.ends_with('Z')) return bad(text, type);
          text.remove_suffix(1);
        }
        if (text.size() < 11 || text[10] != ' ' ||
            !read_timestamp(text.data(), static_cast<uint32_t>(text.size()), value)) {
          return bad(text, type);
        }
        return timestamp_value(value, type);
      }
      case TypeRoot::Binary:
      case TypeRoot::VarBinary:
        return parse_base64(text, type);
      default:
        break;
    }
    text = trimmed(text);
    if (text.starts_with('+') && type.is_exact()) text.remove_prefix(1);
    if (type.is_approximate() && !text.empty() && std::strchr("fFdD", text.back()) != nullptr) text.remove_suffix(1);
    if (text.empty()) return bad(text, type);
    Parsed parsed = parse_scalar(text, type);
    if (!parsed) return bad(text, type);
    return parsed;
  }

  static Failure bad(std::string_view text, const Type& type) {
    return fail(ErrorCode::MalformedRecord, "`{}` is no {}", text, type.as_nullable().to_string());
  }

  static bool is_true(std::string_view text) { return text.size() == 4 && strncasecmp(text.data(), "true", 4) == 0; }

  std::vector<std::string_view> elements(std::string_view text) const {
    std::vector<std::string_view> parts;
    const std::string& delimiter = dialect_.element_delimiter;
    if (text.empty()) return parts;
    if (delimiter.empty()) return {text};
    for (size_t at = text.find(delimiter); at != std::string_view::npos; at = text.find(delimiter)) {
      parts.push_back(text.substr(0, at));
      text.remove_prefix(at + delimiter.size());
    }
    parts.push_back(text);
    return parts;
  }

  Parsed parse_array(std::string_view text, const Type& type) const {
    ValueList values;
    for (std::string_view part : elements(text)) {
      SLUICE_TRY(Value value, parse(part, type.child(0)));
      values.push_back(std::move(value));
    }
    return Value::list(std::move(values));
  }

  Parsed parse_row(std::string_view text, const Type& type) const {
    std::vector<std::string_view> parts = elements(text);
    if (parts.empty()) return Value::null();
    if (parts.size() < type.child_count() && !dialect_.ignore_errors) {
      return fail(ErrorCode::MalformedRecord, "a row of {} fields where {} are declared", parts.size(),
                  type.child_count());
    }
    ValueList values;
    for (size_t i = 0; i < type.child_count(); ++i) {
      if (i >= parts.size()) {
        values.push_back(Value::null());
        continue;
      }
      SLUICE_TRY(Value value, parse(parts[i], type.child(i)));
      values.push_back(std::move(value));
    }
    return Value::list(std::move(values));
  }

  static Parsed parse_base64(std::string_view text, const Type& type) {
    std::optional<std::string> bytes = from_base64(text);
    if (!bytes) return bad(text, type);
    return Value{*std::move(bytes)};
  }

  DecoderSpec spec_;
  Dialect dialect_;
  std::vector<Field> fields_;
  std::vector<std::unique_ptr<std::string>> unescaped_;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_csv_decoder(const DecoderSpec& spec,
                                                  const std::map<std::string, std::string>& options,
                                                  const FormatContext&) {
  SLUICE_TRY(Dialect dialect, csv::dialect_of(options));
  for (const RowField& column : spec.columns) {
    const Type& type = column.type;
    if (type.is(TypeRoot::Map) || type.is(TypeRoot::Multiset) || type.is_interval()) {
      return fail(ErrorCode::NotSupportedYet, "csv cannot read column `{}` of type {}", column.name, type.to_string());
    }
  }
  return std::unique_ptr<Decoder>(std::make_unique<CsvDecoder>(spec, std::move(dialect)));
}

}  // namespace sluice::runtime
