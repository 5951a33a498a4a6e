#include "grammar/ast/printer.h"

namespace sluice::ast {
namespace {

std::string print_bound(const FrameBound& bound) {
  switch (bound.kind) {
    case FrameBoundKind::UnboundedPreceding:
      return "UNBOUNDED PRECEDING";
    case FrameBoundKind::Preceding:
      return print(*bound.offset) + " PRECEDING";
    case FrameBoundKind::CurrentRow:
      return "CURRENT ROW";
    case FrameBoundKind::Following:
      return print(*bound.offset) + " FOLLOWING";
    case FrameBoundKind::UnboundedFollowing:
      return "UNBOUNDED FOLLOWING";
  }
  return {};
}

std::string print_frame(const WindowFrame& frame) {
  std::string_view unit = frame.unit == FrameUnit::Rows ? "ROWS" : "RANGE";
  if (!frame.end) return fmt::format("{} {}", unit, print_bound(frame.begin));
  return fmt::format("{} BETWEEN {} AND {}", unit, print_bound(frame.begin), print_bound(*frame.end));
}

std::string print_hint(const Hint& hint) {
  if (hint.args.empty()) return print(hint.name);
  auto value = [](const Text& text, bool is_quoted) { return is_quoted ? quoted(text.value) : text.value; };
  return print(hint.name) + "(" +
         joined(hint.args, ", ",
                [&](const HintArgument& arg) {
                  std::string key = arg.key ? value(*arg.key, arg.key_quoted) + " = " : "";
                  return key + value(arg.value, arg.quoted);
                }) +
         ")";
}

std::string print_item(const SelectItem& item) {
  return print(*item.expr) + (item.alias ? " AS " + print(*item.alias) : "");
}

// (a, b) in GROUPING SETS, ROLLUP and CUBE is no row.
std::string print_part(const ExprPtr& part) {
  auto* row = std::get_if<Call>(&part->kind);
  return row && row->form == CallForm::Row ? fmt::format("({})", print(row->args)) : print(*part);
}
std::string print_parts(const std::vector<ExprPtr>& parts) { return joined(parts, ", ", print_part); }

std::string print_grouping(const GroupingElement& element) {
  return match(
      element.kind, [](const ExprPtr& expr) { return print_part(expr); },
      [](const EmptyGrouping&) { return std::string("()"); },
      [](const GroupingSets& sets) {
        return fmt::format("GROUPING SETS({})", joined(sets.elements, ", ", print_grouping));
      },
      [](const Rollup& rollup) { return fmt::format("ROLLUP({})", print_parts(rollup.parts)); },
      [](const Cube& cube) { return fmt::format("CUBE({})", print_parts(cube.parts)); });
}

std::string print_quantifier(SetQuantifier quantifier) {
  switch (quantifier) {
    case SetQuantifier::None:
      return "";
    case SetQuantifier::All:
      return "ALL ";
    case SetQuantifier::Distinct:
      return "DISTINCT ";
  }
  return {};
}

std::string print_select(const Select& select) {
  std::string hints = print(select.hints);
  std::string out =
      fmt::format("SELECT{} {}{}", hints, print_quantifier(select.quantifier), joined(select.items, ", ", print_item));
  if (select.from) out += "\nFROM " + print(*select.from);
  if (select.where) out += "\nWHERE " + print(*select.where);
  if (select.group_by) {
    out += fmt::format("\nGROUP BY {}{}", print_quantifier(select.group_by->quantifier),
                       joined(select.group_by->elements, ", ", print_grouping));
  }
  if (select.having) out += "\nHAVING " + print(*select.having);
  if (!select.windows.empty()) {
    out += "\nWINDOW " + joined(select.windows, ", ", [](const NamedWindow& window) {
             return print(window.name) + " AS " + print(window.spec);
           });
  }
  if (select.qualify) out += "\nQUALIFY " + print(*select.qualify);
  return out;
}

bool has_clauses(const Query& query) {
  return !query.with.empty() || !query.order_by.empty() || query.offset || query.limit;
}

int binding_of(const Query& query) {
  auto* operation = std::get_if<SetOperation>(&query.body);
  if (!operation) return 3;
  return operation->op == SetOperator::Intersect ? 2 : 1;
}

// An operand of a set operation, in parentheses where it would be read as something else without.
std::string print_operand(const Query& query, int binding_min) {
  bool bare = !has_clauses(query) && binding_of(query) >= binding_min;
  return bare ? print(query) : fmt::format("({})", print(query));
}

std::string print_operation(const SetOperation& operation, int binding) {
  constexpr std::string_view kWords[] = {"UNION", "INTERSECT", "EXCEPT"};
  return fmt::format("{}\n{}{}\n{}", print_operand(*operation.left, binding), kWords[static_cast<size_t>(operation.op)],
                     operation.all ? " ALL" : "", print_operand(*operation.right, binding + 1));
}

std::string print_with_item(const WithItem& item) {
  std::string columns = item.columns.empty() ? "" : " " + print(item.columns);
  return fmt::format("{}{} AS ({})", print(item.name), columns, print(*item.query));
}

}  // namespace

std::string print(const OrderItem& item) {
  std::string out = print(*item.expr);
  if (item.direction == SortDirection::Ascending) out += " ASC";
  if (item.direction == SortDirection::Descending) out += " DESC";
  if (item.nulls == NullOrder::First) out += " NULLS FIRST";
  if (item.nulls == NullOrder::Last) out += " NULLS LAST";
  return out;
}
std::string print(const std::vector<OrderItem>& items) {
  return joined(items, ", ", [](const OrderItem& item) { return print(item); });
}

std::string print(const WindowSpec& window) {
  std::vector<std::string> parts;
  if (window.base) parts.push_back(print(*window.base));
  if (!window.partition_by.empty()) parts.push_back("PARTITION BY " + print(window.partition_by));
  if (!window.order_by.empty()) parts.push_back("ORDER BY " + print(window.order_by));
  if (window.frame) parts.push_back(print_frame(*window.frame));
  return fmt::format("({})", fmt::join(parts, " "));
}

std::string print(const std::vector<Hint>& hints) {
  if (hints.empty()) return {};
  return fmt::format(" /*+ {} */", joined(hints, ", ", print_hint));
}

std::string print(const Query& query) {
  std::string out;
  if (!query.with.empty()) {
    out += fmt::format("WITH {}{}\n", query.recursive ? "RECURSIVE " : "", joined(query.with, ",\n", print_with_item));
  }
  out += match(
      query.body, [](const Select& select) { return print_select(select); },
      [](const Values& values) {
        return "VALUES " + joined(values.rows, ",\n", [](const ExprPtr& row) { return print(*row); });
      },
      [](const ExplicitTable& table) { return "TABLE " + print(table.name); },
      [&](const SetOperation& operation) { return print_operation(operation, binding_of(query)); },
      [](const NestedQuery& nested) { return fmt::format("({})", print(*nested.query)); });
  if (!query.order_by.empty()) out += "\nORDER BY " + print(query.order_by);
  if (query.offset) out += fmt::format("\nOFFSET {} ROWS", print(*query.offset));
  if (query.limit) out += fmt::format("\nFETCH NEXT {} ROWS ONLY", print(*query.limit));
  return out;
}

}  // namespace sluice::ast
