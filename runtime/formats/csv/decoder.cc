#include "runtime/formats/csv/csv.h"
#include "runtime/formats/csv/dialect.h"
#include "runtime/formats/csv/field_store.h"
#include "runtime/formats/csv/record_splitter.h"
#include "runtime/formats/utf8_text.h"

namespace sluice::runtime {
namespace {

using csv::Dialect;

// What is read of a column: all of it, or a field of a ROW.
struct ColumnPlan {
  uint32_t field = 0;  // Of the record.
  std::vector<uint32_t> path;
  uint32_t target = 0;
  Type type;  // Of the whole column.
};

// A message is one record; of several lines the first counts, as in Flink.
class CsvDecoder final : public Decoder {
 public:
  CsvDecoder(const DecoderSpec& spec, Dialect dialect)
      : columns_(spec.columns),
        dialect_(std::move(dialect)),
        splitter_(dialect_),
        store_(dialect_, dialect_.ignore_errors || spec.wrong_is_null),
        wrong_is_null_(dialect_.ignore_errors || spec.wrong_is_null) {
    for (uint32_t i = 0; i < spec.paths.size(); ++i) {
      const jobgraph::FieldPath& path = spec.paths[i];
      plans_.push_back({path[0],
                        {path.begin() + 1, path.end()},
                        spec.targets.empty() ? i : spec.targets[i],
                        spec.columns[path[0]].type});
    }
  }

  std::optional<DecodeError> decode(std::string_view message, RowAppender& out) override {
    if (message.data() == nullptr) return std::nullopt;
    std::optional<DecodeError> error = decode_record(message, out);
    if (error && dialect_.ignore_errors) return std::nullopt;
    return error;
  }

  uint64_t fields_nulled() const override { return dialect_.ignore_errors ? 0 : fields_nulled_; }

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
      at_field_begin = !quoted && bytes[i] == dialect_.delimiter;
    }
    return at_end ? bytes.size() : 0;
  }

 private:
  static DecodeError broken(std::string reason) { return {DecodeFault::NotWellFormed, std::move(reason)}; }

  std::optional<DecodeError> decode_record(std::string_view message, RowAppender& out) {
    std::optional<std::string> plain;
    if (may_be_encoded(message) && (plain = as_plain_utf8(message))) message = *plain;
    std::string repaired;
    if (has_high_bytes(message) && !is_utf8(message)) {
      if (!repair_utf8(message, repaired)) return broken("the record is no UTF-8");
      message = repaired;
    }
    if (dialect_.allow_comments) message = without_comments(message);
    if (message.empty() && !plain) return broken("the message is empty");
    const std::vector<std::string_view>* fields = splitter_.split(message);
    if (fields == nullptr) return broken(splitter_.reason());
    size_t wanted = columns_.size();
    // One more is forgiven when nothing is in it.
    bool is_forgiven = fields->size() == wanted + 1 && fields->back().empty();
    if (fields->size() > wanted && !is_forgiven) {
      return broken(fmt::format("the record has {} fields where the table has {} columns", fields->size(), wanted));
    }
    if (fields->size() < wanted && !dialect_.ignore_errors) {
      return DecodeError{
          DecodeFault::MissingField,
          fmt::format("the record has {} fields where the table has {} columns", fields->size(), wanted)};
    }
    for (const ColumnPlan& plan : plans_) {
      if (auto error = store(plan, *fields, out)) return error;
    }
    out.commit();
    return std::nullopt;
  }

  // Without the lines at the front whose first character, blanks aside, is #.
  static std::string_view without_comments(std::string_view text) {
    for (;;) {
      size_t first = text.find_first_not_of(" \t");
      if (first == std::string_view::npos || text[first] != '#') return text;
      size_t line_break = text.find('\n', first);
      if (line_break == std::string_view::npos) return {};
      text.remove_prefix(line_break + 1);
    }
  }

  std::optional<DecodeError> store(const ColumnPlan& plan, const std::vector<std::string_view>& fields,
                                   RowAppender& out) {
    MutableColumn& column = out.columns()[plan.target];
    csv::Stored stored = csv::Stored::Null;
    const Type* type = &plan.type;
    for (uint32_t step : plan.path) type = &type->child(step);
    if (plan.field < fields.size()) {
      std::string_view text = fields[plan.field];
      stored = plan.path.empty()
                   ? store_.store(text, plan.type, column, out.row(), out.context())
                   : store_.store_field_of_row(text, plan.type, plan.path[0], column, out.row(), out.context());
    }
    if (stored == csv::Stored::Value) return std::nullopt;
    const std::string& name = columns_[plan.field].name;
    if (stored == csv::Stored::Wrong) {
      if (!wrong_is_null_) {
        return DecodeError{DecodeFault::WrongValue, fmt::format("field `{}`: `{}` is no {}", name, fields[plan.field],
                                                                plan.type.as_nullable().to_string())};
      }
      ++fields_nulled_;
    }
    if (store_null(*type, column, out.row())) return std::nullopt;
    return DecodeError{DecodeFault::NullValue, fmt::format("field `{}` is NULL, and its column is NOT NULL", name)};
  }

  const RowSchema columns_;
  const Dialect dialect_;
  csv::RecordSplitter splitter_;
  csv::FieldStore store_;
  const bool wrong_is_null_;
  std::vector<ColumnPlan> plans_;
  uint64_t fields_nulled_ = 0;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_csv_decoder(const DecoderSpec& spec, const FormatOptions& options,
                                                  const FormatContext&) {
  SLUICE_TRY(Dialect dialect, csv::dialect_of(options));
  return std::unique_ptr<Decoder>(std::make_unique<CsvDecoder>(spec, std::move(dialect)));
}

}  // namespace sluice::runtime
