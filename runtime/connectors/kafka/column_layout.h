#pragma once
// Which columns of a table stand in the key, the value and the metadata of a message.
#include <map>
#include <string>
#include <vector>

#include "catalog/connectors/kafka.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/formats/format.h"

namespace sluice::runtime::kafka {

struct ColumnLayout {
  struct Part {
    const FormatFactory* format = nullptr;  // Null: messages have no such part.
    FormatOptions options;
    RowSchema columns;                // By the names they have in the messages.
    std::vector<uint32_t> positions;  // In the table.
  };
  Part key, value;
  uint32_t physical = 0;  // Columns behind them in the table are metadata.
  bool is_upsert = false;
};

// `columns` are the table's, with the types that rows have.
Result<ColumnLayout> layout_of(const jobgraph::TableRef& table, const RowSchema& columns);

}  // namespace sluice::runtime::kafka
