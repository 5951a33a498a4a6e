#pragma once
// Chunks of memory whose pages are there before anyone writes to them: the first touch of a page costs more than the
// rows in it. A reserve that grows with use is filled on the State pool; a task's thread faults pages itself only when
// the reserve is empty. Thread-safe.
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "base/env/env.h"

namespace sluice::runtime {

class PrefaultedChunks : public std::enable_shared_from_this<PrefaultedChunks> {
 public:
  static constexpr size_t kChunkBytes = size_t{2} << 20;

  // Without an executor there is no reserve.
  explicit PrefaultedChunks(Executor* executor) : executor_(executor) {}
  PrefaultedChunks(const PrefaultedChunks&) = delete;
  ~PrefaultedChunks();

  // Aligned to its size. Stays mapped as long as this object. `chunks_more_max`: how many may be wanted besides.
  char* take(size_t chunks_more_max);

 private:
  static constexpr size_t kReserveMax = 32;
  void refill(size_t wanted);

  Executor* executor_;
  std::mutex mutex_;
  std::vector<char*> all_;
  std::vector<char*> ready_;
  bool is_filling_ = false;
};

}  // namespace sluice::runtime
