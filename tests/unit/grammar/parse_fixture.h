#pragma once
// What the parser's tests share: parsing a text that must or must not be right.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "grammar/ast/dump.h"
#include "grammar/ast/print.h"
#include "grammar/parser.h"

namespace sluice {

inline ast::Script parse_script(std::string_view sql) {
  SourceText source("test.sql", sql);
  Diagnostics diagnostics;
  ast::Script script = grammar::parse(source, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << sql << "\n" << diagnostics.render(source);
  return script;
}

inline std::string print_script(const ast::Script& script) {
  std::string out;
  for (const ast::Statement& statement : script.statements) out += ast::print(statement) + ";\n";
  return out;
}

inline std::string print_expression(std::string_view sql) {
  SourceText source("test.sql", sql);
  Diagnostics diagnostics;
  ast::ExprPtr expr = grammar::parse_expression(source, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << sql << "\n" << diagnostics.render(source);
  return expr ? ast::print(*expr) : "";
}

// "1001 1:20 hint", one line per error: the code and the place, and the hint where the test names it.
inline std::string errors_of(std::string_view sql, bool with_hints = false) {
  SourceText source("test.sql", sql);
  Diagnostics diagnostics;
  grammar::parse(source, diagnostics);
  std::string out;
  for (const Error& error : diagnostics.errors()) {
    Position at = source.position(error.span->begin);
    out += (out.empty() ? "" : "\n") + fmt::format("{} {}:{}", static_cast<int>(error.code), at.line, at.column);
    if (with_hints && !error.hint.empty()) out += " " + error.hint;
  }
  return out;
}

}  // namespace sluice
