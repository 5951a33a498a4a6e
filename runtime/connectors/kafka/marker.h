#pragma once
// What each transaction leaves behind for recovery: the offset of a consumer group that nobody reads with, one group
// per transactional id, on partition 0 of the topic that was written.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/connectors/kafka/client.h"
#include "runtime/connectors/kafka/used_ids.h"

namespace sluice::runtime::kafka {

// A checkpoint of a job; checkpoint 0 is before the first.
struct CheckpointMark {
  std::string job_id;
  uint64_t checkpoint = 0;
  bool operator==(const CheckpointMark&) const = default;
};

// A job that takes transactional ids over leaves its own mark with checkpoint 0 and says whose was there before: until
// it has published something, that one still tells what its predecessor has published.
struct Marker {
  CheckpointMark newest;
  std::optional<CheckpointMark> before;
  uint32_t subtasks = 0;  // So many, at least, have had ids of this prefix. Kept where subtask 0 has its markers.
  bool operator==(const Marker&) const = default;
};

// The checkpoint is the offset; the rest stands in the text beside it.
std::string marker_text(const Marker& marker);
std::optional<Marker> parse_marker(int64_t offset, std::string_view text);

std::string marker_group(const std::string& transactional_id);

// Asks brokers for the marker of one id. A client has one group, so there is a reader for each id; readers that were
// made look for their brokers side by side until they are asked.
class MarkerReader {
 public:
  static Result<MarkerReader> make(const Env& env, ClientSettings settings, const UsedId& used);
  // Nothing where there is none, or where the brokers have forgotten it. Waits while a transaction that writes it is
  // being ended. Blocks.
  Result<std::optional<Marker>> read() const;

 private:
  MarkerReader(std::shared_ptr<Client> client, UsedId used) : client_(std::move(client)), used_(std::move(used)) {}

  std::shared_ptr<Client> client_;
  UsedId used_;
};

}  // namespace sluice::runtime::kafka
