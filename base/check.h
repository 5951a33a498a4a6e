#pragma once
// Our own mistakes. A broken invariant prints the stack and stops the process, in release builds too.

#define SLUICE_CHECK(condition)                               \
  do {                                                        \
    if (!(condition)) [[unlikely]]                            \
      ::sluice::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)

// Says in words why control cannot arrive here; the reader learns the argument, not only the claim.
#define SLUICE_UNREACHABLE(reason) ::sluice::check_failed(reason, __FILE__, __LINE__)

namespace sluice {

[[noreturn]] void check_failed(const char* what, const char* file, int line);

}  // namespace sluice
