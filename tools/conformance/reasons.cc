#include "tools/conformance/reasons.h"

#include <charconv>
#include <fstream>

namespace sluice::conformance {
namespace {

// `1101,1102`
Result<std::vector<int>> codes_in(std::string_view text) {
  std::vector<int> codes;
  const char* at = text.data();
  const char* end = at + text.size();
  while (true) {
    int code = 0;
    auto [next, error] = std::from_chars(at, end, code);
    if (error != std::errc()) return fail(ErrorCode::MalformedRecord, "`{}` is no list of codes", text);
    codes.push_back(code);
    if (next == end) return codes;
    if (*next != ',') return fail(ErrorCode::MalformedRecord, "`{}` is no list of codes", text);
    at = next + 1;
  }
}

}  // namespace

Result<Reasons> Reasons::read(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::FileSystemError, "cannot read `{}`", path);
  Reasons reasons;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    size_t tab = line.find('\t');
    if (tab == std::string::npos) return fail(ErrorCode::MalformedRecord, "`{}` has no tab", line);
    SLUICE_TRY(std::vector<int> codes, codes_in(std::string_view(line).substr(tab + 1)));
    reasons.lines_.push_back({std::regex(line.substr(0, tab)), std::move(codes)});
  }
  return reasons;
}

const std::vector<int>* Reasons::codes_of(const std::string& message) const {
  for (const Line& line : lines_) {
    if (std::regex_search(message, line.pattern)) return &line.codes;
  }
  return nullptr;
}

}  // namespace sluice::conformance
