// WITH, set operations, VALUES, ORDER BY.
#include <algorithm>
#include <cctype>

#include "catalog/expr/interpreter.h"
#include "planner/bind/query_binder.h"
#include "planner/bind/type_reasons.h"

namespace sluice::planner {

namespace {

void rename_with(BoundQuery& bound, const std::vector<ast::Identifier>& columns, SourceSpan span,
                 BindSession& session) {
  if (columns.empty() || bound.open) return;
  if (columns.size() != bound.plan->schema.size()) {
    std::string names;
    for (const RowField& column : bound.plan->schema) names += (names.empty() ? "" : ", ") + column.name;
    session.report(fail(ErrorCode::ColumnCountMismatch, span, "{} column names for a query of {} columns",
                        columns.size(), bound.plan->schema.size())
                       .hint(fmt::format("The query has ({}).", names)),
                   span);
    bound.open = true;
    return;
  }
  std::vector<std::string> names;
  for (const ast::Identifier& column : columns) names.push_back(column.text);
  bound.plan = rename_columns(bound.plan, names);
}

const std::vector<ast::ExprPtr>* parts_of(const ast::Expr& row) {
  auto* call = std::get_if<ast::Call>(&row.kind);
  return call != nullptr && call->lookup == "ROW" ? &call->args : nullptr;
}

Plan one_row() { return make(Values{{}, {ValueList{}}}); }

// Instants depend on the session's time zone, which is not at hand here.
bool mentions_instant(const Expr& expr) {
  return expr.type.is(TypeRoot::TimestampLtz) || std::ranges::any_of(expr.args, mentions_instant);
}

// Rows of literals become Values; others are projections of one row each, side by side.
Plan plan_rows(std::vector<std::vector<Expr>> rows, const std::vector<Type>& types) {
  std::vector<std::string> names;
  RowSchema columns;
  for (size_t i = 0; i < types.size(); ++i) {
    names.push_back(fmt::format("EXPR${}", i));
    columns.push_back({names.back(), types[i]});
  }
  SessionContext session;
  bool constant = true;
  for (auto& row : rows) {
    for (Expr& cell : row) {
      if (cell.as<Literal>() != nullptr) continue;
      if (!is_foldable(cell) || mentions_instant(cell)) {
        constant = false;
        continue;
      }
      auto value = fold(cell, session);
      if (value) {
        cell = Expr{Literal{*std::move(value)}, cell.type, {}, cell.span};
      } else {
        constant = false;
      }
    }
  }
  if (constant) {
    Values values{std::move(columns), {}};
    for (const auto& row : rows) {
      ValueList cells;
      for (const Expr& cell : row) cells.push_back(cell.as<Literal>()->value);
      values.rows.push_back(std::move(cells));
    }
    return make(std::move(values));
  }
  std::vector<Plan> inputs;
  for (auto& row : rows) inputs.push_back(make(Project{one_row(), std::move(row), names}));
  return inputs.size() == 1 ? inputs[0] : make(Union{std::move(inputs)});
}

// Whether the text of a query of WITH holds its own name.
bool names_itself(const ast::WithItem& item, const BindSession& session) {
  std::string text = session.text(item.query->span);
  auto is_part = [](char c) { return c == '_' || (c & 0x80) != 0 || std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (size_t at = text.find(item.name.text); at != std::string::npos; at = text.find(item.name.text, at + 1)) {
    size_t end = at + item.name.text.size();
    if ((at == 0 || !is_part(text[at - 1])) && (end == text.size() || !is_part(text[end]))) return true;
  }
  return false;
}

}  // namespace

const BoundQuery* WithScope::find(const std::string& name) const {
  if (auto found = queries.find(name); found != queries.end()) return &found->second;
  return outer == nullptr ? nullptr : outer->find(name);
}

BoundQuery QueryBinder::bind(const ast::Query& query) {
  if (session_.is_too_large) return broken_query();
  BoundQuery bound = bind_whole(query);
  if (bound.plan->tree_nodes <= kTreeNodesMax || session_.is_too_large) return bound;
  session_.is_too_large = true;
  SourceSpan span = session_.place.value_or(query.span);
  session_.report(
      fail(ErrorCode::StatementTooLarge, span, "the query stands for more than {} operations", kTreeNodesMax)
          .hint("Every use of a view or of a query of WITH counts: write one of them into a table."),
      span);
  return broken_query();
}

BoundQuery QueryBinder::bind_whole(const ast::Query& query) {
  WithScope scope{with_, {}};
  for (const ast::WithItem& item : query.with) {
    if (!query.recursive || !names_itself(item, session_)) continue;
    session_.report(fail(ErrorCode::NotInStreaming, query.span, "WITH RECURSIVE does not run on streams")
                        .hint("Write as many steps as there can be, with UNION ALL."),
                    query.span);
    scope.queries.insert_or_assign(item.name.text, broken_query());
  }
  for (const ast::WithItem& item : query.with) {
    BoundQuery bound = QueryBinder(session_, &scope, outer_).bind(*item.query);
    SourceSpan columns =
        item.columns.empty() ? item.span : SourceSpan{item.columns.front().span.begin, item.columns.back().span.end};
    rename_with(bound, item.columns, columns, session_);
    scope.queries.insert_or_assign(item.name.text, std::move(bound));
  }
  QueryBinder inner(session_, query.with.empty() ? with_ : &scope, outer_);
  return std::visit(
      [&]<class B>(const B& body) {
        if constexpr (std::is_same_v<B, ast::Select>) {
          return inner.bind_select(body, query, is_inner_);
        } else {
          return inner.order_query(inner.bind_body(body, query.span), query, is_inner_);
        }
      },
      query.body);
}

BoundQuery QueryBinder::bind_outermost(const ast::Query& query) {
  is_inner_ = false;
  return bind(query);
}

BoundQuery QueryBinder::bind_body(const ast::ExplicitTable& table, SourceSpan span) {
  std::vector<std::string> path;
  return bind_named(table.name, {}, span, path);
}

BoundQuery QueryBinder::bind_body(const ast::NestedQuery& nested, SourceSpan) { return bind(*nested.query); }

BoundQuery QueryBinder::bind_body(const ast::Values& values, SourceSpan span) {
  Scope nothing;
  ExprBinder binder(nothing, session_);
  binder.clause = "VALUES";
  std::vector<std::vector<Expr>> rows;
  bool valid = true;
  for (const ast::ExprPtr& row : values.rows) {
    std::vector<Expr> cells;
    if (const auto* parts = parts_of(*row)) {
      for (const ast::ExprPtr& part : *parts) cells.push_back(binder.bind_value(*part));
    } else {
      cells.push_back(binder.bind_value(*row));
    }
    for (const Expr& cell : cells) valid &= !cell.type.is_invalid();
    if (!rows.empty() && rows[0].size() != cells.size()) {
      session_.report(fail(ErrorCode::BadValues, row->span, "this row of VALUES has {} columns, and the first one {}",
                           cells.size(), rows[0].size())
                          .hint("Give every row the same columns; a missing value is NULL.")
                          .note(values.rows[0]->span, fmt::format("the first row has {} columns", rows[0].size())),
                      row->span);
      valid = false;
      continue;
    }
    rows.push_back(std::move(cells));
  }
  if (!valid || rows.empty()) return broken_query();
  std::vector<Type> types;
  for (size_t i = 0; i < rows[0].size(); ++i) {
    std::vector<Type> cells;
    std::vector<const Expr*> sides;
    for (const auto& row : rows) {
      cells.push_back(row[i].type);
      sides.push_back(&row[i]);
    }
    auto common = least_restrictive(cells);
    if (!common) {
      session_.report(no_common_type(sides, span, fmt::format("the values of column {}", i + 1)), span);
      valid = false;
      continue;
    }
    types.push_back(*common);
    for (auto& row : rows) {
      SourceSpan cell = row[i].span;
      row[i] = cast_or_report(std::move(row[i]), *common, cell, session_);
    }
  }
  if (!valid) return broken_query();
  return {plan_rows(std::move(rows), types), false};
}

}  // namespace sluice::planner
