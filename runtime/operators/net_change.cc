#include "runtime/operators/net_change.h"

#include <numeric>

#include "runtime/operators/row_picker.h"
#include "runtime/operators/selection.h"

namespace sluice::runtime {
namespace {

RowSchema staged_schema(const NetChange::Format& format) {
  RowSchema schema = format.results;
  if (format.counts_rows) schema.push_back({"rows", Type::bigint().not_null()});
  return schema;
}

}  // namespace

Result<NetChange::Format> net_change_format(const jobgraph::Operator& op, const jobgraph::GroupAggregate& aggregate) {
  if (op.output.size() != aggregate.keys.size() + aggregate.calls.size()) {
    return fail(ErrorCode::InvalidJobGraph, "an aggregate writes its keys and results, and nothing else");
  }
  auto results = op.output.begin() + static_cast<int64_t>(aggregate.keys.size());
  return NetChange::Format{{op.output.begin(), results},
                           {results, op.output.end()},
                           aggregate.input_retracts,
                           aggregate.sends_update_before,
                           aggregate.ttl_ms > 0};
}

NetChange::NetChange(OperatorContext& context, const Format& format)
    : context_(context),
      format_(format),
      staged_(std::make_unique<BatchBuilder>(*context.buffers, staged_schema(format), 2 * kBatchRowsMax)) {}

void NetChange::before(Accumulation& groups, std::vector<uint8_t*> slots, std::vector<uint8_t> present) {
  slots_ = std::move(slots);
  present_ = std::move(present);
  std::vector<uint8_t*> chosen, fresh;
  std::vector<uint32_t> positions;
  for (uint32_t i = 0; i < slots_.size(); ++i) {
    if (present_[i] == 0) {
      fresh.push_back(slots_[i]);
      continue;
    }
    chosen.push_back(slots_[i]);
    positions.push_back(i);
  }
  groups.init(fresh.data(), static_cast<uint32_t>(fresh.size()));
  staged_->bind(*context_.kernels);
  groups.results(chosen.data(), static_cast<uint32_t>(chosen.size()), positions.data(), staged_->columns());
}

Status NetChange::after(Accumulation& groups, EmissionQueue& queue) {
  auto count = static_cast<uint32_t>(slots_.size());
  groups.results(slots_.data(), count, rows_from(kBatchRowsMax), staged_->columns());

  std::vector<ColumnView> columns;
  for (size_t c = 0; c < format_.results.size() + (format_.counts_rows ? 1 : 0); ++c) {
    const MutableColumn& column = staged_->columns()[c];
    columns.push_back({column.values, column.validity, nullptr, 0, 0});
  }
  same_.assign(count, 1);
  compare_rows(columns.data(), format_.results, {rows_from(0), count}, {rows_from(kBatchRowsMax), count}, same_.data());
  auto* row_counts = format_.counts_rows ? static_cast<const int64_t*>(columns.back().values) : nullptr;

  key_rows_.clear();
  result_rows_.clear();
  kinds_.clear();
  gone_.clear();
  auto append = [&](uint32_t group, uint32_t position, RowKind kind) {
    key_rows_.push_back(group);
    result_rows_.push_back(position);
    kinds_.push_back(kind);
  };
  for (uint32_t i = 0; i < count; ++i) {
    bool was_there = present_[i] != 0;
    if (row_counts != nullptr && row_counts[kBatchRowsMax + i] == 0) {
      if (was_there) append(i, i, RowKind::Delete);
      gone_.push_back(i);
    } else if (!was_there) {
      append(i, kBatchRowsMax + i, RowKind::Insert);
    } else if (same_[i] == 0 || format_.repeats_results) {
      if (format_.sends_update_before) append(i, i, RowKind::UpdateBefore);
      append(i, kBatchRowsMax + i, RowKind::UpdateAfter);
    }
  }
  SLUICE_DO(write(groups, queue));
  for (uint32_t group : gone_) groups.table().erase(slots_[group]);
  return Done{};
}

Status NetChange::write(Accumulation& groups, EmissionQueue& queue) {
  auto count = static_cast<uint32_t>(slots_.size());
  std::vector<uint32_t> result_columns(format_.results.size());
  std::iota(result_columns.begin(), result_columns.end(), 0);
  Batch results = project(staged_->finish(kBatchRowsMax + count, context_.arena), result_columns);
  if (kinds_.empty() && gone_.empty()) return Done{};

  BatchBuilder key_builder(*context_.buffers, format_.keys, count);
  key_builder.bind(*context_.kernels);
  groups.unpack_keys(slots_.data(), count, rows_from(0), key_builder.columns());
  Batch keys = key_builder.finish(count, context_.arena);
  BatchView key_view(keys);
  SLUICE_DO(groups.forget_values(key_view.columns(), gone_.data(), static_cast<uint32_t>(gone_.size())));

  BufferPool& pool = *context_.buffers;
  for (size_t begin = 0; begin < kinds_.size(); begin += kBatchRowsMax) {
    size_t rows = std::min<size_t>(kBatchRowsMax, kinds_.size() - begin);
    Batch out = join_columns(gather(keys, format_.keys, {&key_rows_[begin], rows}, pool, *context_.arena),
                             gather(results, format_.results, {&result_rows_[begin], rows}, pool, *context_.arena));
    out.kinds = make_kinds({&kinds_[begin], rows}, pool);
    queue.push(std::move(out));
  }
  return Done{};
}

}  // namespace sluice::runtime
