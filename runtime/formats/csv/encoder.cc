#include <algorithm>
#include <cstring>

#include "base/base64.h"
#include "catalog/types/column_value.h"
#include "catalog/types/text_form.h"
#include "catalog/types/value_text.h"
#include "runtime/formats/csv/csv.h"
#include "runtime/formats/csv/dialect.h"
#include "runtime/formats/temporal_text.h"
#include "runtime/formats/utf8_text.h"

namespace sluice::runtime {
namespace {

using csv::Dialect;

template <class T>
T load(const ColumnView& column, uint32_t row) {
  T value;
  std::memcpy(&value, static_cast<const char*>(column.values) + row * sizeof(T), sizeof(T));
  return value;
}

class CsvEncoder final : public Encoder {
 public:
  CsvEncoder(EncoderSpec spec, Dialect dialect)
      : columns_(std::move(spec.columns)), positions_(std::move(spec.positions)), dialect_(std::move(dialect)) {
    int least = std::max<int>({static_cast<unsigned char>(dialect_.delimiter), dialect_.quote, '\n'});
    for (int c = 0; c < 256; ++c) needs_quotes_[c] = c <= least || c == dialect_.escape || c == '\\';
  }

  Status encode(const RowsView& rows, EncodedMessages& out) override {
    for (uint32_t i = 0; i < rows.count; ++i) {
      uint32_t row = rows.selection ? rows.selection[i] : i;
      for (size_t c = 0; c < columns_.size(); ++c) {
        if (c > 0) out.bytes += dialect_.delimiter;
        write_field(rows.columns[positions_.empty() ? c : positions_[c]], columns_[c].type, row, out.bytes);
      }
      out.finish_message();
    }
    return Done{};
  }

 private:
  // Longer texts are quoted without a look, shorter ones when a character up to the delimiter or the quote occurs: the
  // writer of Flink's library does so, and files are compared byte by byte.
  static constexpr size_t kLookedAtMax = 24;

  bool is_quoted(std::string_view text) const {
    if (dialect_.quote < 0) return false;
    if (text.size() > kLookedAtMax) return true;
    for (char c : text) {
      if (needs_quotes_[static_cast<unsigned char>(c)]) return true;
    }
    return false;
  }

  void write_text(std::string_view text, std::string& out) const {
    if (!is_quoted(text)) {
      out += text;
      return;
    }
    auto quote = static_cast<char>(dialect_.quote);
    out += quote;
    if (dialect_.escape < 0 && std::memchr(text.data(), quote, text.size()) == nullptr) {
      out += text;
    } else {
      for (char c : text) {
        if (c == quote) out += quote;
        if (static_cast<unsigned char>(c) == dialect_.escape) out += c;
        out += c;
      }
    }
    out += quote;
  }

  void write_field(const ColumnView& column, const Type& type, uint32_t row, std::string& out) const {
    if (!is_valid(column.validity, row)) {
      out += dialect_.null_literal;
      return;
    }
    char buffer[kTextMax];
    char* end = buffer;
    switch (type.root()) {
      case TypeRoot::BigInt:
        end = write_integer(buffer, load<int64_t>(column, row));
        break;
      case TypeRoot::Int:
        end = write_integer(buffer, load<int32_t>(column, row));
        break;
      case TypeRoot::SmallInt:
        end = write_integer(buffer, load<int16_t>(column, row));
        break;
      case TypeRoot::TinyInt:
        end = write_integer(buffer, load<int8_t>(column, row));
        break;
      case TypeRoot::Timestamp:
        return write_text(
            {buffer, write_format_timestamp(
                         buffer, load_timestamp(static_cast<const char*>(column.values) + row * type.width(), type),
                         TimestampText::Sql)},
            out);
      case TypeRoot::TimestampLtz:
        end = write_format_timestamp(buffer,
                                     load_timestamp(static_cast<const char*>(column.values) + row * type.width(), type),
                                     TimestampText::Sql);
        *end++ = 'Z';
        return write_text({buffer, end}, out);
      case TypeRoot::Char:
      case TypeRoot::VarChar: {
        auto text = load<StringView>(column, row);
        if (has_high_bytes(text.view()) && !is_utf8(text.view())) return write_text(replace_invalid(text.view()), out);
        return write_text(text.view(), out);
      }
      case TypeRoot::Boolean:
      case TypeRoot::Float:
      case TypeRoot::Double:
      case TypeRoot::Decimal: {
        std::string text = scalar_text(value_at(column, type, row), type);
        out += text;
        return;
      }
      default:
        return write_text(nested_text(value_at(column, type, row), type), out);
    }
    out.append(buffer, end);
  }

  std::string scalar_text(const Value& value, const Type& type) const {
    if (value.is_null()) return dialect_.null_literal;
    if (type.is(TypeRoot::Decimal) && dialect_.scientific_decimals) return scientific(value, type);
    return changelog_text(value, type);
  }

  static std::string scientific(const Value& value, const Type& type) {
    char buffer[kTextMax];
    return {buffer, write_decimal_scientific(buffer, unscaled_of(value), type.scale())};
  }

  // Elements and fields stand between element delimiters, without quotes of their own.
  std::string nested_text(const Value& value, const Type& type) const {
    if (value.is_null()) return dialect_.null_literal;
    if (type.is(TypeRoot::Array) || type.is(TypeRoot::Row)) {
      const ValueList& values = *value.get<std::shared_ptr<const ValueList>>();
      std::string out;
      for (size_t i = 0; i < values.size(); ++i) {
        if (i > 0) out += dialect_.element_delimiter;
        out += nested_text(values[i], type.child(type.is(TypeRoot::Row) ? i : 0));
      }
      return out;
    }
    if (type.is(TypeRoot::Date)) {
      char buffer[kTextMax];
      return {buffer, write_iso_date(buffer, value.get<int64_t>())};
    }
    if (type.is(TypeRoot::Time)) {
      char buffer[kTextMax];
      auto ms = static_cast<int32_t>(value.get<int64_t>());
      std::string text(buffer, write_time(buffer, ms, ms % 1000 == 0 ? 0 : 3));
      if (ms % 1000 != 0) text.erase(text.find_last_not_of('0') + 1);
      return text;
    }
    if (type.is_timestamp()) {
      char buffer[kTextMax];
      std::string text(buffer, write_format_timestamp(buffer, timestamp_of(value, type), TimestampText::Sql));
      return type.is(TypeRoot::TimestampLtz) ? text + "Z" : text;
    }
    if (type.is_binary_string()) return to_base64(value.get<std::string>());
    if (type.is_character()) return value.get<std::string>();
    return scalar_text(value, type);
  }

  RowSchema columns_;
  std::vector<uint32_t> positions_;
  Dialect dialect_;
  bool needs_quotes_[256] = {};
};

}  // namespace

Result<std::unique_ptr<Encoder>> make_csv_encoder(const EncoderSpec& spec, const FormatOptions& options,
                                                  const FormatContext&) {
  SLUICE_TRY(Dialect dialect, csv::dialect_of(options));
  return std::unique_ptr<Encoder>(std::make_unique<CsvEncoder>(spec, std::move(dialect)));
}

}  // namespace sluice::runtime
