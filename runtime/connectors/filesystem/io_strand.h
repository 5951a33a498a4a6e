#pragma once
// Work on the Io pool that is done in order, one piece at a time. The first failure is kept and stops what follows.
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/env/env.h"

namespace sluice::runtime::filesystem {

class IoStrand : public std::enable_shared_from_this<IoStrand> {
 public:
  explicit IoStrand(Env env) : env_(env) {}

  // Runs `work` after all work before it. `bytes` are counted as waiting until then.
  void submit(size_t bytes, std::function<Status()> work);
  // Like submit, but also after a failure, which it is given.
  void finally(std::function<void(std::optional<Error>)> work);
  std::optional<Error> failure() const;
  size_t bytes_waiting() const;
  // Called, on the Io pool, whenever bytes were written.
  void on_progress(std::function<void()> callback);

 private:
  struct Piece {
    size_t bytes = 0;
    std::function<Status()> work;
    std::function<void(std::optional<Error>)> last;
  };
  void add(Piece piece);
  void run();

  Env env_;
  mutable std::mutex mutex_;
  std::deque<Piece> queue_;
  bool running_ = false;
  size_t bytes_waiting_ = 0;
  std::optional<Error> failure_;
  std::function<void()> on_progress_;
};

}  // namespace sluice::runtime::filesystem
