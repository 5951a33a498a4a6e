#pragma once
// Names in a table's directory:
//
//   <path>/<column>=<value>/.../part-<writer>-<n>     data, visible
//   <path>/<staging>/<writer>-<n>        files that are being written, or prepared and not yet published
//   <path>/<staging>/pending             partitions with data that were not committed yet
//   <path>/<staging>/published-<N>       what checkpoint N made visible (PublishLog)
//
// The staging directory `.sluice-<hash>` belongs to one operator of one job, by the place where the job's checkpoints
// are: other jobs that write the same table have others.
//
// Names that begin with `.` or `_` are no data for any reader.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/jobgraph/jobgraph.h"

namespace sluice::runtime::filesystem {

// The directory behind a `path` option: without `file://` and trailing slashes.
Result<std::string> directory_of(const std::string& path_option);
// `owner`: of an operator, `ConnectorContext::staging_directory`.
std::string staging_name_of(std::string_view owner);
bool is_hidden(std::string_view name);

// `dt=2024-01-01/hm=10%3A30`; characters that paths or other readers cannot bear are written as %XX, as in Hive.
std::string partition_path(const std::vector<std::string>& columns, const std::vector<std::string>& values);
// The `column=value` folders in a relative path.
std::map<std::string, std::string> partition_values(std::string_view relative_path);

// A list of texts as one text and back, for committables: lengths in front.
std::string pack(const std::vector<std::string>& texts);
Result<std::vector<std::string>> unpack(std::string_view packed);

}  // namespace sluice::runtime::filesystem
