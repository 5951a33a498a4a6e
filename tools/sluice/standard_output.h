#pragma once
// Whether what was written to standard output has arrived: a full disk must not end as a run that went well. (Of a
// closed pipe the process dies by SIGPIPE, as others do.)
#include <mutex>
#include <optional>

#include "base/result.h"

namespace sluice::tools {

class StandardOutput {
 public:
  // Called right behind the writing, by the thread that wrote: `errno` is of the write that failed.
  void check();
  // The first failure. May be called from any thread.
  std::optional<Error> failure() const;

 private:
  mutable std::mutex mutex_;
  std::optional<Error> failure_;
};

}  // namespace sluice::tools
