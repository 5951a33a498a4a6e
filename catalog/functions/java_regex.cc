#include "catalog/functions/java_regex.h"

#include <cctype>
#include <utility>
#include <vector>

namespace sluice {
namespace {

// Names of \p{..} that PCRE2 does not know, as the inside of a class.
constexpr std::pair<std::string_view, std::string_view> kProperties[] = {
    {"Lower", "a-z"},
    {"Upper", "A-Z"},
    {"ASCII", "\\x00-\\x7F"},
    {"Alpha", "a-zA-Z"},
    {"Digit", "0-9"},
    {"Alnum", "a-zA-Z0-9"},
    {"Punct", "!-\\/\\:-@\\[-`{-~"},
    {"Graph", "!-~"},
    {"Print", " -~"},
    {"Blank", " \\t"},
    {"Cntrl", "\\x00-\\x1F\\x7F"},
    {"XDigit", "0-9a-fA-F"},
    {"Space", " \\t\\n\\x0B\\f\\r"},
    {"javaLowerCase", "\\p{Ll}"},
    {"javaUpperCase", "\\p{Lu}"},
    {"javaWhitespace", "\\s"},
    {"IsAlphabetic", "\\p{L}\\p{Nl}"},
    {"IsLetter", "\\p{L}"},
    {"IsDigit", "\\p{Nd}"},
    {"IsUppercase", "\\p{Lu}"},
    {"IsLowercase", "\\p{Ll}"},
    {"IsPunctuation", "\\p{P}"},
    {"IsWhite_Space", "\\s"},
};

// Java's ends of lines, where PCRE2 knows one that is the same everywhere in a pattern: what `.`, `$` and `^` make of
// them. Between \r and \n is no end.
constexpr std::string_view kDot = "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]";
constexpr std::string_view kEnd = "(?=(?:\\r\\n|(?<!\\r)\\n|[\\r\\x{85}\\x{2028}\\x{2029}])?+\\z)";
constexpr std::string_view kEndOfLine = "(?=\\r\\n|(?<!\\r)\\n|[\\r\\x{85}\\x{2028}\\x{2029}]|\\z)";
constexpr std::string_view kBeginOfLine = "(?:\\A|(?<=\\n|\\r(?!\\n)|[\\x{85}\\x{2028}\\x{2029}])(?!\\z))";

class Translation {
 public:
  explicit Translation(std::string_view pattern) : pattern_(pattern) {}

  std::string run() {
    std::string out;
    while (at_ < pattern_.size()) {
      char c = pattern_[at_];
      if (c == '(' && is_foreign_group()) return "(";  // Not valid in either.
      if (c == '\\') {
        escape(out, false);
      } else if (c == '[') {
        out += character_class();
      } else if (pattern_.substr(at_).starts_with("(?") && flags(out)) {
        continue;
      } else if (!line_sign(c, out)) {
        if (c == '(') groups_.push_back(flags_);
        if (c == ')' && !groups_.empty()) leave_group();
        out += c;
        ++at_;
      }
    }
    return uses_unicode_ ? "(*UCP)" + out : out;
  }

 private:
  // What only PCRE2 knows: (?P<n>..), (?R), (?|..), (*VERB).
  bool is_foreign_group() const {
    if (pattern_.substr(at_).starts_with("(*")) return true;
    if (!pattern_.substr(at_).starts_with("(?") || at_ + 2 >= pattern_.size()) return false;
    return std::string_view(":=!><-idmsuxU").find(pattern_[at_ + 2]) == std::string_view::npos;
  }

  // Flags that say what the signs for lines mean; they hold to the end of their group.
  struct LineFlags {
    bool dot_takes_all = false;    // (?s)
    bool ends_inside = false;      // (?m)
    bool is_newline_only = false;  // (?d)
  };

  void leave_group() {
    flags_ = groups_.back();
    groups_.pop_back();
  }

  bool line_sign(char c, std::string& out) {
    if (flags_.is_newline_only) return false;
    std::string_view sign;
    if (c == '.' && !flags_.dot_takes_all) sign = kDot;
    if (c == '$') sign = flags_.ends_inside ? kEndOfLine : kEnd;
    if (c == '^' && flags_.ends_inside) sign = kBeginOfLine;
    if (sign.empty()) return false;
    out += sign;
    ++at_;
    return true;
  }

  void set_flag(char flag, bool on) {
    if (flag == 's') flags_.dot_takes_all = on;
    if (flag == 'm') flags_.ends_inside = on;
    if (flag == 'd') flags_.is_newline_only = on;
  }

  // (?u) changes nothing here, (?U) holds for the whole pattern; the others but (?d) are alike.
  bool flags(std::string& out) {
    size_t end = at_ + 2;
    while (end < pattern_.size() &&
           (std::isalpha(static_cast<unsigned char>(pattern_[end])) != 0 || pattern_[end] == '-')) {
      ++end;
    }
    if (end == at_ + 2 || end >= pattern_.size() || (pattern_[end] != ')' && pattern_[end] != ':')) return false;

    if (pattern_[end] == ':') groups_.push_back(flags_);
    out += "(?";
    bool on = true;
    for (char c : pattern_.substr(at_ + 2, end - at_ - 2)) {
      uses_unicode_ |= c == 'U';
      if (c == '-') on = false;
      set_flag(c, on);
      if (c != 'd' && c != 'u' && c != 'U') out += c;
    }
    at_ = end;
    out += pattern_[at_++];  // The `)` of `(?s)` ends no group.
    return true;
  }

  // \p{Name} and \P{Name}.
  bool property(std::string& out, bool in_class) {
    bool negated = pattern_[at_ + 1] == 'P';
    if (at_ + 2 >= pattern_.size() || pattern_[at_ + 2] != '{') return false;
    size_t end = pattern_.find('}', at_);
    if (end == std::string_view::npos) return false;
    std::string_view name = pattern_.substr(at_ + 3, end - at_ - 3);
    for (const auto& [known, inside] : kProperties) {
      if (known != name) continue;
      if (in_class && negated) return false;
      out += in_class ? std::string(inside) : (negated ? "[^" : "[") + std::string(inside) + "]";
      at_ = end + 1;
      return true;
    }
    std::string_view shorter = name.starts_with("Is") ? name.substr(2) : name;
    out += negated ? "\\P{" : "\\p{";
    out.append(shorter) += '}';
    at_ = end + 1;
    return true;
  }

  void escape(std::string& out, bool in_class) {
    char next = at_ + 1 < pattern_.size() ? pattern_[at_ + 1] : '\0';
    if ((next == 'p' || next == 'P') && property(out, in_class)) return;
    if (next == 'u' && at_ + 6 <= pattern_.size()) {
      out += "\\x{";
      out.append(pattern_.substr(at_ + 2, 4)) += '}';
      at_ += 6;
      return;
    }
    if (next == '0') {
      size_t end = at_ + 2;
      while (end < pattern_.size() && end < at_ + 5 && pattern_[end] >= '0' && pattern_[end] <= '7') ++end;
      out += "\\o{";
      out.append(pattern_.substr(at_ + 2, end - at_ - 2)) += '}';
      at_ = end;
      return;
    }
    if (next == 'Q') {
      size_t end = pattern_.find("\\E", at_);
      size_t size = end == std::string_view::npos ? pattern_.size() - at_ : end + 2 - at_;
      out.append(pattern_.substr(at_, size));
      at_ += size;
      return;
    }
    size_t size = next == '\0' ? 1 : 2;
    out.append(pattern_.substr(at_, size));
    at_ += size;
  }

  // A class, with the classes inside it and intersections: [a-c[x-z]], [a-z&&[^b]].
  std::string character_class() {
    ++at_;
    bool negated = at_ < pattern_.size() && pattern_[at_] == '^';
    if (negated) ++at_;
    std::vector<std::string> parts(1);      // What stands between `&&`.
    std::vector<std::string> alternatives;  // Negated classes inside, which no other class can hold.
    bool closed = false, is_first = true;
    while (at_ < pattern_.size()) {
      char c = pattern_[at_];
      if (c == ']' && !is_first) {
        ++at_;
        closed = true;
        break;
      }
      is_first = false;
      if (pattern_.substr(at_).starts_with("&&")) {
        at_ += 2;
        parts.emplace_back();
      } else if (c == '[') {
        add_class(character_class(), parts.back(), alternatives);
      } else if (c == '\\') {
        escape(parts.back(), true);
      } else {
        if (c == ':' || c == ']') parts.back() += '\\';
        parts.back() += c;
        ++at_;
      }
    }
    if (!closed) return "[" + parts.back();  // Not valid in either.
    return together(parts, alternatives, negated);
  }

  static void add_class(const std::string& inner, std::string& part, std::vector<std::string>& alternatives) {
    bool is_plain = inner.starts_with('[') && !inner.starts_with("[^");
    if (is_plain) {
      part += inner.substr(1, inner.size() - 2);
    } else {
      alternatives.push_back(inner);
    }
  }

  static std::string together(const std::vector<std::string>& parts, const std::vector<std::string>& alternatives,
                              bool negated) {
    if (parts.size() == 1 && alternatives.empty()) return (negated ? "[^" : "[") + parts[0] + "]";
    std::string condition;
    if (parts.size() == 1) {
      condition = "(?:";
      if (!parts[0].empty()) condition += "[" + parts[0] + "]|";
      for (size_t i = 0; i < alternatives.size(); ++i) condition += (i > 0 ? "|" : "") + alternatives[i];
      condition += ")";
    } else {
      for (const std::string& part : parts) {
        if (!part.empty()) condition += "(?=[" + part + "])";
      }
      for (const std::string& other : alternatives) condition += "(?=" + other + ")";
    }
    return (negated ? "(?:(?!" + condition : "(?:(?=" + condition) + ")(?s:.))";
  }

  std::string_view pattern_;
  size_t at_ = 0;
  LineFlags flags_;
  std::vector<LineFlags> groups_;  // Those outside of every group that is open.
  bool uses_unicode_ = false;      // \\w and its like take all of Unicode.
};

}  // namespace

std::string pcre_of_java(std::string_view pattern) { return Translation(pattern).run(); }

}  // namespace sluice
