#pragma once
// Finished batches that wait for room in the output: the cursor of operators that work a batch off at once.
#include <cstddef>
#include <utility>
#include <vector>

#include "runtime/operators/operator.h"

namespace sluice::runtime {

class EmissionQueue {
 public:
  void push(Batch batch) {
    if (batch.rows > 0) batches_.push_back(std::move(batch));
  }
  bool empty() const { return next_ == batches_.size(); }

  // Done when everything is out.
  Progress drain(Output& out) {
    while (!empty()) {
      if (!out.has_room()) return Progress::Pending;
      out.emit(std::move(batches_[next_++]));
    }
    batches_.clear();
    next_ = 0;
    return Progress::Done;
  }

 private:
  std::vector<Batch> batches_;
  size_t next_ = 0;
};

}  // namespace sluice::runtime
