#include "runtime/connectors/kafka/partition_position.h"

#include <charconv>

namespace sluice::runtime::kafka {
namespace {

// Takes a number and the character behind it; at the end of the text nothing is behind it.
template <class T>
bool take(std::string_view& text, T& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (text.empty()) return true;
  if (text.front() != ':') return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string encode(const PartitionPosition& position) {
  return fmt::format("{}:{}:{}", position.offset, position.rows, position.end);
}

Split split_of(const PartitionId& id, const PartitionPosition& position) {
  return {fmt::format("{}:{}", id.topic, id.partition), encode(position)};
}

Result<PartitionId> partition_of(const Split& split) {
  PartitionId id;
  size_t colon = split.id.rfind(':');
  std::string_view number = std::string_view(split.id).substr(colon == std::string::npos ? split.id.size() : colon + 1);
  if (!take(number, id.partition) || !number.empty()) {
    return fail(ErrorCode::CorruptCheckpoint, "`{}` is no partition of a Kafka topic", split.id);
  }
  id.topic = split.id.substr(0, colon);
  return id;
}

Result<PartitionPosition> position_of(const Split& split) {
  PartitionPosition position;
  std::string_view text = split.position;
  if (!take(text, position.offset) || !take(text, position.rows) || !take(text, position.end) || !text.empty()) {
    return fail(ErrorCode::CorruptCheckpoint, "position `{}` of partition `{}` is malformed", split.position, split.id);
  }
  return position;
}

}  // namespace sluice::runtime::kafka
