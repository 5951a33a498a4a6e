#include "tools/sluice/check/suppressions.h"

#include <algorithm>
#include <cstdlib>

#include "base/utf8.h"
#include "grammar/line_comments.h"

namespace sluice::tools {
namespace {

struct Suppression {
  uint32_t first_line = 1, last_line = 1;
  std::vector<std::string> codes;  // Empty: all.
  Region region;                   // The comment.
  bool is_used = false;

  bool covers(const Finding& finding) const {
    if (!finding.region || finding.region->line < first_line || finding.region->line > last_line) return false;
    return codes.empty() || std::ranges::find(codes, id_of(finding.code)) != codes.end();
  }
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// `SL5001, SL5002 for a reason`: what does not look like a code ends the list.
std::vector<std::string> codes_in(std::string_view text) {
  std::vector<std::string> codes;
  while (true) {
    text = trimmed(text);
    size_t end = std::min(text.find_first_of(", \t"), text.size());
    std::string code(text.substr(0, end));
    for (char& c : code) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (!code.starts_with("SL") || end < 3) return codes;
    codes.push_back(std::move(code));
    text.remove_prefix(end);
    text = trimmed(text);
    if (!text.starts_with(',')) return codes;
    text.remove_prefix(1);
  }
}

class Comments {
 public:
  explicit Comments(std::string_view text) : text_(text) {}

  std::vector<Suppression> read() {
    for (SourceSpan span : grammar::line_comments(text_)) {
      std::string_view comment = trimmed(text_.substr(span.begin + 2, span.end - span.begin - 2));
      bool is_word = comment.size() == 4 || (comment.size() > 4 && (comment[4] == ':' || comment[4] == ' '));
      if (comment.starts_with("noqa") && is_word) add(comment.substr(4), span);
    }
    return std::move(found_);
  }

 private:
  void add(std::string_view rest, SourceSpan span) {
    uint32_t line = line_of(span.begin);
    size_t line_begin = text_.substr(0, span.begin).find_last_of('\n') + 1;  // npos + 1 is 0: the first line.
    auto column = static_cast<uint32_t>(count_characters(text_.substr(line_begin, span.begin - line_begin))) + 1;
    auto size = static_cast<uint32_t>(count_characters(text_.substr(span.begin, span.end - span.begin)));
    Suppression suppression{line, line, {}, {line, column, line, column + size}};
    bool has_list = rest.starts_with(':');
    if (has_list) rest = trimmed(rest.substr(1));
    if (has_list && rest.starts_with("enable")) return close(codes_in(after_equals(rest)), line);
    bool is_open = has_list && rest.starts_with("disable");
    std::vector<std::string> codes =
        has_list ? codes_in(is_open ? after_equals(rest) : rest) : std::vector<std::string>();
    if (is_open) suppression.last_line = UINT32_MAX;
    if (has_list && codes.empty()) codes.emplace_back();  // No code that is known: it suppresses nothing.
    if (codes.empty()) found_.push_back(suppression);
    for (std::string& code : codes) {
      suppression.codes = {std::move(code)};
      found_.push_back(suppression);
    }
  }
  static std::string_view after_equals(std::string_view text) {
    size_t equals = text.find('=');
    return equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
  }
  // Without codes: all that are open.
  void close(const std::vector<std::string>& codes, uint32_t line) {
    for (Suppression& open : found_) {
      bool is_meant = codes.empty() || std::ranges::find(codes, open.codes.front()) != codes.end();
      if (open.last_line == UINT32_MAX && is_meant) open.last_line = line;
    }
  }
  uint32_t line_of(size_t offset) {
    line_ += static_cast<uint32_t>(std::count(text_.begin() + static_cast<ptrdiff_t>(counted_),
                                              text_.begin() + static_cast<ptrdiff_t>(offset), '\n'));
    counted_ = offset;
    return line_;
  }

  std::string_view text_;
  size_t counted_ = 0;
  uint32_t line_ = 1;
  std::vector<Suppression> found_;
};

// The line with the number, without its line break.
std::string line_at(std::string_view text, uint32_t number) {
  for (; number > 1; --number) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

// Codes are checked for their form before.
bool names_error(const Suppression& suppression) {
  return std::ranges::any_of(suppression.codes, [](const std::string& code) {
    int number = code.size() > 2 ? std::atoi(code.c_str() + 2) : 0;
    return number > 0 && !is_suppressible(static_cast<ErrorCode>(number));
  });
}

Finding unused(const Suppression& suppression, const std::string& path, std::string_view text) {
  Finding finding;
  finding.file = path;
  finding.severity = Severity::Warning;
  finding.code = ErrorCode::UnusedSuppression;
  finding.message = "`noqa` suppresses nothing here";
  finding.hint = names_error(suppression) ? "Errors other than SL1901 are not suppressed: mend what they say."
                                          : "Remove the comment, or the codes in it that are no longer needed.";
  finding.region = suppression.region;
  finding.source_line = line_at(text, suppression.region.line);
  const Region& at = suppression.region;
  finding.shown =
      fmt::format("{}:{}:{}: warning {}: {}\n  {}\n  {}{}\n  hint: {}\n", path, at.line, at.column, id_of(finding.code),
                  finding.message, finding.source_line, std::string(at.column - 1, ' '),
                  std::string(at.end_column - at.column, '^'), finding.hint);
  return finding;
}

}  // namespace

bool is_suppressible(ErrorCode code) { return is_warning(code) || code == ErrorCode::NotSupportedYet; }

void apply_suppressions(std::string_view text, CheckedFile& file) {
  if (text.find("noqa") == std::string_view::npos) return;
  std::vector<Suppression> suppressions = Comments(text).read();
  std::erase_if(file.findings, [&](const Finding& finding) {
    bool is_suppressed = false;
    for (Suppression& suppression : suppressions) {
      if (finding.file != file.path || !is_suppressible(finding.code) || !suppression.covers(finding)) continue;
      suppression.is_used = is_suppressed = true;
    }
    return is_suppressed;
  });
  for (const Suppression& suppression : suppressions) {
    if (!suppression.is_used) file.findings.push_back(unused(suppression, file.path, text));
  }
}

}  // namespace sluice::tools
