#pragma once
// What `sluice check` has found in a file.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error_code.h"
#include "base/result.h"

namespace sluice::tools {

enum class Severity : uint8_t { Error, Warning };
const char* text_of(Severity severity);

// Lines and columns count from 1, columns in characters; the end is exclusive.
struct Region {
  uint32_t line = 1, column = 1, end_line = 1, end_column = 1;
};

struct RelatedPlace {
  std::string file;
  Region region;
  std::string text;
};

// A change of the file that mends the finding.
struct Change {
  SourceSpan span;  // Bytes of the file.
  Region region;
  std::string text;
};

struct Finding {
  std::string file;  // As it was named.
  Severity severity = Severity::Error;
  ErrorCode code{};
  std::string message, hint;
  std::optional<Region> region;  // Absent: of the file as a whole.
  std::string source_line;
  std::vector<RelatedPlace> related;
  std::vector<Change> changes;
  std::string shown;        // As it is shown to people.
  std::string fingerprint;  // Stays when lines are put in front of it.
};

struct CheckedFile {
  std::string path;
  std::vector<Finding> findings;  // In the order of the text.
  size_t known = 0;               // Findings of the baseline, which are not among them.
  std::optional<Error> failure;   // Of the world: it could not be checked.
};

// Of one file always the same text, however it is named.
std::string absolute_path(const std::string& path);

inline std::string id_of(ErrorCode code) { return "SL" + std::to_string(static_cast<int>(code)); }

}  // namespace sluice::tools
