#pragma once
// Rows of `.slt` files: `+I  1  abc  00:00:03`. Values are separated by blanks; text with blanks stands in quotes; a
// time alone is one on 1970-01-01.
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/types/type.h"
#include "runtime/connectors/values/store.h"

namespace sluice::slt {

Result<runtime::TableChange> parse_change(const std::string& line, const RowSchema& columns);
std::string text_of(const runtime::TableChange& change, const RowSchema& columns);
std::string row_text(const ValueList& row, const RowSchema& columns);  // Without the kind.

}  // namespace sluice::slt
