#include "runtime/operators/row_picker.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/check.h"
#include "catalog/types/column_value.h"
#include "runtime/abi/canonical_bytes.h"

namespace sluice::runtime {
namespace {

struct Wide {
  alignas(8) uint64_t words[2];
};

template <class T>
void pick_fixed(std::span<const ColumnView> sources, std::span<const PickedRow> picks, MutableColumn& out) {
  auto* to = static_cast<T*>(out.values);
  for (size_t i = 0; i < picks.size(); ++i) {
    to[i] = static_cast<const T*>(sources[picks[i].source].values)[picks[i].row];
  }
  if (out.validity == nullptr) return;
  for (size_t i = 0; i < picks.size(); ++i) {
    set_valid(out.validity, static_cast<uint32_t>(i), is_valid(sources[picks[i].source].validity, picks[i].row));
  }
}

void pick_nested(std::span<const ColumnView> sources, const Type& type, std::span<const PickedRow> picks,
                 MutableColumn& out, KernelContext& context) {
  std::string bytes;
  for (size_t i = 0; i < picks.size(); ++i) {
    bytes.clear();
    append_canonical(sources[picks[i].source], type, picks[i].row, bytes);
    read_canonical(bytes.data(), type, context, out, static_cast<uint32_t>(i));
  }
}

void pick_column(std::span<const ColumnView> sources, const Type& type, std::span<const PickedRow> picks,
                 MutableColumn& out, KernelContext& context) {
  switch (type.physical()) {
    case Physical::List:
    case Physical::Map:
    case Physical::Struct:
      return pick_nested(sources, type, picks, out, context);
    default:
      break;
  }
  switch (type.width()) {
    case 1:
      return pick_fixed<uint8_t>(sources, picks, out);
    case 2:
      return pick_fixed<uint16_t>(sources, picks, out);
    case 4:
      return pick_fixed<uint32_t>(sources, picks, out);
    case 8:
      return pick_fixed<uint64_t>(sources, picks, out);
    case 16:
      return pick_fixed<Wide>(sources, picks, out);
    default:
      SLUICE_UNREACHABLE("values are 1, 2, 4, 8 or 16 bytes wide");
  }
}

template <class T>
void compare_numbers(const ColumnView& column, std::span<const uint32_t> a, std::span<const uint32_t> b,
                     uint8_t* equal) {
  auto* values = static_cast<const T*>(column.values);
  for (size_t i = 0; i < a.size(); ++i) {
    bool valid = is_valid(column.validity, a[i]);
    bool same = valid == is_valid(column.validity, b[i]) && (!valid || values[a[i]] == values[b[i]]);
    equal[i] &= static_cast<uint8_t>(same);
  }
}

void compare_nested(const ColumnView& column, const Type& type, std::span<const uint32_t> a,
                    std::span<const uint32_t> b, uint8_t* equal) {
  std::string left, right;
  for (size_t i = 0; i < a.size(); ++i) {
    left.clear();
    right.clear();
    append_canonical(column, type, a[i], left);
    append_canonical(column, type, b[i], right);
    equal[i] &= static_cast<uint8_t>(left == right);
  }
}

void compare_column(const ColumnView& column, const Type& type, std::span<const uint32_t> a,
                    std::span<const uint32_t> b, uint8_t* equal) {
  switch (type.physical()) {
    case Physical::Bool:
    case Physical::Int8:
      return compare_numbers<int8_t>(column, a, b, equal);
    case Physical::Int16:
      return compare_numbers<int16_t>(column, a, b, equal);
    case Physical::Int32:
      return compare_numbers<int32_t>(column, a, b, equal);
    case Physical::Int64:
      return compare_numbers<int64_t>(column, a, b, equal);
    case Physical::Int128:
      return compare_numbers<Int128>(column, a, b, equal);
    case Physical::Float32:
      return compare_numbers<float>(column, a, b, equal);
    case Physical::Float64:
      return compare_numbers<double>(column, a, b, equal);
    case Physical::String:
      return compare_numbers<StringView>(column, a, b, equal);
    case Physical::TimestampNs:
      return compare_numbers<TimestampNs>(column, a, b, equal);
    default:
      return compare_nested(column, type, a, b, equal);
  }
}

}  // namespace

Batch pick_rows(std::span<const Batch* const> sources, const RowSchema& schema, std::span<const PickedRow> picks,
                BufferPool& pool, KernelContext& context) {
  SLUICE_CHECK(picks.size() <= kBatchRowsMax);
  std::vector<BatchView> views(sources.size());
  for (size_t s = 0; s < sources.size(); ++s) views[s].assign(*sources[s]);

  auto rows = static_cast<uint32_t>(picks.size());
  BatchBuilder builder(pool, schema, rows);
  builder.bind(context);
  MutableColumn* out = builder.columns();
  std::vector<ColumnView> columns(sources.size());
  for (size_t c = 0; c < schema.size(); ++c) {
    for (size_t s = 0; s < sources.size(); ++s) columns[s] = views[s].columns()[c];
    pick_column(columns, schema[c].type, picks, out[c], context);
  }
  int8_t* kinds = builder.kinds();
  for (size_t i = 0; i < picks.size(); ++i) kinds[i] = static_cast<int8_t>(picks[i].kind);
  Batch batch = builder.finish(rows, context.arena);
  for (const Batch* source : sources) batch.heaps.insert(batch.heaps.end(), source->heaps.begin(), source->heaps.end());
  return batch;
}

Batch join_columns(Batch left, Batch right) {
  SLUICE_CHECK(left.rows == right.rows);
  for (Column& column : right.columns) left.columns.push_back(std::move(column));
  for (BufferRef& heap : right.heaps) left.heaps.push_back(std::move(heap));
  return left;
}

Batch project(const Batch& batch, std::span<const uint32_t> columns) {
  Batch out;
  out.rows = batch.rows;
  for (uint32_t column : columns) out.columns.push_back(batch.columns[column]);
  out.heaps = batch.heaps;
  return out;
}

RowSchema project(const RowSchema& schema, std::span<const uint32_t> columns) {
  RowSchema out;
  for (uint32_t column : columns) out.push_back(schema[column]);
  return out;
}

BufferRef make_kinds(std::span<const RowKind> kinds, BufferPool& pool) {
  if (std::all_of(kinds.begin(), kinds.end(), [](RowKind kind) { return kind == RowKind::Insert; })) return {};
  BufferRef buffer = pool.allocate(kinds.size());
  std::memcpy(buffer.data(), kinds.data(), kinds.size());
  return buffer;
}

void compare_rows(const ColumnView* columns, const RowSchema& schema, std::span<const uint32_t> a,
                  std::span<const uint32_t> b, uint8_t* equal) {
  for (size_t c = 0; c < schema.size(); ++c) compare_column(columns[c], schema[c].type, a, b, equal);
}

}  // namespace sluice::runtime
