#include "tools/sluice/line_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace sluice::tools {
namespace {

constexpr size_t kContextLines = 3;
constexpr size_t kCellsMax = 16'000'000;  // Of the table; larger changes are shown as a whole.

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

struct Edit {
  char mark;  // ' ', '-' or '+'
  std::string_view line;
};

// The longest lines in common, by the table of their counts from every place to the end.
class Comparison {
 public:
  Comparison(const Lines& before, const Lines& after) : before_(before), after_(after) {}

  std::vector<Edit> edits() {
    size_t begin = 0, before_end = before_.size(), after_end = after_.size();
    while (begin < std::min(before_end, after_end) && before_[begin] == after_[begin]) keep(begin++);
    size_t kept_behind = 0;
    while (std::min(before_end, after_end) > begin && before_[before_end - 1] == after_[after_end - 1]) {
      --before_end, --after_end, ++kept_behind;
    }
    compare(begin, before_end, after_end);
    for (size_t i = 0; i < kept_behind; ++i) keep(before_end + i);
    return std::move(edits_);
  }

 private:
  void keep(size_t i) { edits_.push_back({' ', before_[i]}); }

  void compare(size_t begin, size_t before_end, size_t after_end) {
    size_t rows = before_end - begin, columns = after_end - begin, width = columns + 1;
    bool has_table = rows * columns <= kCellsMax;
    std::vector<uint32_t> counts(has_table ? (rows + 1) * width : 0);
    for (size_t i = has_table ? rows : 0; i-- > 0;) {
      for (size_t j = columns; j-- > 0;) {
        counts[i * width + j] = before_[begin + i] == after_[begin + j]
                                    ? counts[(i + 1) * width + j + 1] + 1
                                    : std::max(counts[(i + 1) * width + j], counts[i * width + j + 1]);
      }
    }
    for (size_t i = 0, j = 0; i < rows || j < columns;) {
      if (has_table && i < rows && j < columns && before_[begin + i] == after_[begin + j]) {
        keep(begin + i), ++i, ++j;
      } else if (j == columns ||
                 (i < rows && (!has_table || counts[(i + 1) * width + j] >= counts[i * width + j + 1]))) {
        edits_.push_back({'-', before_[begin + i++]});
      } else {
        edits_.push_back({'+', after_[begin + j++]});
      }
    }
  }

  const Lines& before_;
  const Lines& after_;
  std::vector<Edit> edits_;
};

struct Hunk {
  size_t begin, end;  // Of the edits.
};

std::vector<Hunk> hunks_of(const std::vector<Edit>& edits) {
  std::vector<Hunk> out;
  for (size_t i = 0; i < edits.size(); ++i) {
    if (edits[i].mark == ' ') continue;
    size_t begin = i < kContextLines ? 0 : i - kContextLines, end = std::min(i + 1 + kContextLines, edits.size());
    if (!out.empty() && begin <= out.back().end) {
      out.back().end = end;
    } else {
      out.push_back({begin, end});
    }
  }
  return out;
}

}  // namespace

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after) {
  Lines old_lines = lines_of(before), new_lines = lines_of(after);
  std::vector<Edit> edits = Comparison(old_lines, new_lines).edits();
  std::string out;
  size_t at = 0, old_line = 1, new_line = 1;
  for (Hunk hunk : hunks_of(edits)) {
    for (; at < hunk.begin; ++at) ++old_line, ++new_line;  // Between hunks all lines are equal.
    std::string body;
    size_t old_count = 0, new_count = 0;
    for (; at < hunk.end; ++at) {
      old_count += edits[at].mark == '+' ? 0 : 1;
      new_count += edits[at].mark == '-' ? 0 : 1;
      body += fmt::format("{}{}\n", edits[at].mark, edits[at].line);
    }
    if (out.empty()) out = fmt::format("--- {}\n+++ {}\n", name, name);
    out += fmt::format("@@ -{},{} +{},{} @@\n{}", old_count == 0 ? old_line - 1 : old_line, old_count,
                       new_count == 0 ? new_line - 1 : new_line, new_count, body);
    old_line += old_count, new_line += new_count;
  }
  return out;
}

}  // namespace sluice::tools
