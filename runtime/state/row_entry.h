#pragma once
// What stands in front of a packed row in memory. Operators see the row only.
#include <cstdint>

namespace sluice::runtime {

struct EntryHeader {
  uint64_t hash = 0;
  uint32_t epoch = 0;  // In whose dirty list this slot stands; 0: none. Outlives the row when the slot is freed.
  uint8_t flags = 0;
  uint8_t unused[3] = {};
};
static_assert(sizeof(EntryHeader) == 16);

enum EntryFlag : uint8_t {
  kEntryAlive = 1,
  kEntryModified = 2,   // Since it was last packed: the next snapshot must have it.
  kEntryPersisted = 4,  // Some snapshot may hold it: erasing needs a Delete record.
  kEntrySpilled = 8,    // The spill store holds a version of it.
  kEntryRecent = 16,    // Looked up since the last round of eviction.
  kEntryChanged = 32,   // Since it was loaded from the spill store.
};

inline EntryHeader& header_of(uint8_t* row) { return reinterpret_cast<EntryHeader*>(row)[-1]; }
inline const EntryHeader& header_of(const uint8_t* row) { return reinterpret_cast<const EntryHeader*>(row)[-1]; }
// Of tables with a TTL only: wall milliseconds of the last write.
inline int64_t& written_ms_of(uint8_t* row) { return reinterpret_cast<int64_t*>(row - sizeof(EntryHeader))[-1]; }

inline bool has_flag(const EntryHeader& header, uint8_t flag) { return (header.flags & flag) != 0; }
inline void set_flag(EntryHeader& header, uint8_t flag) { header.flags = static_cast<uint8_t>(header.flags | flag); }
inline void clear_flag(EntryHeader& header, uint8_t flag) { header.flags = static_cast<uint8_t>(header.flags & ~flag); }

}  // namespace sluice::runtime
