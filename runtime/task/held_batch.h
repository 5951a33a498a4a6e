#pragma once
// For operators that write at most one batch per batch they get: keeps it while there is no room.
#include <optional>
#include <utility>

#include "runtime/operators/operator.h"

namespace sluice::runtime {

class HeldBatch {
 public:
  Step write(Batch batch, Output& out) {
    if (batch.rows == 0) return Progress::Done;
    if (!out.has_room()) {
      held_ = std::move(batch);
      return Progress::Pending;
    }
    out.emit(std::move(batch));
    return Progress::Done;
  }
  Step resume(Output& out) {
    if (!held_) return Progress::Done;
    Batch batch = std::move(*held_);
    held_.reset();
    return write(std::move(batch), out);
  }

 private:
  std::optional<Batch> held_;
};

}  // namespace sluice::runtime
