#pragma once
// Rows of a SELECT on their way to a person or a program: `--format table|changelog|csv|json`.
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/row_kind.h"
#include "catalog/types/time_zone.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice::tools {

enum class RowFormat : uint8_t { Table, Changelog, Csv, Json };

// Of `--format`; Table for any other word.
RowFormat row_format_of(std::string_view name);

// Of the terminal that standard output is; 0: it is none.
uint32_t terminal_columns();

class RowPrinter {
 public:
  virtual ~RowPrinter() = default;
  virtual void begin(const RowSchema& schema) = 0;
  virtual void row(RowKind kind, const ValueList& values) = 0;
  // What was held back is written; `rows` of this SELECT are complete.
  virtual void end() = 0;
  // Called when no row came for a while: what is held back is written.
  virtual void pause() {}
};

// `Table` holds back some rows to find the widths of its columns; its lines fit `terminal_columns` by cutting cells. It
// shows values as CAST to STRING gives them in the session's `zone` (null: UTC) and NULL as `<NULL>`, as Flink's client
// does. Control characters of values are escaped in every format, so that data cannot write to the terminal.
std::unique_ptr<RowPrinter> make_row_printer(RowFormat format, FILE* out, uint32_t terminal_columns,
                                             const TimeZone* zone);

// The answer of SHOW, DESCRIBE and their like, without an `op` column; that of SHOW CREATE as plain text in formats for
// people.
void print_rows(RowFormat format, FILE* out, const RowSchema& schema, const std::vector<ValueList>& rows);

}  // namespace sluice::tools
