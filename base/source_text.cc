#include "base/source_text.h"

#include <algorithm>

#include "base/utf8.h"

namespace sluice {
void SourceText::append(std::string file, std::string_view text) {
  files_.push_back({std::move(file), static_cast<uint32_t>(text_.size())});
  text_ += text;
  if (!text.empty() && text.back() != '\n') text_ += '\n';
}

std::string_view SourceText::text(SourceSpan span) const {
  size_t begin = std::min<size_t>(span.begin, text_.size());
  return std::string_view(text_).substr(begin, std::max(span.begin, span.end) - span.begin);
}

const SourceText::File& SourceText::file_of(uint32_t offset) const {
  static const File kNone{"", 0};
  auto after = std::ranges::upper_bound(files_, offset, {}, &File::begin);
  return after == files_.begin() ? kNone : *std::prev(after);
}

std::string_view SourceText::line(uint32_t offset, uint32_t* begin) const {
  std::string_view all = text_;
  size_t at = std::min<size_t>(offset, all.size());
  size_t line_begin = all.substr(0, at).find_last_of('\n') + 1;  // npos + 1 is 0: the first line.
  *begin = static_cast<uint32_t>(line_begin);
  std::string_view line = all.substr(line_begin, std::min(all.find('\n', line_begin), all.size()) - line_begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Position SourceText::position(uint32_t offset) const {
  const File& file = file_of(offset);
  size_t at = std::min<size_t>(offset, text_.size());
  std::string_view before = std::string_view(text_).substr(file.begin, at - file.begin);
  uint32_t line_begin = 0;
  line(offset, &line_begin);
  return {.file = file.name,
          .line = static_cast<uint32_t>(std::ranges::count(before, '\n')) + 1,
          .column =
              static_cast<uint32_t>(count_characters(std::string_view(text_).substr(line_begin, at - line_begin))) + 1};
}

}  // namespace sluice
