#include "runtime/operators/row_bundle.h"

#include <cstring>

namespace sluice::runtime {

Status RowBundle::open(OperatorContext& context, const std::vector<uint32_t>& keys) {
  const RowSchema& schema = context.inputs[0];
  std::vector<Type> fields;
  for (uint32_t key : keys) fields.push_back(schema[key].type);
  fields.push_back(Type::bigint().not_null());
  StateRowLayout layout = layout_of(fields);
  number_offset_ = layout.fields.back().offset;
  SLUICE_TRY(kernels_, context.code->key({schema, keys, layout}));
  table_ = std::make_unique<BundleTable>(layout, kernels_);
  order_ = BundleOrder(keys, schema);
  return Done{};
}

void RowBundle::add(const Batch& batch, const BatchView& view, const uint32_t* rows, uint32_t count) {
  Piece piece;
  piece.batch = batch;
  piece.rows.assign(rows, rows + count);
  piece.hashes.resize(count);
  piece.keys.resize(count);
  slots_.resize(count);
  const KeyKernels& kernels = kernels_->current();
  kernels.hash(kernels.self, view.columns(), rows, count, piece.hashes.data());
  uint64_t number = table_->size();
  table_->find_or_insert({view.columns(), rows, count, piece.hashes.data()}, slots_.data());
  for (uint32_t row : table_->new_rows()) {
    std::memcpy(table_->slot(static_cast<uint32_t>(number)) + number_offset_, &number, sizeof(number));
    ++number;
    order_.add(view.columns(), row);
  }
  for (uint32_t i = 0; i < count; ++i) std::memcpy(&piece.keys[i], slots_[i] + number_offset_, sizeof(uint32_t));
  rows_ += count;
  pieces_.push_back(std::move(piece));
}

void RowBundle::clear() {
  table_->clear();
  order_.clear();
  pieces_.clear();
  rows_ = 0;
}

}  // namespace sluice::runtime
