#pragma once
// Rows of formats.jsonl: values that a column cannot hold as they are told from those that it can.
#include <simdjson.h>

#include "base/result.h"
#include "runtime/connectors/values/store.h"

namespace sluice::conformance {

// One line per row; maps sorted.
std::string text_of(const std::vector<runtime::TableChange>& rows, const RowSchema& columns);

struct ExpectedRows {
  std::string text;                 // With all digits of timestamps.
  std::string cut_text;             // With those that the columns hold.
  bool has_misplaced_null = false;  // In a NOT NULL column.
};
Result<ExpectedRows> expected_rows(simdjson::dom::element record, const RowSchema& columns);

struct InputRow {
  runtime::TableChange change;
  bool is_cut = false;
  bool has_misplaced_null = false;
};
Result<InputRow> input_row(simdjson::dom::element record, const RowSchema& columns);

}  // namespace sluice::conformance
