#include "runtime/checkpoint/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace sluice::runtime {

uint64_t checksum_of(const void* data, size_t size) { return XXH3_64bits(data, size); }

}  // namespace sluice::runtime
