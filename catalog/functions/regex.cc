#include "catalog/functions/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "catalog/functions/byte_scan.h"
#include "catalog/functions/java_regex.h"

namespace sluice {
namespace {

constexpr uint32_t kGroupsMax = 64;

struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

// Where matches are written: one per thread, large enough for every pattern.
pcre2_match_data* match_data() {
  thread_local std::unique_ptr<pcre2_match_data, FreeMatchData> data(pcre2_match_data_create(kGroupsMax, nullptr));
  return data.get();
}

bool is_special(char c) { return std::strchr("\\^$.|?*+()[]{}", c) != nullptr; }

// The length of a bracketed part that begins at `at`, the bracket included.
size_t skip_class(std::string_view pattern, size_t at) {
  size_t end = at + 1;
  if (end < pattern.size() && pattern[end] == '^') ++end;
  if (end < pattern.size() && pattern[end] == ']') ++end;
  while (end < pattern.size() && pattern[end] != ']') end += pattern[end] == '\\' ? 2 : 1;
  return end + 1;
}

size_t skip_group(std::string_view pattern, size_t at) {
  int depth = 0;
  while (at < pattern.size()) {
    char c = pattern[at];
    if (c == '\\') {
      at += 2;
    } else if (c == '[') {
      at = skip_class(pattern, at);
    } else {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      ++at;
      if (depth == 0) break;
    }
  }
  return at;
}

// The longest run of plain characters outside of groups that is not optional. Empty for alternatives at the top level,
// for options like (?i), and wherever the pattern is not simple enough to be sure.
std::string required_text(std::string_view pattern) {
  std::string best, run;
  auto finish = [&] {
    if (run.size() > best.size()) best = run;
    run.clear();
  };
  if (pattern.find("(?") != std::string_view::npos || pattern.find("\\Q") != std::string_view::npos) return {};
  for (size_t at = 0; at < pattern.size();) {
    char c = pattern[at];
    if (c == '|') return {};
    if (c == '*' || c == '?' || c == '{') {  // What stands before it is optional, or repeated.
      if (!run.empty()) {
        size_t last = run.size() - 1;
        while (last > 0 && (static_cast<unsigned char>(run[last]) & 0xC0) == 0x80) --last;
        run.resize(last);
      }
      finish();
      at = c == '{' ? std::min(pattern.find('}', at), pattern.size() - 1) + 1 : at + 1;
    } else if (c == '(') {
      finish();
      at = skip_group(pattern, at);
    } else if (c == '[') {
      finish();
      at = skip_class(pattern, at);
    } else if (c == '\\') {
      // Escapes of which more follows (\x41, \u0041, \0101, \cA, \k<name>) are not taken apart here.
      char escaped = at + 1 < pattern.size() ? pattern[at + 1] : '\0';
      bool is_alone = std::string_view("dDsSwWbBAZzGtnrfaeRhHvV").find(escaped) != std::string_view::npos;
      if (std::isalnum(static_cast<unsigned char>(escaped)) != 0 && !is_alone) return {};
      finish();
      at += 2;
    } else if (is_special(c)) {
      finish();
      ++at;
    } else {
      run += c;
      ++at;
    }
  }
  finish();
  return best.size() >= 3 ? best : std::string();
}

pcre2_code* compile_code(std::string_view pattern, uint32_t options) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options, &error, &offset, nullptr);
  if (code != nullptr) pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // Where it fails the library interprets.
  return code;
}

bool has_machine_code(const pcre2_code* code) {
  size_t bytes = 0;
  return pcre2_pattern_info(code, PCRE2_INFO_JITSIZE, &bytes) == 0 && bytes > 0;
}

}  // namespace

std::shared_ptr<const Regex> Regex::compile(std::string_view java_pattern) {
  std::string pattern = pcre_of_java(java_pattern);
  pcre2_code* code = compile_code(pattern, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF);
  if (code == nullptr) return nullptr;
  std::shared_ptr<Regex> regex(new Regex());
  regex->code_ = code;
  pcre2_code* ascii_code = is_ascii(pattern.data(), pattern.size()) ? compile_code(pattern, 0) : nullptr;
  if (ascii_code != nullptr && has_machine_code(ascii_code)) {
    regex->ascii_code_ = ascii_code;
  } else {
    pcre2_code_free(ascii_code);
  }
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &regex->group_count_);
  regex->required_ = required_text(pattern);
  return regex;
}

std::shared_ptr<const Regex> Regex::compile_cached(std::string_view pattern) {
  struct Last {
    std::string pattern;
    std::shared_ptr<const Regex> regex;
    bool is_set = false;
  };
  thread_local Last last;
  if (!last.is_set || last.pattern != pattern) last = {std::string(pattern), compile(pattern), true};
  return last.regex;
}

Regex::~Regex() {
  pcre2_code_free(static_cast<pcre2_code*>(code_));
  pcre2_code_free(static_cast<pcre2_code*>(ascii_code_));
}

bool Regex::find(std::string_view text, uint32_t begin, uint32_t group, RegexGroup& whole, RegexGroup& out) const {
  if (group >= kGroupsMax) return false;
  if (!required_.empty() &&
      find_part(text.data() + begin, text.size() - begin, required_.data(), required_.size()) == nullptr) {
    return false;
  }
  pcre2_match_data* data = match_data();
  auto bytes = reinterpret_cast<PCRE2_SPTR>(text.data());
  bool ascii = ascii_code_ != nullptr && is_ascii(text.data(), text.size());
  int count = ascii
                  ? pcre2_jit_match(static_cast<pcre2_code*>(ascii_code_), bytes, text.size(), begin, 0, data, nullptr)
                  : pcre2_match(static_cast<pcre2_code*>(code_), bytes, text.size(), begin, 0, data, nullptr);
  if (count < 0) return false;
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data);
  whole = {static_cast<uint32_t>(offsets[0]), static_cast<uint32_t>(offsets[1])};
  out = {};
  bool took_part = static_cast<int>(group) < count && offsets[2 * group] != PCRE2_UNSET;
  if (took_part) out = {static_cast<uint32_t>(offsets[2 * group]), static_cast<uint32_t>(offsets[2 * group + 1])};
  return true;
}

bool Regex::find(std::string_view text, uint32_t begin, uint32_t group, RegexGroup& out) const {
  RegexGroup whole;
  return find(text, begin, group, whole, out);
}

}  // namespace sluice
