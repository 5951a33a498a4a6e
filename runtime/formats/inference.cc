#include "runtime/formats/inference.h"

#include <simdjson.h>

#include "catalog/formats/format_checks.h"
#include "runtime/formats/csv/record_splitter.h"
#include "runtime/formats/number_text.h"
#include "runtime/formats/value_shape.h"

namespace sluice::runtime {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

class JsonInference final : public Inference {
 public:
  void add(std::string_view message) override {
    if (trim_text(message).empty()) return;
    element root;
    if (parser_.parse(message.data(), message.size()).get(root) != simdjson::SUCCESS) {
      ++malformed_;
      return;
    }
    if (root.is_array()) {
      for (element row : root.get_array()) add_row(row);
    } else {
      add_row(root);
    }
  }

  InferredTable finish() const override {
    InferredTable out;
    bool is_iso = rows_.has_iso_timestamps() && !rows_.has_sql_timestamps();
    out.columns = rows_.fields(is_iso);
    if (is_iso) out.options["json.timestamp-format.standard"] = "ISO-8601";
    out.messages = messages_;
    out.malformed = malformed_;
    return out;
  }

 private:
  void add_row(element row) {
    if (!row.is_object()) {
      ++malformed_;
      return;
    }
    ++messages_;
    add_value(row, rows_);
  }

  static void add_value(element value, ValueShape& shape) {
    switch (value.type()) {
      case element_type::NULL_VALUE:
        return shape.add_null();
      case element_type::BOOL:
        return shape.add_boolean();
      case element_type::INT64:
      case element_type::UINT64:
      case element_type::DOUBLE:
        return shape.add_number(simdjson::minify(value));
      case element_type::STRING:
        return shape.add_text(value.get_string().value());
      case element_type::ARRAY:
        shape.add_array();
        for (element item : value.get_array()) add_value(item, shape.element());
        return;
      case element_type::OBJECT:
        shape.add_object();
        for (auto [key, item] : value.get_object()) add_value(item, shape.member(key));
        return;
    }
  }

  simdjson::dom::parser parser_;
  ValueShape rows_;
  uint64_t messages_ = 0, malformed_ = 0;
};

class CsvInference final : public Inference {
 public:
  CsvInference(csv::Dialect dialect, std::map<std::string, std::string> options, bool has_header)
      : dialect_(std::move(dialect)), options_(std::move(options)), splitter_(dialect_), has_header_(has_header) {}

  void add(std::string_view message) override {
    if (message.empty()) return;
    const std::vector<std::string_view>* fields = splitter_.split(message);
    if (fields == nullptr) {
      ++malformed_;
      return;
    }
    if (std::exchange(has_header_, false)) {
      for (std::string_view name : *fields) names_.emplace_back(trim_text(name));
      return;
    }
    ++messages_;
    rows_.add_object();
    for (size_t i = 0; i < fields->size(); ++i) {
      while (names_.size() <= i) names_.push_back("f" + std::to_string(names_.size()));
      add_field((*fields)[i], rows_.member(names_[i]));
    }
  }

  // Empty fields are NULL where the column is no text, which needs the option.
  InferredTable finish() const override {
    InferredTable out;
    out.columns = rows_.fields(false);
    out.options = options_;
    if (has_empty_ && !dialect_.has_null_literal) out.options["csv.null-literal"] = "";
    out.messages = messages_;
    out.malformed = malformed_;
    return out;
  }

 private:
  void add_field(std::string_view text, ValueShape& shape) {
    double real = 0;
    std::string_view number = trim_text(text);
    bool is_null = text.empty() || (dialect_.has_null_literal && text == dialect_.null_literal);
    if (is_null) {
      has_empty_ |= text.empty();
      shape.add_null();
    } else if (number == "true" || number == "false") {
      shape.add_boolean();
    } else if (number.find_first_not_of("+-.0123456789eE") == std::string_view::npos &&
               read_java_floating(number, real)) {
      shape.add_number(number);
    } else {
      shape.add_text(text);
    }
  }

  const csv::Dialect dialect_;
  const std::map<std::string, std::string> options_;
  csv::RecordSplitter splitter_;
  bool has_header_;
  bool has_empty_ = false;
  std::vector<std::string> names_;
  ValueShape rows_;
  uint64_t messages_ = 0, malformed_ = 0;
};

std::string in_quotes(std::string_view text, char quote) {
  std::string out(1, quote);
  for (char c : text) out += c == quote ? std::string(2, quote) : std::string(1, c);
  return out + quote;
}

}  // namespace

Result<std::unique_ptr<Inference>> Inference::make(const InferenceOptions& options) {
  if (options.format == "json") return std::unique_ptr<Inference>(std::make_unique<JsonInference>());
  if (options.format != "csv") {
    return fail(ErrorCode::NotSupportedYet, "columns of format `{}` cannot be inferred yet", options.format);
  }
  SLUICE_TRY(csv::Dialect dialect, csv::dialect_of(options.csv));
  return std::unique_ptr<Inference>(
      std::make_unique<CsvInference>(std::move(dialect), options.csv, options.has_header));
}

std::string ddl_of(const std::string& table, const InferredTable& inferred,
                   const std::vector<std::pair<std::string, std::string>>& with) {
  std::string out = "CREATE TABLE " + in_quotes(table, '`') + " (";
  bool first = true;
  for (const RowField& column : inferred.columns) {
    out += (first ? "\n  " : ",\n  ") + in_quotes(column.name, '`') + " " + column.type.to_string();
    first = false;
  }
  out += "\n) WITH (";
  first = true;
  auto add = [&](const std::string& key, const std::string& value) {
    out += (first ? "\n  " : ",\n  ") + in_quotes(key, '\'') + " = " + in_quotes(value, '\'');
    first = false;
  };
  for (const auto& [key, value] : with) add(key, value);
  for (const auto& [key, value] : inferred.options) add(key, value);
  return out + "\n);\n";
}

}  // namespace sluice::runtime
