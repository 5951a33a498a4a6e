#include "grammar/line_comments.h"

#include <algorithm>

#include "grammar/lexer/lexer.h"

namespace sluice::grammar {
namespace {

// What stands between two tokens: blanks and comments.
void add_comments(std::string_view source, size_t begin, size_t end, std::vector<SourceSpan>& out) {
  while (begin < end) {
    std::string_view gap = source.substr(begin, end - begin);
    size_t dashes = gap.find("--");
    size_t block = gap.find("/*");
    if (block < dashes) {
      size_t close = gap.find("*/", block + 2);
      begin = close == std::string_view::npos ? end : begin + close + 2;
      continue;
    }
    if (dashes == std::string_view::npos) return;
    size_t line_end = std::min(gap.find('\n', dashes), gap.size());
    out.push_back({static_cast<uint32_t>(begin + dashes), static_cast<uint32_t>(begin + line_end)});
    begin += line_end;
  }
}

}  // namespace

std::vector<SourceSpan> line_comments(std::string_view source) {
  std::vector<SourceSpan> out;
  size_t at = 0;
  for (const Token& token : tokenize(source).tokens) {
    if (at < token.begin) add_comments(source, at, token.begin, out);
    at = std::max<size_t>(at, token.end);
  }
  return out;
}

}  // namespace sluice::grammar
