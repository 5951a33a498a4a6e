#pragma once
// Paths into JSON as Flink has them: `lax $.a.b[0]`, `$['a']`, `$.a[*].b`, `$..b`, `$.a[1:3]`, `$.a.length()`.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/functions/json_document.h"

namespace sluice {

// What a path finds: one value, or with an indefinite path (`*`, `..`, ranges, several indices) an array of all.
struct JsonFound {
  Json value;
  bool exists = false;
  std::string reason;  // Why nothing was found; empty in lax mode, where that is no error.
};

class JsonPath {
 public:
  // Never null; a path that is not valid finds nothing, with a reason.
  static std::shared_ptr<const JsonPath> parse(std::string_view text);

  bool is_lax() const { return is_lax_; }
  JsonFound find(const Json& json) const;

 private:
  enum class StepKind : uint8_t { Names, Wildcard, Indices, Slice, Length, Filter };
  struct Step {
    StepKind kind = StepKind::Names;
    bool scans = false;  // Behind `..`: at any depth.
    std::vector<std::string> names;
    std::vector<int64_t> indices;
    bool has_begin = false, has_end = false;
    int64_t begin = 0, end = 0;
    bool is_definite() const;
  };
  struct Search;
  friend struct PathReader;

  bool is_lax_ = false;
  bool is_definite_ = true;
  std::vector<Step> steps_;
  std::string reason_;  // Why the path is not valid.
};

}  // namespace sluice
