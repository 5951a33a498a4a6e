#include "grammar/format/comments.h"

#include <algorithm>
#include <iterator>

namespace sluice::grammar {
namespace {

bool is_line_comment(std::string_view text) { return text.starts_with("--") || text.starts_with("//"); }

std::string_view without_trailing_blanks(std::string_view text) {
  size_t end = text.find_last_not_of(" \t\r\v\f");
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

// Reads the text between two tokens.
class Gap {
 public:
  Gap(std::string_view text, bool at_start) : text_(text), lines_(at_start ? 1 : 0) {}

  // Comments up to the first line break go to `after`, the others to `next`.
  void read(Surroundings* after, Surroundings& next) {
    bool is_same_line = after != nullptr;
    while (skip_blanks(), at_ < text_.size()) {
      if (lines_ > 0) is_same_line = false;
      Comment comment{.text = take(), .blank_before = lines_ > 1, .starts_line = lines_ > 0};
      lines_ = 0;
      comment.ends_line = is_line_comment(comment.text) || (!is_same_line && line_break_follows());
      (is_same_line ? after->after : next.before).push_back(comment);
    }
    next.blank_before = lines_ > 1;
  }

 private:
  void skip_blanks() {
    for (; at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] >= '\t' && text_[at_] <= '\r')); ++at_) {
      if (text_[at_] == '\n') ++lines_;
    }
  }
  std::string_view take() {
    size_t begin = at_;
    bool is_line = is_line_comment(text_.substr(at_));
    size_t end = is_line ? text_.find('\n', at_) : text_.find("*/", at_ + 2);
    at_ = end == std::string_view::npos ? text_.size() : end + (is_line ? 0 : 2);
    return without_trailing_blanks(text_.substr(begin, at_ - begin));
  }
  bool line_break_follows() const {
    size_t next = text_.find_first_not_of(" \t\r\v\f", at_);
    return next != std::string_view::npos && text_[next] == '\n';
  }

  std::string_view text_;
  size_t at_ = 0;
  int lines_;  // Line breaks since the last comment or token.
};

void stand_alone(Comment& comment) { comment.starts_line = comment.ends_line = true; }

void move_to_front(std::vector<Comment>& from, std::vector<Comment>& to) {
  to.insert(to.begin(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

// `here` is what surrounds a comma or semicolon.
void move_behind(Surroundings& previous, Surroundings& here, Surroundings& next) {
  bool is_line_full = !here.before.empty() || (!previous.after.empty() && previous.after.back().ends_line);
  if (is_line_full) {
    std::ranges::for_each(here.after, stand_alone);
    move_to_front(here.after, next.before);
  }
  move_to_front(previous.after, here.after);
  if (!here.before.empty()) here.before.back().ends_line = true;
  move_to_front(here.before, next.before);
}

}  // namespace

void pass_on(Surroundings& dropped, Surroundings& next) {
  std::ranges::for_each(dropped.after, stand_alone);
  move_to_front(dropped.after, next.before);
  move_to_front(dropped.before, next.before);
}

std::vector<Surroundings> attach_comments(std::span<const Token> tokens, std::string_view source) {
  std::vector<Surroundings> out(tokens.size());
  uint32_t at = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    Gap(source.substr(at, tokens[i].begin - at), i == 0).read(i == 0 ? nullptr : &out[i - 1], out[i]);
    at = tokens[i].end;
    if (tokens[i].kind != TokenKind::DOT_STAR) continue;  // `t . /* all */ *` is one token.
    std::string_view inside = source.substr(tokens[i].begin + 1, tokens[i].end - tokens[i].begin - 2);
    Surroundings below;
    Gap(inside, false).read(&out[i], below);
    std::ranges::move(below.before, std::back_inserter(out[i].after));
  }
  for (size_t i = 1; i + 1 < tokens.size(); ++i) {
    bool is_end = tokens[i].kind == TokenKind::SEMICOLON && tokens[i - 1].kind != TokenKind::SEMICOLON;
    if (is_end || tokens[i].kind == TokenKind::COMMA) move_behind(out[i - 1], out[i], out[i + 1]);
  }
  return out;
}

}  // namespace sluice::grammar
