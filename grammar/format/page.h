#pragma once
// Words and places where a line may break -> lines. A group is printed on one line if it fits, else all of its own
// breaks are line breaks; the groups inside decide for themselves.
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::grammar {

class Page {
 public:
  void text(std::string text);
  void space();
  void line();      // A blank, or a line break.
  void soft();      // Nothing, or a line break.
  void hard();      // A line break; so the groups around it do not fit.
  void new_line();  // What follows stands on a line of its own; so the groups around it do not fit.
  void force();     // The groups around it do not fit.
  void indent();
  void dedent();
  void open();  // A group.
  void close();

  // Whether the next word needs no blank before it.
  bool is_at_break() const;
  std::string print(uint32_t width) const;

 private:
  enum class Kind : uint8_t { Text, Space, Line, Soft, Hard, NewLine, Force, Indent, Dedent, Open, Close };
  struct Item {
    Kind kind;
    std::string text;
  };
  class Printer;

  void add(Kind kind) { items_.push_back({kind, {}}); }

  std::vector<Item> items_;
};

}  // namespace sluice::grammar
