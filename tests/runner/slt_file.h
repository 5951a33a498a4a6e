#pragma once
// The form of `.slt` files: verbs with a body, and expectations below `----`. Blocks are separated by empty lines; `#`
// begins a comment.
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::slt {

struct Block {
  std::string verb;                    // "statement", "query", "input", ...
  std::vector<std::string> arguments;  // Behind it on the line.
  std::vector<std::string> body;       // Lines up to `----` or the end of the block.
  std::vector<std::string> expected;   // Lines below `----`.
  bool has_expected = false;
  size_t line = 0;            // Of the verb, from 1.
  size_t expected_begin = 0;  // Lines [begin, end) of the file that hold the expectation.
  size_t expected_end = 0;

  std::string text() const;  // The body as one text.
};

struct File {
  std::string path;
  std::vector<std::string> lines;
  std::vector<Block> blocks;
};

Result<File> read(const std::string& path);

// The lines with the expectations of blocks replaced: what `--update` writes.
std::string with_expectations(const File& file, const std::vector<std::vector<std::string>>& actual);

}  // namespace sluice::slt
