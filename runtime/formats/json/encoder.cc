#include <cmath>

#include "base/base64.h"
#include "catalog/formats/json.h"
#include "catalog/types/column_value.h"
#include "catalog/types/text_form.h"
#include "catalog/types/value_text.h"
#include "runtime/formats/json/json.h"

namespace sluice::runtime {
namespace {

void write_string(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  out += '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
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
        if (byte < 0x20) {
          out += "\\u00";
          out += kHex[byte >> 4];
          out += kHex[byte & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

class JsonEncoder final : public Encoder {
 public:
  JsonEncoder(RowSchema columns, JsonOptions options) : columns_(std::move(columns)), options_(std::move(options)) {}

  Status encode(const ColumnView* columns, const uint32_t* selection, uint32_t count, bool line_breaks,
                std::string& out, std::vector<size_t>* ends) override {
    for (uint32_t i = 0; i < count; ++i) {
      uint32_t row = selection ? selection[i] : i;
      ValueList values;
      for (size_t c = 0; c < columns_.size(); ++c) values.push_back(value_at(columns[c], columns_[c].type, row));
      SLUICE_DO(write_object(columns_, values, out));
      if (line_breaks) out += '\n';
      if (ends) ends->push_back(out.size());
    }
    return Done{};
  }

 private:
  Status write_object(const std::vector<RowField>& fields, const ValueList& values, std::string& out) const {
    out += '{';
    bool first = true;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (values[i].is_null() && options_.ignore_null_fields) continue;
      if (!std::exchange(first, false)) out += ',';
      write_string(fields[i].name, out);
      out += ':';
      SLUICE_DO(write(values[i], fields[i].type, out));
    }
    out += '}';
    return Done{};
  }

  Status write(const Value& value, const Type& type, std::string& out) const {
    if (value.is_null()) {
      out += "null";
      return Done{};
    }
    switch (type.root()) {
      case TypeRoot::Char:
      case TypeRoot::VarChar:
        write_string(value.get<std::string>(), out);
        return Done{};
      case TypeRoot::Binary:
      case TypeRoot::VarBinary:
        write_string(to_base64(value.get<std::string>()), out);
        return Done{};
      case TypeRoot::Float:
        return write_float_text(std::isfinite(value.get<float>()), value, type, out);
      case TypeRoot::Double:
        return write_float_text(std::isfinite(value.get<double>()), value, type, out);
      case TypeRoot::Decimal:
        out += decimal_text(value, type);
        return Done{};
      case TypeRoot::Date: {
        char buffer[kTextMax];
        write_string({buffer, write_date(buffer, value.get<int64_t>())}, out);
        return Done{};
      }
      case TypeRoot::Time: {
        char buffer[kTextMax];
        write_string({buffer, write_time(buffer, static_cast<int32_t>(value.get<int64_t>()), 0)}, out);
        return Done{};
      }
      case TypeRoot::Timestamp:
      case TypeRoot::TimestampLtz:
        write_string(timestamp_text(value, type), out);
        return Done{};
      case TypeRoot::Array:
        return write_array(*value.get<std::shared_ptr<const ValueList>>(), type, out);
      case TypeRoot::Row:
        return write_object(type.fields(), *value.get<std::shared_ptr<const ValueList>>(), out);
      case TypeRoot::Map:
      case TypeRoot::Multiset:
        return write_map(*value.get<std::shared_ptr<const ValueMap>>(), type, out);
      default:
        out += changelog_text(value, type);
        return Done{};
    }
  }

  static Status write_float_text(bool is_finite, const Value& value, const Type& type, std::string& out) {
    std::string text = changelog_text(value, type);
    if (is_finite) {
      out += text;
    } else {
      write_string(text, out);
    }
    return Done{};
  }

  // Without `plain_decimals` as Java's BigDecimal without trailing zeros.
  std::string decimal_text(const Value& value, const Type& type) const {
    if (options_.plain_decimals) return changelog_text(value, type);
    char buffer[kTextMax];
    return {buffer, write_decimal_scientific(buffer, unscaled_of(value), type.scale())};
  }

  std::string timestamp_text(const Value& value, const Type& type) const {
    char buffer[kTextMax];
    char* end = write_timestamp(buffer, timestamp_of(value, type), 9);
    while (end[-1] == '0') --end;
    if (end[-1] == '.') --end;
    std::string text(buffer, end);
    if (options_.timestamps == JsonTimestamps::Iso8601) text[text.find(' ')] = 'T';
    return type.is(TypeRoot::TimestampLtz) ? text + "Z" : text;
  }

  Status write_array(const ValueList& values, const Type& type, std::string& out) const {
    out += '[';
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out += ',';
      SLUICE_DO(write(values[i], type.child(0), out));
    }
    out += ']';
    return Done{};
  }

  Status write_map(const ValueMap& entries, const Type& type, std::string& out) const {
    static const Type kCount = Type::integer().not_null();
    out += '{';
    bool first = true;
    for (const auto& [key, value] : entries) {
      std::string name = key.is_null() ? options_.null_key_literal : changelog_text(key, type.child(0));
      if (key.is_null() && options_.null_key == JsonNullKey::Drop) continue;
      if (key.is_null() && options_.null_key == JsonNullKey::Fail) {
        return fail(ErrorCode::MalformedRecord, "JSON cannot hold a NULL key of a map; see `json.map-null-key.mode`");
      }
      if (!std::exchange(first, false)) out += ',';
      write_string(name, out);
      out += ':';
      SLUICE_DO(write(value, type.is(TypeRoot::Map) ? type.child(1) : kCount, out));
    }
    out += '}';
    return Done{};
  }

  RowSchema columns_;
  JsonOptions options_;
};

}  // namespace

Result<std::unique_ptr<Encoder>> make_json_encoder(const RowSchema& columns,
                                                   const std::map<std::string, std::string>& options,
                                                   const FormatContext&) {
  SLUICE_TRY(JsonOptions read, read_options<JsonOptions>(options, "json."));
  return std::unique_ptr<Encoder>(std::make_unique<JsonEncoder>(columns, std::move(read)));
}

}  // namespace sluice::runtime
