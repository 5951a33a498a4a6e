#include "runtime/exchange/edge_writer.h"

#include <algorithm>

#include "runtime/exchange/key_targets.h"

namespace sluice::runtime {
namespace {

class PassWriter final : public EdgeWriter {
 public:
  using EdgeWriter::EdgeWriter;
  void write(Batch batch) override { targets_[0]->push(Element::of(std::move(batch))); }
};

// Whole batches in turn.
class RebalanceWriter final : public EdgeWriter {
 public:
  RebalanceWriter(std::vector<Channel*> targets, uint32_t subtask) : EdgeWriter(std::move(targets)), next_(subtask) {}
  void write(Batch batch) override { targets_[next_++ % targets_.size()]->push(Element::of(std::move(batch))); }

 private:
  size_t next_;
};

// Rows of one key group to the subtask that owns it, in their order. One pass over the hashes makes a selection per
// target; then each target's rows are gathered.
class HashWriter final : public EdgeWriter {
 public:
  HashWriter(std::vector<Channel*> targets, const EdgeWriterOptions& options, KernelRef<KeyKernels> kernels)
      : EdgeWriter(std::move(targets)),
        schema_(options.schema),
        buffers_(*options.buffers),
        arena_(*options.arena),
        key_targets_(static_cast<uint32_t>(targets_.size()), options.max_parallelism),
        kernels_(std::move(kernels)),
        hashes_(kBatchRowsMax),
        target_of_row_(kBatchRowsMax),
        selections_(targets_.size() * kBatchRowsMax),
        counts_(targets_.size()) {}

  void write(Batch batch) override {
    select(batch);
    for (size_t target = 0; target < targets_.size(); ++target) {
      if (counts_[target] == batch.rows) return targets_[target]->push(Element::of(std::move(batch)));
    }
    for (size_t target = 0; target < targets_.size(); ++target) {
      if (counts_[target] == 0) continue;
      std::span<const uint32_t> rows(selections_.data() + target * kBatchRowsMax, counts_[target]);
      targets_[target]->push(Element::of(gather(batch, schema_, rows, buffers_, arena_)));
    }
  }

 private:
  void select(const Batch& batch) {
    view_.assign(batch);
    const KeyKernels& keys = kernels_->current();
    keys.hash(keys.self, view_.columns(), nullptr, batch.rows, hashes_.data());
    key_targets_.compute(hashes_.data(), batch.rows, target_of_row_.data());
    if (targets_.size() == 2) return split_in_two(batch.rows);
    std::fill(counts_.begin(), counts_.end(), 0);
    uint32_t* selections = selections_.data();
    uint32_t* counts = counts_.data();
    const uint32_t* target_of_row = target_of_row_.data();
    for (uint32_t row = 0; row < batch.rows; ++row) {
      uint32_t target = target_of_row[row];
      selections[target * kBatchRowsMax + counts[target]++] = row;
    }
  }

  // The common case without a branch and without counters in memory.
  void split_in_two(uint32_t rows) {
    uint32_t* zeros = selections_.data();
    uint32_t* ones = selections_.data() + kBatchRowsMax;
    const uint32_t* target_of_row = target_of_row_.data();
    uint32_t count = 0;  // Of ones.
    for (uint32_t row = 0; row < rows; ++row) {
      zeros[row - count] = row;
      ones[count] = row;
      count += target_of_row[row];
    }
    counts_ = {rows - count, count};
  }

  RowSchema schema_;
  BufferPool& buffers_;
  Arena& arena_;
  KeyTargets key_targets_;
  KernelRef<KeyKernels> kernels_;
  BatchView view_;
  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> target_of_row_;
  std::vector<uint32_t> selections_;  // Per target, room for a whole batch.
  std::vector<uint32_t> counts_;
};

Result<KernelRef<KeyKernels>> hash_kernels(const EdgeWriterOptions& options) {
  KeySpec spec;
  spec.input = options.schema;
  spec.columns = options.hash_columns;
  std::vector<Type> types;
  for (uint32_t column : options.hash_columns) types.push_back(options.schema[column].type);
  spec.layout = layout_of(types);
  return options.code->key(spec);
}

}  // namespace

void EdgeWriter::write_control(const Element& element) {
  for (Channel* target : targets_) target->push(element);
}

Result<std::unique_ptr<EdgeWriter>> make_edge_writer(std::vector<Channel*> targets, const EdgeWriterOptions& options) {
  using jobgraph::Distribution;
  if (targets.size() == 1) return std::unique_ptr<EdgeWriter>(std::make_unique<PassWriter>(std::move(targets)));
  if (options.distribution != Distribution::Hash) {
    return std::unique_ptr<EdgeWriter>(std::make_unique<RebalanceWriter>(std::move(targets), options.subtask));
  }
  SLUICE_TRY(KernelRef<KeyKernels> kernels, hash_kernels(options));
  return std::unique_ptr<EdgeWriter>(std::make_unique<HashWriter>(std::move(targets), options, std::move(kernels)));
}

}  // namespace sluice::runtime
