#include "runtime/task/split_entry.h"

#include <cstring>

namespace sluice::runtime {

std::string encode(const SplitEntry& entry) {
  auto size = static_cast<uint32_t>(entry.split.id.size());
  std::string bytes(reinterpret_cast<const char*>(&size), sizeof(size));
  bytes += entry.split.id;
  bytes += entry.is_ended ? '\1' : '\0';
  bytes += entry.split.position;
  return bytes;
}

Result<SplitEntry> decode_split_entry(std::string_view bytes) {
  uint32_t size = 0;
  if (bytes.size() >= sizeof(size)) std::memcpy(&size, bytes.data(), sizeof(size));
  if (bytes.size() < sizeof(size) + size + size_t{1}) {
    return fail(ErrorCode::CorruptCheckpoint, "the position of a split is cut short");
  }
  SplitEntry entry;
  entry.split.id = bytes.substr(sizeof(size), size);
  entry.is_ended = bytes[sizeof(size) + size] != '\0';
  entry.split.position = bytes.substr(sizeof(size) + size + 1);
  return entry;
}

}  // namespace sluice::runtime
