#include "base/placed_error.h"

#include <algorithm>
#include <ranges>
#include <vector>

#include "base/printable.h"
#include "base/secrets.h"
#include "base/utf8.h"

namespace sluice {
namespace {

constexpr size_t kSideCharactersMax = 60;                 // Of a line, on either side of where the caret begins.
constexpr size_t kSecretBytesMax = 64 << 10;              // So far before a line a value that it ends may begin.
constexpr size_t kQuotedSecretMin = 3;                    // What is shorter may be any word of a message.
constexpr size_t kSideBytesMax = 4 * kSideCharactersMax;  // A line of bytes that are no UTF-8 may have no characters.

std::string_view last_characters(std::string_view text, size_t characters) {
  size_t at = text.size();
  while (at > 0 && characters > 0) characters -= is_continuation(text[--at]) ? 0 : 1;
  return text.substr(at);
}

// A message with the user's text in back-ticks, which may hold anything. Line breaks outside of them are the message's.
std::string printable_message(std::string_view message) {
  std::string out;
  for (bool quoted = false;; quoted = !quoted) {
    size_t tick = message.find('`');
    out += printable(message.substr(0, tick), quoted ? "" : "\n");
    if (tick == std::string_view::npos) return out;
    out += '`';
    message.remove_prefix(tick + 1);
  }
}

// The part of a line that is shown, with carets below: "  text\n  carets\n".
std::string marked_line(std::string_view line, size_t begin, size_t end) {
  std::string_view before = line.substr(0, begin), after = line.substr(begin);
  std::string_view left =
      last_characters(before.substr(before.size() - std::min(before.size(), kSideBytesMax)), kSideCharactersMax);
  std::string_view right = first_characters(after.substr(0, kSideBytesMax), kSideCharactersMax);
  std::string_view marked = right.substr(0, end - begin);

  // A tab stays a tab, so the caret stands under the text in every terminal.
  std::string shown_left = (left.size() < before.size() ? "…" : "") + printable(left, "\t");
  std::string shown_marked = printable(marked, "\t");
  std::string margin;
  for (char c : shown_left) {
    if (!is_continuation(c)) margin += c == '\t' ? '\t' : ' ';
  }
  return fmt::format("  {}{}{}{}\n  {}{}\n", shown_left, shown_marked, printable(right.substr(marked.size()), "\t"),
                     right.size() < after.size() ? "…" : "", margin,
                     std::string(std::max<size_t>(1, count_characters(shown_marked)), '^'));
}

// Of a place in a text of which `begin` to `end` is replaced.
uint32_t moved(uint32_t at, size_t begin, size_t end) {
  if (at <= begin) return at;
  if (at >= end) return static_cast<uint32_t>(at - (end - begin) + kHiddenValue.size());
  return static_cast<uint32_t>(begin + std::min(at - begin, kHiddenValue.size()));
}

void hide(std::string_view secret, std::string& text) {
  if (secret.size() < kQuotedSecretMin) return;
  for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kHiddenValue.size())) {
    text.replace(at, secret.size(), kHiddenValue);
  }
}

// The line is shown, and the message may quote what is wrong.
void hide_secrets(std::string_view text, uint32_t line_begin, PlacedError& error) {
  size_t line_end = line_begin + error.place->source_line.size();
  size_t from = line_begin - std::min<size_t>(line_begin, kSecretBytesMax);
  std::vector<SecretPlace> secrets =
      secrets_in(text.substr(from, std::min(text.size(), line_end + kSecretBytesMax) - from));
  for (const SecretPlace& secret : secrets | std::views::reverse) {
    std::string_view value = text.substr(from + secret.begin, secret.end - secret.begin);
    size_t begin = std::max<size_t>(from + secret.begin, line_begin), end = std::min(from + secret.end, line_end);
    if (begin >= end) continue;
    hide(value, error.message);
    hide(value, error.hint);
    begin -= line_begin;
    end -= line_begin;
    Place& place = *error.place;
    place.source_line.replace(begin, end - begin, kHiddenValue);
    place.begin = moved(place.begin, begin, end);
    place.end = moved(place.end, begin, end);
  }
}

}  // namespace

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
  hide_secrets(source.text(), line_begin, out);
  return out;
}

// The place may come from another process, so its bounds are not trusted.
std::string render(const PlacedError& error) {
  int code = static_cast<int>(error.code);
  std::string message = printable_message(error.message);
  std::string hint = error.hint.empty() ? "" : fmt::format("  hint: {}\n", printable_message(error.hint));
  const char* severity = is_warning(error.code) ? "warning" : "error";
  if (!error.place) return fmt::format("{} SL{}: {}\n{}", severity, code, message, hint);

  const Place& at = *error.place;
  size_t begin = std::min<size_t>(at.begin, at.source_line.size());
  size_t end = std::clamp<size_t>(at.end, begin, at.source_line.size());
  return fmt::format("{}:{}:{}: {} SL{}: {}\n{}{}", at.file, at.line, at.column, severity, code, message,
                     marked_line(at.source_line, begin, end), hint);
}

}  // namespace sluice
