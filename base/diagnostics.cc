#include "base/diagnostics.h"

#include <algorithm>

#include "base/placed_error.h"

namespace sluice {
namespace {

// The smallest number of single-character edits between two names; two neighbours that changed places are one edit, and
// upper and lower case are the same.
size_t edit_distance(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  std::vector<size_t> before, row(b.size() + 1), next(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = row[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
      next[j] = std::min({replaced, next[j - 1] + 1, row[j] + 1});
      bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before = std::exchange(row, next);
  }
  return row[b.size()];
}

}  // namespace

// Passes report in the order they run; the author reads in the order of the text.
void Diagnostics::report(Failure failure) {
  auto begin_of = [](const Error& error) { return error.span ? error.span->begin : 0; };
  std::vector<Error>& list = is_warning(failure.error.code) ? warnings_ : errors_;
  auto place = std::ranges::upper_bound(list, begin_of(failure.error), {}, begin_of);
  list.insert(place, std::move(failure.error));
}

std::string render(const Error& error, const SourceText& source) {
  std::string out = render(placed(error, source));
  for (const Note& note : error.notes) {
    if (note.is_change) continue;
    Position at = source.position(note.span.begin);
    out += fmt::format("  {}:{}:{}: {}\n", at.file, at.line, at.column, note.text);
  }
  return out;
}

std::string Diagnostics::render(const SourceText& source) const {
  std::string out;
  for (const Error& error : errors_) out += sluice::render(error, source);
  return out;
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known) {
  auto distance = [&](const std::string& name) { return edit_distance(wrong, name); };
  auto nearest = std::ranges::min_element(known, {}, distance);
  // Of a short word a change more makes another word, and of two letters any change.
  size_t distance_max = wrong.size() < 3 ? 0 : wrong.size() < 5 ? 1 : std::max<size_t>(2, wrong.size() / 3);
  // A name that shares no character with the wrong one is not near: of one letter, every other would be.
  bool is_far = nearest == known.end() || distance(*nearest) > distance_max || distance(*nearest) >= wrong.size();
  if (is_far) return {};
  return fmt::format("Did you mean `{}`?", *nearest);
}

}  // namespace sluice
