#include "planner/bind/columns_of_query.h"

#include <algorithm>

namespace sluice::planner {
Type type_in_query(const std::string& name, const RowSchema* of_query, SourceSpan span, BindSession& session) {
  if (of_query == nullptr) {
    session.report(fail(ErrorCode::UnknownType, span, "column `{}` has no type", name)
                       .hint("Write one behind the name; only CREATE TABLE .. AS takes names without types."),
                   span);
    return Type::invalid();
  }
  auto found = std::ranges::find(*of_query, name, &RowField::name);
  if (found != of_query->end()) return found->type;
  std::vector<std::string> names;
  for (const RowField& field : *of_query) names.push_back(field.name);
  session.report(
      fail(ErrorCode::UnknownColumn, span, "the query has no column `{}`", name).hint(names_hint(name, names)), span);
  return Type::invalid();
}

bool is_list_of_names(const ast::CreateTable& create, const RowSchema& of_query, BindSession& session) {
  const auto& written = create.schema.columns;
  auto is_name = [](const ast::Column& column) { return std::holds_alternative<ast::UntypedColumn>(column.kind); };
  if (std::ranges::none_of(written, is_name)) return false;
  if (written.size() != of_query.size()) {
    session.report(fail(ErrorCode::ColumnCountMismatch, create.schema.span,
                        "the list names {} columns, and the query has {}", written.size(), of_query.size())
                       .hint("Name every column of the query once, or none.")
                       .note(create.query->span, "the query is here"),
                   create.schema.span);
  }
  return true;
}

}  // namespace sluice::planner
