#include "tools/sluice/standard_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sluice::tools {

void StandardOutput::check() {
  if (std::ferror(stdout) == 0) return;
  int reason = errno;
  std::lock_guard lock(mutex_);
  if (failure_) return;
  failure_ = fail(ErrorCode::FileSystemError, "cannot write to standard output: {}", std::strerror(reason)).error;
}

std::optional<Error> StandardOutput::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace sluice::tools
