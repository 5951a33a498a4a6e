#include "grammar/format/page.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace sluice::grammar {
namespace {

constexpr uint32_t kIndentation = 2;

// Characters, not bytes.
uint32_t width_of(std::string_view text) {
  return static_cast<uint32_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

void Page::text(std::string text) { items_.push_back({Kind::Text, std::move(text)}); }
void Page::space() { add(Kind::Space); }
void Page::line() { add(Kind::Line); }
void Page::soft() { add(Kind::Soft); }
void Page::hard() { add(Kind::Hard); }
void Page::new_line() { add(Kind::NewLine); }
void Page::force() { add(Kind::Force); }
void Page::indent() { add(Kind::Indent); }
void Page::dedent() { add(Kind::Dedent); }
void Page::open() { add(Kind::Open); }
void Page::close() { add(Kind::Close); }

bool Page::is_at_break() const {
  for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
    switch (item->kind) {
      case Kind::Text:
        return false;
      case Kind::Space:
      case Kind::Line:
      case Kind::Soft:
      case Kind::Hard:
      case Kind::NewLine:
        return true;
      default:
        break;
    }
  }
  return true;
}

class Page::Printer {
 public:
  Printer(const std::vector<Item>& items, uint32_t width) : items_(items), width_(width) { measure(); }

  std::string run() && {
    for (size_t i = 0; i < items_.size(); ++i) step(i);
    return std::move(out_);
  }

 private:
  static uint32_t flat_width(const Item& item) {
    if (item.kind == Kind::Text) return width_of(item.text);
    return item.kind == Kind::Space || item.kind == Kind::Line ? 1 : 0;
  }
  static bool is_forced(Kind kind) { return kind == Kind::Hard || kind == Kind::NewLine || kind == Kind::Force; }
  static bool is_break(Kind kind) { return kind == Kind::Line || kind == Kind::Soft || is_forced(kind); }

  void measure() {
    size_t count = items_.size();
    widths_.assign(count + 1, 0);
    forced_.assign(count + 1, 0);
    until_break_.assign(count + 1, 0);
    close_of_.assign(count, count);
    std::vector<size_t> open;
    for (size_t i = 0; i < count; ++i) {
      widths_[i + 1] = widths_[i] + flat_width(items_[i]);
      forced_[i + 1] = forced_[i] + (is_forced(items_[i].kind) ? 1 : 0);
      if (items_[i].kind == Kind::Open) open.push_back(i);
      if (items_[i].kind == Kind::Close) close_of_[open.back()] = i, open.pop_back();
    }
    for (size_t i = count; i-- > 0;) {
      until_break_[i] = is_break(items_[i].kind) ? 0 : until_break_[i + 1] + flat_width(items_[i]);
    }
  }

  bool fits(size_t open) const {
    size_t close = close_of_[open];
    if (forced_[close] > forced_[open]) return false;
    uint32_t begin = is_line_start_ ? line_indentation_ : column_;
    return begin + (widths_[close] - widths_[open]) + until_break_[close] <= width_;
  }

  void step(size_t i) {
    const Item& item = items_[i];
    bool is_flat = !groups_flat_.empty() && groups_flat_.back();
    switch (item.kind) {
      case Kind::Text:
        return print(item.text);
      case Kind::Line:
      case Kind::Soft:
        if (!is_flat) return break_line();
        if (item.kind == Kind::Soft) return;
        [[fallthrough]];
      case Kind::Space:
        if (!is_line_start_) ++blanks_, ++column_;
        return;
      case Kind::Hard:
        return break_line();
      case Kind::NewLine:
        must_break_ = true;
        return;
      case Kind::Force:
        return;
      case Kind::Indent:
        indentation_ += kIndentation;
        return;
      case Kind::Dedent:
        indentation_ -= kIndentation;
        return;
      case Kind::Open:
        groups_flat_.push_back(is_flat || fits(i));
        return;
      case Kind::Close:
        groups_flat_.pop_back();
        return;
    }
  }

  void break_line() {
    if (!is_line_start_) out_ += '\n';
    is_line_start_ = true;
    must_break_ = false;
    blanks_ = 0;
    line_indentation_ = indentation_;
  }

  void print(const std::string& text) {
    if (must_break_) break_line();
    if (is_line_start_) out_.append(line_indentation_, ' '), column_ = line_indentation_;
    out_.append(std::exchange(blanks_, 0), ' ');
    is_line_start_ = false;
    out_ += text;
    size_t line = text.rfind('\n');  // In a string or a comment.
    column_ = line == std::string::npos ? column_ + width_of(text) : width_of(std::string_view(text).substr(line + 1));
  }

  const std::vector<Item>& items_;
  uint32_t width_;
  std::vector<uint32_t> widths_, forced_, until_break_;  // Of the items before; from an item to the next break.
  std::vector<size_t> close_of_;
  std::vector<bool> groups_flat_;
  std::string out_;
  uint32_t column_ = 0, indentation_ = 0;
  uint32_t blanks_ = 0;            // Before the next text of the line.
  uint32_t line_indentation_ = 0;  // When the line began: what is indented within it does not move it.
  bool is_line_start_ = false, must_break_ = false;  // What stands in front of the page is not ours.
};

std::string Page::print(uint32_t width) const { return Printer(items_, width).run(); }

}  // namespace sluice::grammar
