#include "tools/sluice/row_printer.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/printable.h"
#include "base/utf8.h"
#include "catalog/types/value_text.h"

namespace sluice::tools {
namespace {

constexpr size_t kRowsHeldMax = 100;  // Before the widths of a table's columns are fixed.
constexpr size_t kCellCharactersMax = 60;

// The first `max` characters, the last one being an ellipsis when something was cut.
std::string cut(const std::string& text, size_t max) {
  if (count_characters(text) <= max) return text;
  return std::string(first_characters(text, max - 1)) + "…";
}

std::string padded(const std::string& text, size_t width, bool to_the_right) {
  std::string space(width - std::min(width, count_characters(text)), ' ');
  return to_the_right ? space + text : text + space;
}

std::string json_string(std::string_view text) { return json_text(Value{std::string(text)}, Type::string()); }

class JsonPrinter final : public RowPrinter {
 public:
  explicit JsonPrinter(FILE* out) : out_(out) {}
  void begin(const RowSchema& schema) override { schema_ = schema; }
  void row(RowKind kind, const ValueList& values) override {
    std::string line = fmt::format("{{\"op\": \"{}\", \"row\": [", text_of(kind));
    for (size_t i = 0; i < values.size(); ++i) line += (i ? ", " : "") + json_text(values[i], schema_[i].type);
    line += "]}\n";
    std::fwrite(line.data(), 1, line.size(), out_);
  }
  void end() override { std::fflush(out_); }
  void pause() override { std::fflush(out_); }

 private:
  FILE* out_;
  RowSchema schema_;
};

class ChangelogPrinter final : public RowPrinter {
 public:
  explicit ChangelogPrinter(FILE* out) : out_(out) {}
  void begin(const RowSchema& schema) override { schema_ = schema; }
  void row(RowKind kind, const ValueList& values) override {
    std::string line = std::string(text_of(kind)) + "[";
    for (size_t i = 0; i < values.size(); ++i) {
      line += (i ? ", " : "") + printable(changelog_text(values[i], schema_[i].type));
    }
    line += "]\n";
    std::fwrite(line.data(), 1, line.size(), out_);
  }
  void end() override { std::fflush(out_); }
  void pause() override { std::fflush(out_); }

 private:
  FILE* out_;
  RowSchema schema_;
};

class CsvPrinter final : public RowPrinter {
 public:
  CsvPrinter(FILE* out, bool with_op) : out_(out), with_op_(with_op) {}
  void begin(const RowSchema& schema) override {
    schema_ = schema;
    std::string line = with_op_ ? "op" : "";
    for (const RowField& field : schema_) line += (line.empty() ? "" : ",") + quoted_cell(field.name);
    write(line);
  }
  void row(RowKind kind, const ValueList& values) override {
    std::string line(with_op_ ? text_of(kind) : "");
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0 || with_op_) line += ',';
      if (!values[i].is_null()) line += quoted_cell(changelog_text(values[i], schema_[i].type));
    }
    write(line);
  }
  void end() override { std::fflush(out_); }
  void pause() override { std::fflush(out_); }

 private:
  // RFC 4180. The empty string is quoted, so that it differs from NULL.
  static std::string quoted_cell(const std::string& text) {
    if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
  }
  void write(std::string line) {
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), out_);
  }

  FILE* out_;
  bool with_op_;
  RowSchema schema_;
};

class TablePrinter final : public RowPrinter {
 public:
  TablePrinter(FILE* out, uint32_t terminal_columns, const TimeZone* zone, bool with_op)
      : out_(out), terminal_columns_(terminal_columns), zone_(zone), with_op_(with_op) {}

  void begin(const RowSchema& schema) override { schema_ = schema; }
  void row(RowKind kind, const ValueList& values) override {
    std::vector<std::string> cells;
    if (with_op_) cells.emplace_back(text_of(kind));
    for (size_t i = 0; i < values.size(); ++i) cells.push_back(cell(values[i], schema_[i].type));
    ++rows_;
    if (widths_.empty()) {
      held_.push_back(std::move(cells));
      if (held_.size() >= kRowsHeldMax) pause();
    } else {
      write(cells);
    }
  }
  void pause() override {
    if (widths_.empty() && !held_.empty()) fix_widths();
    std::fflush(out_);
  }
  void end() override {
    if (widths_.empty()) fix_widths();
    border();
    std::string line = fmt::format("{} {} in set\n", rows_, rows_ == 1 ? "row" : "rows");
    std::fwrite(line.data(), 1, line.size(), out_);
    std::fflush(out_);
  }

 private:
  // As Flink's client shows values: NULL is marked in a changelog and blank in the answers of SHOW and DESCRIBE.
  std::string cell(const Value& value, const Type& type) const {
    if (value.is_null()) return with_op_ ? "<NULL>" : "";
    return printable(cast_text(value, type, zone_));
  }
  void fix_widths() {
    std::vector<std::string> names;
    if (with_op_) names.emplace_back("op");
    for (const RowField& field : schema_) names.push_back(printable(field.name));
    for (const std::string& name : names) widths_.push_back(count_characters(name));
    for (const auto& cells : held_) {
      for (size_t i = 0; i < cells.size(); ++i) widths_[i] = std::max(widths_[i], count_characters(cells[i]));
    }
    for (size_t& width : widths_) width = std::min(width, kCellCharactersMax);
    fit_terminal();
    border();
    write(names);
    border();
    for (const auto& cells : held_) write(cells);
    held_.clear();
  }
  // Takes from the widest column until the line fits.
  void fit_terminal() {
    auto line_width = [&] {
      size_t sum = 1;
      for (size_t width : widths_) sum += width + 3;
      return sum;
    };
    while (terminal_columns_ > 0 && line_width() > terminal_columns_) {
      auto widest = std::ranges::max_element(widths_);
      if (*widest <= 8) return;
      --*widest;
    }
  }
  void border() {
    std::string line = "+";
    for (size_t width : widths_) line += std::string(width + 2, '-') + "+";
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), out_);
  }
  void write(const std::vector<std::string>& cells) {
    std::string line = "|";
    size_t first = with_op_ ? 1 : 0;
    for (size_t i = 0; i < cells.size(); ++i) {
      bool is_number = i >= first && schema_[i - first].type.is_numeric();
      line += " " + padded(cut(cells[i], widths_[i]), widths_[i], is_number) + " |";
    }
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), out_);
  }

  FILE* out_;
  uint32_t terminal_columns_;
  const TimeZone* zone_;
  bool with_op_;
  RowSchema schema_;
  std::vector<std::vector<std::string>> held_;
  std::vector<size_t> widths_;
  uint64_t rows_ = 0;
};

// One object per row without a change: the answers of SHOW are no changelog.
void print_json_objects(FILE* out, const RowSchema& schema, const std::vector<ValueList>& rows) {
  for (const ValueList& row : rows) {
    std::string line = "{";
    for (size_t i = 0; i < row.size(); ++i) {
      line += (i ? ", " : "") + json_string(schema[i].name) + ": " + json_text(row[i], schema[i].type);
    }
    line += "}\n";
    std::fwrite(line.data(), 1, line.size(), out);
  }
  std::fflush(out);
}

// The answer of SHOW CREATE: SQL of many lines, to be read or copied, for which a cell is no place.
bool is_statement_text(const RowSchema& schema, const std::vector<ValueList>& rows) {
  return schema.size() == 1 && schema.front().name == "result" && rows.size() == 1 && !rows.front().front().is_null();
}

}  // namespace

RowFormat row_format_of(std::string_view name) {
  if (name == "changelog") return RowFormat::Changelog;
  if (name == "csv") return RowFormat::Csv;
  if (name == "json") return RowFormat::Json;
  return RowFormat::Table;
}

uint32_t terminal_columns() {
  winsize size{};
  if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

std::unique_ptr<RowPrinter> make_row_printer(RowFormat format, FILE* out, uint32_t terminal_columns,
                                             const TimeZone* zone) {
  switch (format) {
    case RowFormat::Table:
      return std::make_unique<TablePrinter>(out, terminal_columns, zone, true);
    case RowFormat::Changelog:
      return std::make_unique<ChangelogPrinter>(out);
    case RowFormat::Csv:
      return std::make_unique<CsvPrinter>(out, true);
    case RowFormat::Json:
      return std::make_unique<JsonPrinter>(out);
  }
  return nullptr;
}

void print_rows(RowFormat format, FILE* out, const RowSchema& schema, const std::vector<ValueList>& rows) {
  if (format == RowFormat::Json) return print_json_objects(out, schema, rows);
  if (format != RowFormat::Csv && is_statement_text(schema, rows)) {
    std::string text = printable(rows.front().front().get<std::string>(), "\n\t") + "\n";
    std::fwrite(text.data(), 1, text.size(), out);
    std::fflush(out);
    return;
  }
  std::unique_ptr<RowPrinter> printer = std::make_unique<TablePrinter>(out, 0, nullptr, false);
  if (format == RowFormat::Csv) printer = std::make_unique<CsvPrinter>(out, false);
  printer->begin(schema);
  for (const ValueList& row : rows) printer->row(RowKind::Insert, row);
  printer->end();
}

}  // namespace sluice::tools
