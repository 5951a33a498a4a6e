#pragma once
// Which transactional ids were in use for which topics, in a file beside the staged ones. A process that dies before
// its first checkpoint leaves transactions open that no manifest names, and readers of committed rows wait for them
// until they time out. An older checkpoint does not name the ids of subtasks that came since.
#include <compare>
#include <set>
#include <string>

#include "base/env/env.h"
#include "base/result.h"

namespace sluice::runtime::kafka {

inline constexpr const char* kUsedIdsFile = "transactional-ids";

struct UsedId {
  std::string id;
  std::string topic;  // Of its markers.
  auto operator<=>(const UsedId&) const = default;
};

// Nothing when there is no such file.
Result<std::set<UsedId>> read_used_ids(FileSystem& files, const std::string& staging);
// Replaces the file; it survives a crash.
Status write_used_ids(FileSystem& files, const std::string& staging, const std::set<UsedId>& ids);

}  // namespace sluice::runtime::kafka
