#pragma once
// The text of a script and the files it came from. Several files are one script: their texts follow each other, and a
// span is an offset into the whole.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice {

// Lines and columns count from 1; columns count characters, not bytes.
struct Position {
  std::string_view file;
  uint32_t line = 1;
  uint32_t column = 1;
};

class SourceText {
 public:
  SourceText() = default;
  SourceText(std::string file, std::string_view text) { append(std::move(file), text); }

  // A file without a line break at its end gets one, so that no token spans two files.
  void append(std::string file, std::string_view text);

  std::string_view text() const { return text_; }
  std::string_view text(SourceSpan span) const;
  Position position(uint32_t offset) const;
  // The whole line that holds `offset`, without its line break, and where it begins.
  std::string_view line(uint32_t offset, uint32_t* begin) const;

 private:
  struct File {
    std::string name;
    uint32_t begin;
  };
  const File& file_of(uint32_t offset) const;

  std::string text_;
  std::vector<File> files_;
};

}  // namespace sluice
