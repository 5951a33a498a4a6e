#include "tests/runner/slt_file.h"

#include <fstream>
#include <sstream>

namespace sluice::slt {
namespace {

bool is_blank(const std::string& line) { return line.find_first_not_of(" \t") == std::string::npos; }

// Without a comment: `#` at the beginning or behind two blanks.
std::string without_comment(const std::string& line) {
  if (line.starts_with('#')) return {};
  size_t at = line.find("  #");
  std::string text = at == std::string::npos ? line : line.substr(0, at);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  return text;
}

}  // namespace

std::string Block::text() const {
  std::string out;
  for (const std::string& line : body) out += line + "\n";
  return out;
}

Result<File> read(const std::string& path) {
  std::ifstream in(path);
  if (!in) return fail(ErrorCode::FileSystemError, "cannot read `{}`", path);
  File file;
  file.path = path;
  for (std::string line; std::getline(in, line);) file.lines.push_back(line);
  for (size_t i = 0; i < file.lines.size();) {
    std::string first = without_comment(file.lines[i]);
    if (is_blank(first)) {
      ++i;
      continue;
    }
    Block block;
    block.line = i + 1;
    std::istringstream words(first);
    words >> block.verb;
    for (std::string word; words >> word;) block.arguments.push_back(word);
    // SQL may hold `#` and keeps its text; rows are cut at comments.
    bool is_sql = block.verb == "statement" || block.verb == "query" || block.verb == "error" || block.verb == "oracle";
    for (++i; i < file.lines.size() && !is_blank(file.lines[i]); ++i) {
      if (file.lines[i] == "----") {
        block.has_expected = true;
        block.expected_begin = i + 1;
        for (++i; i < file.lines.size() && !is_blank(file.lines[i]); ++i) {
          std::string text = block.verb == "plan" ? file.lines[i] : without_comment(file.lines[i]);
          if (!text.empty()) block.expected.push_back(text);
        }
        break;
      }
      std::string text = is_sql ? file.lines[i] : without_comment(file.lines[i]);
      if (is_sql || !text.empty()) block.body.push_back(text);
    }
    block.expected_end = i;
    file.blocks.push_back(std::move(block));
  }
  return file;
}

std::string with_expectations(const File& file, const std::vector<std::vector<std::string>>& actual) {
  std::string out;
  size_t next = 0;
  for (size_t b = 0; b < file.blocks.size(); ++b) {
    const Block& block = file.blocks[b];
    if (!block.has_expected) continue;
    for (; next < block.expected_begin; ++next) out += file.lines[next] + "\n";
    for (const std::string& line : actual[b]) out += line + "\n";
    next = block.expected_end;
  }
  for (; next < file.lines.size(); ++next) out += file.lines[next] + "\n";
  return out;
}

}  // namespace sluice::slt
