#pragma once
// Java's regular expressions over UTF-8. The one place that knows the library.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice {

struct RegexGroup {
  uint32_t begin = UINT32_MAX;  // Bytes; UINT32_MAX when the group took no part.
  uint32_t end = UINT32_MAX;
};

// Compiled once; immutable, may be used by several threads.
class Regex {
 public:
  // Null when the pattern is not valid.
  static std::shared_ptr<const Regex> compile(std::string_view pattern);
  // The same for a pattern that is no constant: the thread's last one is kept.
  static std::shared_ptr<const Regex> compile_cached(std::string_view pattern);
  ~Regex();
  Regex(const Regex&) = delete;

  uint32_t group_count() const { return group_count_; }
  // The first match at or behind `begin`. `out` is that of `group` (0: the whole match).
  bool find(std::string_view text, uint32_t begin, uint32_t group, RegexGroup& out) const;
  // The same with the whole match as well.
  bool find(std::string_view text, uint32_t begin, uint32_t group, RegexGroup& whole, RegexGroup& out) const;

 private:
  Regex() = default;

  void* code_ = nullptr;
  void* ascii_code_ = nullptr;  // For texts of ASCII only, with nothing to decode; null where it could differ.
  uint32_t group_count_ = 0;
  std::string required_;  // Text that every match contains; looked for first, because most rows do not have it.
};

}  // namespace sluice
