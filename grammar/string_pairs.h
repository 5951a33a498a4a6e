#pragma once
// Where a text has 'key' = 'value', whatever is around it.
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::grammar {

// Spans with the quotes.
struct StringPair {
  SourceSpan key, value;
};
std::vector<StringPair> string_pairs(std::string_view source);

}  // namespace sluice::grammar
