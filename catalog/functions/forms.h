#pragma once
// Calls that are no rows of the function table: conditional expressions, forms of words, functions over windows. The
// binder gives them their meaning; what people are told of them stands here.
#include <string_view>
#include <vector>

#include "catalog/functions/function_decl.h"

namespace sluice {

struct FormDecl {
  enum class Kind : uint8_t {
    Scalar,
    Ranking,  // Only OVER a window.
    Window,   // Groups of rows by time.
    Table,    // Only in FROM.
  };
  std::string_view name;   // Upper case.
  std::string_view usage;  // "COALESCE(value, ..)"
  std::string_view summary;
  Example example;  // Without a result where it needs a table.
  Kind kind = Kind::Scalar;

  bool is_word() const { return name.find_first_of(" []().") == std::string_view::npos; }  // Can be asked for by name.
};

const std::vector<FormDecl>& form_table();
// By name in any letter case; null when there is none.
const FormDecl* find_form(std::string_view name);

// Where a function comes from that Flink 2.2 does not have: "Flink 2.3", or "Sluice"; empty for all others.
std::string_view origin_of(std::string_view name);

// Of an aggregate that runs: a query, and the value of its last row.
const Example* example_of_aggregate(std::string_view name);

}  // namespace sluice
