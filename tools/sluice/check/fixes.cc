#include "tools/sluice/check/fixes.h"

#include <algorithm>

#include "grammar/quoting.h"

namespace sluice::tools {
namespace {

// What did_you_mean (base/diagnostics.h) says.
constexpr std::string_view kBefore = "Did you mean `", kAfter = "`?";

std::optional<std::string_view> meant_in(std::string_view hint) {
  if (!hint.starts_with(kBefore) || !hint.ends_with(kAfter)) return std::nullopt;
  return hint.substr(kBefore.size(), hint.size() - kBefore.size() - kAfter.size());
}

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return c == '_' || std::isalnum(c) != 0; });
}

std::string sorted_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::ranges::sort(out);
  return out;
}

// Of three letters another one is another name, unless two have changed places, or one is missing or too many; of
// functions that begin in another way, or of which one is the beginning of the other, the meaning may be the opposite.
bool is_sure(const Error& error, std::string_view written, std::string_view meant) {
  constexpr size_t kSureLettersMin = 4;
  if (sorted_letters(written) == sorted_letters(meant)) return true;
  bool is_long = written.size() >= kSureLettersMin;
  if (error.code != ErrorCode::UnknownFunction) return is_long || (written.size() == 3 && meant.size() != 3);
  std::string some = sorted_letters(written.substr(0, 1)), other = sorted_letters(meant.substr(0, 1));
  bool continues = meant.size() > written.size() + 1 || written.size() > meant.size() + 1;
  return is_long && some == other && !continues;
}

}  // namespace

std::optional<Note> change_of_hint(const Error& error, const SourceText& source) {
  auto meant = meant_in(error.hint);
  if (!meant || !error.span) return std::nullopt;
  std::string_view text = source.text(*error.span);
  if (text.size() > 2 && text.front() == '\'' && text.back() == '\'') {
    return Note{{error.span->begin + 1, error.span->end - 1}, std::string(*meant), true};
  }
  bool is_quoted = text.ends_with('`');
  size_t begin = is_quoted ? text.rfind('`', text.size() - 2) : text.rfind('.') + 1;  // npos + 1 is 0: the first.
  if (begin >= text.size() || (!is_quoted && !is_word(text.substr(begin)))) return std::nullopt;
  bool is_word_of_sql = error.code == ErrorCode::UnknownFunction || error.code == ErrorCode::UnknownType ||
                        error.code == ErrorCode::SyntaxError || error.code == ErrorCode::UnknownTimeFrame;
  // The hint may be about what stands elsewhere, such as in the table's definition.
  std::string written(text.substr(begin));
  bool is_about_text = error.message.find("`" + written + "`") != std::string::npos ||
                       error.message.find("." + written + "`") != std::string::npos || is_quoted;
  if (!is_about_text) return std::nullopt;
  bool is_word_of_grammar = error.code == ErrorCode::SyntaxError || error.code == ErrorCode::UnknownType ||
                            error.code == ErrorCode::UnknownTimeFrame;
  std::string_view bare = is_quoted ? text.substr(begin + 1, text.size() - begin - 2) : text.substr(begin);
  if (!is_word_of_grammar && !is_sure(error, bare, *meant)) return std::nullopt;
  bool is_called = source.text().substr(error.span->end).starts_with('(');
  if (error.code == ErrorCode::UnknownFunction && !is_called) is_word_of_sql = false;
  std::string name = is_word_of_sql ? std::string(*meant)  // Reserved words may be called, and types are some.
                     : is_quoted    ? grammar::in_back_ticks(*meant)
                                    : grammar::quoted_name(*meant);
  return Note{{error.span->begin + static_cast<uint32_t>(begin), error.span->end}, std::move(name), true};
}

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
    bool is_other = text.compare(change->span.begin, change->span.end - change->span.begin, change->text) != 0;
    made += is_other ? 1 : 0;
  }
  return out.append(text, at);
}

}  // namespace sluice::tools
