#pragma once
// The rows of a mini-batch bundle, whole, with a number per key.
#include <memory>
#include <vector>

#include "runtime/operators/bundle_order.h"
#include "runtime/operators/bundle_table.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class RowBundle {
 public:
  struct Piece {
    Batch batch;
    std::vector<uint32_t> rows;  // Of the batch.
    std::vector<uint64_t> hashes;
    std::vector<uint32_t> keys;  // Numbers.
  };

  Status open(OperatorContext& context, const std::vector<uint32_t>& keys);
  // Numbers new keys in the order of the rows.
  void add(const Batch& batch, const BatchView& view, const uint32_t* rows, uint32_t count);

  const std::vector<Piece>& pieces() const { return pieces_; }
  uint32_t keys() const { return table_->size(); }
  uint64_t rows() const { return rows_; }
  // Flink's order of the keys.
  std::vector<uint32_t> order() { return order_.order(); }
  void clear();

 private:
  KernelRef<KeyKernels> kernels_;
  uint32_t number_offset_ = 0;  // Of a key's number in the table's rows.
  std::unique_ptr<BundleTable> table_;
  BundleOrder order_;
  std::vector<Piece> pieces_;
  std::vector<uint8_t*> slots_;
  uint64_t rows_ = 0;
};

}  // namespace sluice::runtime
