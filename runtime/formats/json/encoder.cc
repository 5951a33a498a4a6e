#include <cmath>

#include "base/base64.h"
#include "catalog/formats/formats.h"
#include "catalog/types/text_form.h"
#include "runtime/formats/json/json.h"
#include "runtime/formats/json/text.h"
#include "runtime/formats/temporal_text.h"

namespace sluice::runtime {
namespace {

template <class T>
T load(const ColumnView& column, uint32_t row) {
  T value;
  std::memcpy(&value, static_cast<const char*>(column.values) + size_t{row} * sizeof(T), sizeof(T));
  return value;
}

// A value of some type with what is known of it beforehand: the keys of a ROW's fields are written whole.
struct Writer {
  Type type;
  std::vector<std::string> keys;  // `"name":`
  std::vector<Writer> children;
};

std::string key_text(const std::string& name) {
  std::string out;
  json::write_json_string(name, out);
  return out + ":";
}

Writer writer_of(const Type& type) {
  Writer writer{type, {}, {}};
  for (size_t i = 0; i < type.child_count(); ++i) {
    writer.children.push_back(writer_of(type.child(i)));
    if (type.is(TypeRoot::Row)) writer.keys.push_back(key_text(type.field_name(i)));
  }
  if (type.is(TypeRoot::Multiset)) writer.children.push_back(writer_of(Type::integer().not_null()));
  return writer;
}

class JsonEncoder final : public Encoder {
 public:
  JsonEncoder(const EncoderSpec& spec, JsonOptions options)
      : row_(writer_of(Type::row(spec.columns))), positions_(spec.positions), options_(std::move(options)) {}

  Status encode(const RowsView& rows, EncodedMessages& out) override {
    for (uint32_t i = 0; i < rows.count; ++i) {
      SLUICE_DO(write_row(rows.columns, rows.selection ? rows.selection[i] : i, out.bytes));
      out.finish_message();
    }
    return Done{};
  }

 private:
  Status write_row(const ColumnView* columns, uint32_t row, std::string& out) const {
    out += '{';
    bool first = true;
    for (size_t i = 0; i < row_.children.size(); ++i) {
      SLUICE_DO(write_field(row_, i, columns[positions_.empty() ? i : positions_[i]], row, first, out));
    }
    out += '}';
    return Done{};
  }

  Status write_field(const Writer& parent, size_t i, const ColumnView& column, uint32_t row, bool& first,
                     std::string& out) const {
    bool is_null = !is_valid(column.validity, row);
    if (is_null && options_.ignore_null_fields) return Done{};
    if (!std::exchange(first, false)) out += ',';
    out += parent.keys[i];
    return write(parent.children[i], column, row, out);
  }

  Status write(const Writer& writer, const ColumnView& column, uint32_t row, std::string& out) const {
    if (!is_valid(column.validity, row)) {
      out += "null";
      return Done{};
    }
    switch (writer.type.root()) {
      case TypeRoot::Char:
      case TypeRoot::VarChar:
        json::write_json_string(load<StringView>(column, row).view(), out);
        return Done{};
      case TypeRoot::Binary:
      case TypeRoot::VarBinary:
        json::write_json_string(to_base64(load<StringView>(column, row).view()), out);
        return Done{};
      case TypeRoot::Array:
        return write_array(writer, column, row, out);
      case TypeRoot::Map:
      case TypeRoot::Multiset:
        return write_map(writer, column, row, out);
      case TypeRoot::Row: {
        out += '{';
        bool first = true;
        for (size_t i = 0; i < writer.children.size(); ++i) {
          SLUICE_DO(write_field(writer, i, column.children[i], row, first, out));
        }
        out += '}';
        return Done{};
      }
      default:
        write_scalar(writer.type, column, row, out);
        return Done{};
    }
  }

  void write_scalar(const Type& type, const ColumnView& column, uint32_t row, std::string& out) const {
    char buffer[kTextMax + 2];
    char* end = buffer;
    switch (type.root()) {
      case TypeRoot::Boolean:
        out += load<uint8_t>(column, row) != 0 ? "true" : "false";
        return;
      case TypeRoot::TinyInt:
        end = write_integer(buffer, load<int8_t>(column, row));
        break;
      case TypeRoot::SmallInt:
        end = write_integer(buffer, load<int16_t>(column, row));
        break;
      case TypeRoot::Int:
      case TypeRoot::IntervalYearMonth:
        end = write_integer(buffer, load<int32_t>(column, row));
        break;
      case TypeRoot::BigInt:
      case TypeRoot::IntervalDayTime:
        end = write_integer(buffer, load<int64_t>(column, row));
        break;
      case TypeRoot::Float: {
        auto value = load<float>(column, row);
        return append_floating({buffer, write_float(buffer, value)}, std::isfinite(value), out);
      }
      case TypeRoot::Double: {
        auto value = load<double>(column, row);
        return append_floating({buffer, write_double(buffer, value)}, std::isfinite(value), out);
      }
      case TypeRoot::Decimal:
        return append_decimal(type, column, row, out);
      default:
        *end++ = '"';
        end = write_temporal(type, column, row, end);
        *end++ = '"';
    }
    out.append(buffer, end);
  }

  char* write_temporal(const Type& type, const ColumnView& column, uint32_t row, char* out) const {
    if (type.is(TypeRoot::Date)) return write_iso_date(out, load<int32_t>(column, row));
    if (type.is(TypeRoot::Time)) return write_time(out, load<int32_t>(column, row), 0);
    TimestampNs value = load_timestamp(static_cast<const char*>(column.values) + row * type.width(), type);
    bool is_iso = options_.timestamps == JsonTimestamps::Iso8601;
    out = write_format_timestamp(out, value, is_iso ? TimestampText::Iso : TimestampText::Sql);
    if (type.is(TypeRoot::TimestampLtz)) *out++ = 'Z';
    return out;
  }

  // JSON has no number that is not finite: Flink's library writes their names as strings.
  static void append_floating(std::string_view text, bool is_finite, std::string& out) {
    if (!is_finite) out += '"';
    out += text;
    if (!is_finite) out += '"';
  }

  // Without `plain_decimals` as Java's BigDecimal without trailing zeros: 100.00 is 1E+2.
  void append_decimal(const Type& type, const ColumnView& column, uint32_t row, std::string& out) const {
    bool is_wide = type.physical() == Physical::Int128;
    Int128 unscaled = is_wide ? load<Int128>(column, row) : load<int64_t>(column, row);
    int32_t scale = type.scale();
    char buffer[kTextMax];
    if (options_.plain_decimals) {
      out.append(buffer, write_decimal(buffer, unscaled, scale));
      return;
    }
    out.append(buffer, write_decimal_scientific(buffer, unscaled, scale));
  }

  Status write_array(const Writer& writer, const ColumnView& column, uint32_t row, std::string& out) const {
    auto list = load<ListView>(column, row);
    out += '[';
    for (uint32_t i = 0; i < list.length; ++i) {
      if (i > 0) out += ',';
      SLUICE_DO(write(writer.children[0], column.children[0], list.offset + i, out));
    }
    out += ']';
    return Done{};
  }

  Status write_map(const Writer& writer, const ColumnView& column, uint32_t row, std::string& out) const {
    auto list = load<ListView>(column, row);
    const ColumnView& keys = column.children[0];
    const uint32_t end = list.offset + list.length;
    bool first = true;
    out += '{';
    for (uint32_t at = list.offset; at < end; ++at) {
      bool is_null = !is_valid(keys.validity, at);
      if (is_null && options_.null_key == JsonNullKey::Drop) continue;
      if (is_null && options_.null_key == JsonNullKey::Fail) {
        return fail(ErrorCode::MalformedRecord, "JSON cannot hold a NULL key of a map")
            .hint("`json.map-null-key.mode` = 'DROP' leaves such entries out, 'LITERAL' writes a text.");
      }
      auto held = load<StringView>(keys, at);  // Short texts stand in it.
      std::string_view key = is_null ? options_.null_key_literal : held.view();
      uint32_t value = at;
      if (options_.null_key == JsonNullKey::Literal && key == options_.null_key_literal) {
        if (find_literal(keys, list.offset, at) < at) continue;
        for (uint32_t next; (next = find_literal(keys, value + 1, end)) < end;) value = next;
      }
      if (!std::exchange(first, false)) out += ',';
      json::write_json_string(key, out);
      out += ':';
      SLUICE_DO(write(writer.children[1], column.children[1], value, out));
    }
    out += '}';
    return Done{};
  }

  // The first key in [begin, end) that is written as the literal: the NULL key, or one of the same text. In the object
  // they are one: it stands where the first did and has the value of the last.
  uint32_t find_literal(const ColumnView& keys, uint32_t begin, uint32_t end) const {
    while (begin < end && is_valid(keys.validity, begin) &&
           load<StringView>(keys, begin).view() != options_.null_key_literal) {
      ++begin;
    }
    return begin;
  }

  Writer row_;
  std::vector<uint32_t> positions_;
  JsonOptions options_;
};

}  // namespace

Result<std::unique_ptr<Encoder>> make_json_encoder(const EncoderSpec& spec, const FormatOptions& options,
                                                   const FormatContext&) {
  SLUICE_TRY(JsonOptions read, read_options<JsonOptions>(options, "json."));
  return std::unique_ptr<Encoder>(std::make_unique<JsonEncoder>(spec, std::move(read)));
}

}  // namespace sluice::runtime
