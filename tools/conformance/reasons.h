#pragma once
// Which of our error codes mean what a message of Flink's says: lines `pattern<TAB>code[,code...]` of a file, where a
// pattern is a regular expression that is found in the message. The first line that matches holds.
#include <regex>
#include <string>
#include <vector>

#include "base/error_code.h"
#include "base/result.h"

namespace sluice::conformance {

class Reasons {
 public:
  static Result<Reasons> read(const std::string& path);

  // Null when no pattern is found in the message.
  const std::vector<int>* codes_of(const std::string& message) const;

 private:
  struct Line {
    std::regex pattern;
    std::vector<int> codes;
  };
  std::vector<Line> lines_;
};

}  // namespace sluice::conformance
