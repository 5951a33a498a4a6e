#pragma once
// What the files that print share.
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "grammar/ast/print.h"

namespace sluice::ast {

// One function for each alternative of a variant; a kind that is forgotten does not compile.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class Variant, class... Functions>
decltype(auto) match(const Variant& variant, Functions... functions) {
  return std::visit(Overloaded<Functions...>{functions...}, variant);
}

template <class List, class Function>
std::string joined(const List& list, std::string_view separator, Function function) {
  std::string out;
  for (const auto& element : list) {
    if (&element != &*list.begin()) out += separator;
    out += function(element);
  }
  return out;
}

std::string quoted(std::string_view text);                      // 'it''s'
std::string print(const Identifier& identifier);                // `a``b`
std::string print(const std::vector<Identifier>& identifiers);  // (`a`, `b`)
std::string print(const Text& text);
std::string print(const std::vector<ExprPtr>& exprs);  // Separated by commas.
std::string print(const OrderItem& item);
std::string print(const std::vector<OrderItem>& items);
std::string print(const WindowSpec& window);
std::string print(const IntervalRange& range);
std::string print(const std::vector<Hint>& hints);  // With a blank before it, or empty.
std::string print(const Option& option);
std::string print_with(const std::vector<Option>& options);      // "\nWITH (..)", or empty.
std::string print_lines(const std::vector<std::string>& lines);  // "(\n  line,\n  line\n)"
std::string print(const TableSchema& schema);
std::string print(const Column& column);
std::string print(const Distribution& distribution);
std::string print(const PartitionSpec& partition);
std::string print(const TableRef& table);

// statement kinds
std::string print(const CreateTable& create);
std::string print(const CreateView& create);
std::string print(const CreateMaterializedTable& create);
std::string print(const CreateNamespace& create);
std::string print(const DefineFunction& define);
std::string print(const CreateModel& create);
std::string print(const CreateConnection& create);
std::string print(const Alter& alter);
std::string print(const Drop& drop);
std::string print(const Insert& insert);

}  // namespace sluice::ast
