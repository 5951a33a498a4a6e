#pragma once
// The scripts of examples/nexmark, compiled into the program so that `bench` needs no files.
#include <string>

#include "base/result.h"

namespace sluice::tools {

// Tables, views and the query, with their `${NAME}` variables replaced. `directory` is where file sinks write.
Result<std::string> nexmark_script(const std::string& query, int64_t events, int64_t events_per_second,
                                   const std::string& directory);

// The text of a file of examples/nexmark; empty when there is none. Generated at build time.
std::string_view nexmark_file(std::string_view name);

}  // namespace sluice::tools
