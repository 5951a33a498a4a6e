#pragma once
// Writing a file anew without losing it.
#include <string>
#include <string_view>

#include "base/env/env.h"

namespace sluice::tools {

// In place, so that the file keeps its owner, mode and links. A copy is written first: a disk that is full leaves the
// file as it was, and if the second writing fails, the text is in the copy, `PATH.new`.
Status replace_file(FileSystem& files, const std::string& path, std::string_view text);

}  // namespace sluice::tools
