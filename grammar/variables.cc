#include "grammar/variables.h"

#include <algorithm>
#include <vector>

namespace sluice::grammar {
namespace {

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

// Copies a text piece by piece. Strings and quoted names are walked through only so that `--` in them is no comment.
class Substitution {
 public:
  Substitution(std::string_view text, uint32_t offset, const Variables& variables, Diagnostics& diagnostics)
      : text_(text), offset_(offset), variables_(variables), diagnostics_(diagnostics) {}

  std::string run() && {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  bool starts_with(std::string_view prefix) const { return text_.substr(at_).starts_with(prefix); }
  void copy_until(size_t end) {
    out_ += text_.substr(at_, end - at_);
    at_ = end;
  }

  void step() {
    char c = text_[at_];
    if (quote_ == '\0' && (starts_with("--") || starts_with("//"))) {
      return copy_until(std::min(text_.find('\n', at_), text_.size()));
    }
    if (quote_ == '\0' && starts_with("/*") && !starts_with("/*+")) {
      size_t end = text_.find("*/", at_ + 2);
      return copy_until(end == std::string_view::npos ? text_.size() : end + 2);
    }
    if (starts_with("${")) {
      size_t end = at_ + 2;
      while (end < text_.size() && is_name(text_[end])) ++end;
      if (end > at_ + 2 && end < text_.size() && text_[end] == '}') return replace(end + 1);
    }
    if (quote_ == '\0' && (c == '\'' || c == '`')) {
      quote_ = c;
    } else if (c == quote_) {
      quote_ = '\0';
    }
    copy_until(at_ + 1);
  }

  void replace(size_t end) {
    std::string_view name = text_.substr(at_ + 2, end - at_ - 3);
    auto found = variables_.find(name);
    if (found != variables_.end()) {
      out_ += found->second;
      at_ = end;
      return;
    }
    std::vector<std::string> known;
    for (const auto& [variable, value] : variables_) known.push_back(variable);
    std::string hint = did_you_mean(name, known);
    SourceSpan span{offset_ + static_cast<uint32_t>(at_), offset_ + static_cast<uint32_t>(end)};
    diagnostics_.report(fail(ErrorCode::UndefinedVariable, span, "the variable `{}` is not defined", name)
                            .hint(hint.empty() ? fmt::format("Define it with --var {}=VALUE.", name) : hint));
    copy_until(end);
  }

  std::string_view text_;
  uint32_t offset_;
  const Variables& variables_;
  Diagnostics& diagnostics_;
  size_t at_ = 0;
  char quote_ = '\0';
  std::string out_;
};

}  // namespace

std::string substitute(std::string_view text, uint32_t offset, const Variables& variables, Diagnostics& diagnostics) {
  return Substitution(text, offset, variables, diagnostics).run();
}

}  // namespace sluice::grammar
