#include "catalog/functions/similar_pattern.h"

#include <utility>

namespace sluice {
namespace {

constexpr std::string_view kSqlSpecials = "[]()|^-+*_%?{}";
constexpr std::string_view kRegexSpecials = "[]()|^-+*?{}$\\.";

constexpr std::pair<std::string_view, std::string_view> kClasses[] = {
    {"[:ALPHA:]", "a-zA-Z"},    {"[:alpha:]", "a-zA-Z"},    {"[:UPPER:]", "A-Z"},      {"[:upper:]", "A-Z"},
    {"[:LOWER:]", "a-z"},       {"[:lower:]", "a-z"},       {"[:DIGIT:]", "\\d"},      {"[:digit:]", "\\d"},
    {"[:SPACE:]", " "},         {"[:space:]", " "},         {"[:WHITESPACE:]", "\\s"}, {"[:whitespace:]", "\\s"},
    {"[:ALNUM:]", "a-zA-Z0-9"}, {"[:alnum:]", "a-zA-Z0-9"},
};

class Translation {
 public:
  Translation(std::string_view pattern, char escape) : pattern_(pattern), escape_(escape) {}

  std::string_view reason;

  bool run(std::string& out) {
    for (at_ = 0; at_ < pattern_.size(); ++at_) {
      char c = pattern_[at_];
      if (escape_ != 0 && c == escape_) {
        if (!escaped(out)) return false;
      } else if (c == '_') {
        out += '.';
      } else if (c == '%') {
        out += "(?s:.*)";
      } else if (c == '[') {
        if (!enumeration(out)) return false;
      } else if (c == ']') {
        return fail("a bracket ends that did not begin");
      } else if (c == '\\' || c == '$') {
        out += '\\';
        out += c;
      } else {
        out += c;
      }
    }
    return true;
  }

 private:
  bool fail(std::string_view why) { return reason = why, false; }

  bool escaped(std::string& out) {
    if (at_ + 1 >= pattern_.size()) return fail("the pattern ends with its escape");
    char next = pattern_[++at_];
    if (kSqlSpecials.find(next) == std::string_view::npos) {
      if (next != escape_) return fail("what stands behind the escape needs none");
    } else if (kRegexSpecials.find(next) != std::string_view::npos) {
      out += '\\';
    }
    out += next;
    return true;
  }

  // [abc], [a-z], [^a], [[:ALPHA:]]
  bool enumeration(std::string& out) {
    out += '[';
    for (++at_; at_ < pattern_.size(); ++at_) {
      char c = pattern_[at_];
      if (c == ']') {
        out += ']';
        return true;
      }
      if (escape_ != 0 && c == escape_) {
        if (!escaped(out)) return false;
      } else if (c == '-' || c == '^') {
        out += c;
      } else if (pattern_.substr(at_).starts_with("[:")) {
        if (!named_class(out)) return fail("the pattern names an unknown class of characters");
      } else if (kSqlSpecials.find(c) != std::string_view::npos) {
        return fail("a character in brackets needs an escape");
      } else {
        if (c == '\\') out += '\\';
        out += c;
      }
    }
    return fail("a bracket of the pattern does not end");
  }

  bool named_class(std::string& out) {
    for (const auto& [name, regex] : kClasses) {
      if (!pattern_.substr(at_).starts_with(name)) continue;
      out += regex;
      at_ += name.size() - 1;
      return true;
    }
    return false;
  }

  std::string_view pattern_;
  char escape_;
  size_t at_ = 0;
};

}  // namespace

std::optional<std::string> regex_of_similar(std::string_view pattern, char escape, std::string& reason) {
  std::string out = "\\A(?:";
  Translation translation(pattern, escape);
  if (!translation.run(out)) {
    reason = translation.reason;
    return {};
  }
  return out + ")\\z";
}

}  // namespace sluice
