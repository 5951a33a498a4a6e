#include "catalog/connectors/values.h"

namespace sluice {

namespace {

bool add_kind(std::string_view word, ChangelogMode& mode) {
  constexpr std::pair<std::string_view, RowKind> kKinds[] = {
      {"I", RowKind::Insert}, {"UB", RowKind::UpdateBefore}, {"UA", RowKind::UpdateAfter}, {"D", RowKind::Delete}};
  for (auto [name, kind] : kKinds) {
    if (name == word) return mode = mode | ChangelogMode{kind}, true;
  }
  return false;
}

}  // namespace

bool parse_option(std::string_view text, ChangelogKinds& value) {
  ChangelogMode mode;
  while (true) {
    size_t comma = text.find(',');
    std::string_view word = text.substr(0, comma);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (!add_kind(word, mode)) return false;
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  value = {mode, true};
  return true;
}

}  // namespace sluice
