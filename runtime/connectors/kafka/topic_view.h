#pragma once
// A look at topics for the commands that people type. Jobs read through PartitionReader.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"

namespace sluice::runtime::kafka {

struct PartitionInfo {
  int32_t id = 0;
  int32_t leader = -1;  // Node; -1: none now.
  int64_t begin = 0;    // Offset of the oldest message that is left,
  int64_t end = 0;      // and of the message that comes next.
};

struct TopicInfo {
  std::string name;
  std::vector<PartitionInfo> partitions;
  int64_t offsets() const;  // Of all partitions: messages and what transactions leave between them.
};

struct TopicMessage {
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = -1;  // -1: none.
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

struct TopicRange {
  std::optional<uint64_t> last;  // Of every partition; nothing: from the beginning.
  bool follows = false;          // Goes on for ever, instead of ending with what is there now.
};

class Client;

class TopicView {
 public:
  // `properties` are those that tables have behind `properties.`
  static Result<std::unique_ptr<TopicView>> open(const Env& env, const std::map<std::string, std::string>& properties);
  ~TopicView();

  // By name. Blocks, as all calls do.
  Result<std::vector<TopicInfo>> topics();
  Result<TopicInfo> topic(const std::string& name);
  // Messages of a partition come in order. Ends when `take` is false.
  Status read(const TopicInfo& topic, const TopicRange& range, const std::function<bool(TopicMessage)>& take);

 private:
  explicit TopicView(std::shared_ptr<Client> client) : client_(std::move(client)) {}
  Status look_at_ends(TopicInfo& topic);

  std::shared_ptr<Client> client_;
};

// Copies messages to another topic, as they are. Returns when brokers have acknowledged all of them.
Status copy_messages(const Env& env, const std::map<std::string, std::string>& properties, const std::string& topic,
                     const std::vector<TopicMessage>& messages);

}  // namespace sluice::runtime::kafka
