#pragma once
// Messages on their way to a topic, and how they stand in the staged file of a checkpoint.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::runtime::kafka {

struct OutgoingMessage {
  static constexpr int32_t kNull = -1;
  static constexpr int32_t kAnyPartition = -1;
  static constexpr int64_t kNow = -1;

  uint64_t key_at = 0, value_at = 0, headers_at = 0;  // In Outgoing::bytes.
  int32_t key_size = kNull, value_size = kNull;
  uint32_t headers_size = 0;  // Name and value in turn, each behind its length; a length of kNull has no value.
  uint32_t topic_at = 0, topic_size = 0;  // No size: the producer's own topic.
  int32_t partition = kAnyPartition;
  int64_t timestamp_ms = kNow;
};

struct Outgoing {
  std::string bytes;
  std::vector<OutgoingMessage> messages;
  bool is_plain = true;  // No message has headers or a time of its own.

  std::string_view topic(const OutgoingMessage& message) const {
    return std::string_view(bytes).substr(message.topic_at, message.topic_size);
  }
  void clear() { bytes.clear(), messages.clear(), is_plain = true; }
};

// The partition that a subtask writes of each topic; none: messages choose their own.
using FixedPartitions = std::map<std::string, int32_t, std::less<>>;

// One header more of the message whose headers are written last.
void append_header(std::string_view name, std::optional<std::string_view> value, std::string& out);

// Puts the messages of `from` behind those of `to`.
void append(const Outgoing& from, Outgoing& to);

// One frame of a staged file: sizes, checksum, messages, bytes.
void append_frame(const Outgoing& outgoing, std::string& out);
// Takes the first frame off `bytes`, or nothing when they are cut short there; CorruptCheckpoint when it is damaged.
Result<bool> take_frame(std::string_view& bytes, Outgoing& out);

}  // namespace sluice::runtime::kafka
