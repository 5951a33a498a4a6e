#pragma once
// An error with its place as lines and columns and the line itself: what can be shown where the script is not at hand,
// as by a client, or long after the script has gone.
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/source_text.h"

namespace sluice {

// Lines and columns count from 1, columns in characters.
struct Place {
  std::string file;
  uint32_t line = 1;
  uint32_t column = 1;
  std::string source_line;  // The whole line, without its line break.
  uint32_t begin = 0;       // Bytes of `source_line`, end exclusive, both within it.
  uint32_t end = 0;
  bool operator==(const Place&) const = default;
};

struct PlacedError {
  ErrorCode code{};
  std::string message;
  std::string hint;
  std::optional<Place> place;
  bool operator==(const PlacedError&) const = default;
};

PlacedError placed(const Error& error, const SourceText& source);

// file:line:column, the line itself, a caret under the span, the hint.
std::string render(const PlacedError& error);

}  // namespace sluice
