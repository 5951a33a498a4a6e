#pragma once
// The end of a process that has an engine. A function that the compiler's thread optimizes cannot be given up in the
// middle, and nobody waits for its code any more.
#include <unistd.h>

#include <cstdio>
#include <future>
#include <memory>
#include <thread>

namespace sluice::tools {

// Frees `owner` and returns `code`. When that takes too long the process ends here with `code`; what it wrote to
// standard output must have been checked.
template <class Owner>
int end_with(std::unique_ptr<Owner> owner, int code) {
  constexpr std::chrono::milliseconds kPatience(50);
  std::promise<void> freed;
  std::thread freeing([&] {
    owner.reset();
    freed.set_value();
  });
  if (freed.get_future().wait_for(kPatience) != std::future_status::ready) {
    std::fflush(nullptr);
    _exit(code);
  }
  freeing.join();
  return code;
}

}  // namespace sluice::tools
