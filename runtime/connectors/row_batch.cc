#include "runtime/connectors/row_batch.h"

#include "base/check.h"
#include "catalog/types/column_value.h"

namespace sluice::runtime {
namespace {

// A field below a NULL row is NULL.
Value value_at_path(const ValueList& row, const jobgraph::FieldPath& path) {
  if (path[0] >= row.size()) return Value::null();
  Value value = row[path[0]];
  for (size_t i = 1; i < path.size() && !value.is_null(); ++i) {
    value = Value((*value.get<std::shared_ptr<const ValueList>>())[path[i]]);
  }
  return value;
}

}  // namespace

Batch batch_of(const std::vector<TableChange>& changes, const std::vector<jobgraph::FieldPath>& paths,
               const RowSchema& output, BufferPool& pool, Arena& arena, const SessionContext* session) {
  SLUICE_CHECK(changes.size() <= kBatchRowsMax && paths.size() == output.size());
  BatchBuilder builder(pool, output);
  KernelContext context;
  context.arena = &arena;
  context.session = session;
  builder.bind(context);
  int8_t* kinds = builder.kinds();
  for (uint32_t row = 0; row < changes.size(); ++row) {
    kinds[row] = static_cast<int8_t>(changes[row].kind);
    for (size_t i = 0; i < paths.size(); ++i) {
      put_value(builder.columns()[i], output[i].type, row, value_at_path(changes[row].row, paths[i]), context);
    }
  }
  return builder.finish(static_cast<uint32_t>(changes.size()), &arena);
}

std::vector<TableChange> changes_of(const Batch& batch, const RowSchema& schema) {
  BatchView view(batch);
  std::vector<TableChange> changes;
  for (uint32_t row = 0; row < batch.rows; ++row) {
    TableChange change{batch.kind(row), {}};
    for (size_t i = 0; i < schema.size(); ++i) change.row.push_back(value_at(view.columns()[i], schema[i].type, row));
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace sluice::runtime
