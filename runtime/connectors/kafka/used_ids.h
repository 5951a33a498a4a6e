#pragma once
// Which transactional ids may have a transaction open, in a file beside the staged ones. A process that dies before its
// first checkpoint leaves transactions that no manifest names, and readers of committed rows wait for them until they
// time out.
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"

namespace sluice::runtime::kafka {

inline constexpr const char* kUsedIdsFile = "transactional-ids";

// Nothing when there is no such file.
Result<std::vector<std::string>> read_used_ids(FileSystem& files, const std::string& staging);
// Replaces the file; it survives a crash.
Status write_used_ids(FileSystem& files, const std::string& staging, const std::vector<std::string>& ids);

}  // namespace sluice::runtime::kafka
