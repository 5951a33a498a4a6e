#include "base/placed_error.h"

#include <algorithm>

#include "base/utf8.h"

namespace sluice {
PlacedError placed(const Error& error, const SourceText& source) {
  PlacedError out{error.code, error.message, error.hint, std::nullopt};
  if (!error.span) return out;
  Position at = source.position(error.span->begin);
  uint32_t line_begin = 0;
  std::string_view line = source.line(error.span->begin, &line_begin);
  auto size = static_cast<uint32_t>(line.size());
  uint32_t begin = std::min(error.span->begin - line_begin, size);
  uint32_t end = std::clamp(std::max(error.span->end, line_begin) - line_begin, begin, size);
  out.place = Place{std::string(at.file), at.line, at.column, std::string(line), begin, end};
  return out;
}

// The place may come from another process, so its bounds are not trusted.
std::string render(const PlacedError& error) {
  int code = static_cast<int>(error.code);
  std::string hint = error.hint.empty() ? "" : fmt::format("  hint: {}\n", error.hint);
  if (!error.place) return fmt::format("error SL{}: {}\n{}", code, error.message, hint);

  const Place& at = *error.place;
  std::string_view line = at.source_line;
  size_t begin = std::min<size_t>(at.begin, line.size());
  size_t end = std::clamp<size_t>(at.end, begin, line.size());
  std::string margin;  // A tab stays a tab, so the caret stands under the text in every terminal.
  for (char c : line.substr(0, begin)) {
    if (!is_continuation(c)) margin += c == '\t' ? '\t' : ' ';
  }
  std::string carets(std::max<size_t>(1, count_characters(line.substr(begin, end - begin))), '^');
  return fmt::format("{}:{}:{}: error SL{}: {}\n  {}\n  {}{}\n{}", at.file, at.line, at.column, code, error.message,
                     line, margin, carets, hint);
}

}  // namespace sluice
