#pragma once
// Tells AddressSanitizer which bytes of our own pages belong to nobody. Without it these do nothing.
#include <cstddef>

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif

namespace sluice::runtime {

inline void forbid_access([[maybe_unused]] const void* begin, [[maybe_unused]] size_t bytes) {
#if __has_feature(address_sanitizer)
  __asan_poison_memory_region(begin, bytes);
#endif
}

inline void allow_access([[maybe_unused]] const void* begin, [[maybe_unused]] size_t bytes) {
#if __has_feature(address_sanitizer)
  __asan_unpoison_memory_region(begin, bytes);
#endif
}

}  // namespace sluice::runtime
