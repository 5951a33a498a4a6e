#pragma once
// The leaves of the AST. Every node lists its members once, in `fields`; comparing, dumping and walking are written
// over that list. Spans are not in it: two statements are equal when they mean the same text, wherever it stands.
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::ast {

// A name in the case in which it was written, without its back-ticks.
struct Identifier {
  std::string text;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("text", self.text); }
};

// A dotted name as written. What its parts mean (catalog, database, table, column, field) is the binder's to find.
struct Name {
  std::vector<Identifier> parts;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("parts", self.parts); }
};

// The value of a string literal that is part of a clause, such as a comment, a path or an option.
struct Text {
  std::string value;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("value", self.value); }
};

// 'key' = 'value' in WITH, SET and their like.
struct Option {
  Text key;
  Text value;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("key", self.key), v("value", self.value); }
};

}  // namespace sluice::ast
