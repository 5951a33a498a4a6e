#include "runtime/abi/batch.h"

namespace sluice::runtime {
namespace {

size_t count_views(const std::vector<Column>& columns) {
  size_t count = columns.size();
  for (const Column& column : columns) count += count_views(column.children);
  return count;
}

// Writes the views of `columns` to `at`; those of their children go to `next` and behind.
ColumnView* fill(const std::vector<Column>& columns, ColumnView* at, ColumnView* next) {
  for (const Column& column : columns) {
    at->values = column.values ? column.values.data() : nullptr;
    at->validity = column.validity ? reinterpret_cast<const uint64_t*>(column.validity.data()) : nullptr;
    at->rows = column.rows;
    at->child_count = static_cast<uint32_t>(column.children.size());
    at->children = nullptr;
    if (!column.children.empty()) {
      at->children = next;
      next = fill(column.children, next, next + column.children.size());
    }
    ++at;
  }
  return next;
}

}  // namespace

void BatchView::assign(const Batch& batch) {
  rows_ = batch.rows;
  views_.resize(count_views(batch.columns));
  fill(batch.columns, views_.data(), views_.data() + batch.columns.size());
}

}  // namespace sluice::runtime
