#include "tools/sluice/check/fixes.h"

#include <algorithm>

namespace sluice::tools {

std::string with_changes(std::string text, const CheckedFile& file, size_t& made) {
  std::vector<const Change*> changes;
  for (const Finding& finding : file.findings) {
    for (const Change& change : finding.changes) changes.push_back(&change);
  }
  std::ranges::stable_sort(changes, {}, [](const Change* change) { return change->span.begin; });
  std::string out;
  uint32_t at = 0;
  for (const Change* change : changes) {
    if (change->span.begin < at || change->span.end > text.size()) continue;
    out.append(text, at, change->span.begin - at);
    out += change->text;
    at = change->span.end;
    made += 1;
  }
  return out.append(text, at);
}

}  // namespace sluice::tools
