// ORDER BY, LIMIT and OFFSET.
#include <charconv>

#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

SourceSpan span_of(const std::vector<ast::OrderItem>& items) {
  return {items.front().span.begin, items.back().span.end};
}

std::optional<uint64_t> count_of(const ast::ExprPtr& expr, BindSession& session) {
  auto* number = std::get_if<ast::NumberLiteral>(&expr->kind);
  uint64_t count = 0;
  const char* end = number == nullptr ? nullptr : number->digits.data() + number->digits.size();
  auto read = number == nullptr ? std::from_chars_result{} : std::from_chars(number->digits.data(), end, count);
  if (number != nullptr && read.ec == std::errc() && read.ptr == end) return count;
  session.report(fail(ErrorCode::BadLimit, expr->span, "`{}` is no number of rows", session.text(expr->span))
                     .hint("Write a whole number that is not negative, such as 10."),
                 expr->span);
  return {};
}

}  // namespace

Sort::Key sort_key(uint32_t column, const ast::OrderItem& item) {
  bool descending = item.direction == ast::SortDirection::Descending;
  // NULL is less than everything.
  bool nulls_last = item.nulls == ast::NullOrder::Default ? descending : item.nulls == ast::NullOrder::Last;
  return {column, descending, nulls_last};
}

Plan sort_rows(Plan plan, std::vector<Sort::Key> keys, const ast::Query& query, bool is_inner, BindSession& session) {
  SourceSpan span = !query.order_by.empty() ? span_of(query.order_by)
                    : query.limit           ? query.limit->span
                    : query.offset          ? query.offset->span
                                            : query.span;
  Sort sort{.input = plan, .keys = std::move(keys), .span = session.place.value_or(span)};
  if (query.limit) {
    sort.limit = count_of(query.limit, session);
    if (!sort.limit) return plan;
  }
  if (query.offset) {
    auto offset = count_of(query.offset, session);
    if (!offset) return plan;
    sort.offset = *offset;
  }
  if (!query.limit && query.offset) {
    session.report(fail(ErrorCode::BadLimit, query.offset->span, "OFFSET needs a LIMIT")
                       .hint("Rows of a stream have no end that could be skipped to: say how many are wanted."),
                   query.offset->span);
    return plan;
  }
  if (!query.limit && (sort.keys.empty() || is_inner)) return plan;
  bool sorts_all = !query.limit && !is_temporal(sort);
  if (sorts_all && session.settings.get("table.exec.sort.non-temporal.enabled") != "true") {
    session.report(
        fail(ErrorCode::BadOrdering, sort.span, "a stream is sorted by a time attribute, ascending, first of all")
            .hint("Order by a column with a WATERMARK or by PROCTIME(), or add a LIMIT."),
        sort.span);
    return plan;
  }
  if (sort.limit == 0) return make(Values{plan->schema, {}});
  return make(std::move(sort));
}

BoundQuery QueryBinder::order_query(BoundQuery bound, const ast::Query& query, bool is_inner) {
  Scope scope;
  scope.relations.push_back({.columns = bound.plan->schema, .times = bound.plan->times, .open = bound.open});
  ExprBinder binder(scope, session_);
  binder.clause = "ORDER BY";
  std::vector<Sort::Key> keys;
  Project wider{bound.plan, {}, {}};
  for (uint32_t i = 0; i < bound.plan->schema.size(); ++i) {
    wider.exprs.push_back(column(i, bound.plan->schema[i].type));
    wider.names.push_back(bound.plan->schema[i].name);
  }
  size_t width = wider.exprs.size();
  for (const ast::OrderItem& item : query.order_by) {
    auto place = column_by_number(*item.expr, width, session_);
    Expr key = place ? wider.exprs[*place] : binder.bind_value(*item.expr);
    if (key.type.is_invalid()) bound.open = true;
    auto known = std::ranges::find(wider.exprs, key);
    keys.push_back(sort_key(static_cast<uint32_t>(known - wider.exprs.begin()), item));
    if (known != wider.exprs.end()) continue;
    wider.names.push_back(fmt::format("$o{}", wider.names.size()));
    wider.exprs.push_back(std::move(key));
  }
  if (bound.open) return bound;
  bool is_wider = wider.exprs.size() > width;
  Plan sorted = sort_rows(is_wider ? make(std::move(wider)) : bound.plan, std::move(keys), query, is_inner, session_);
  return {is_wider ? first_columns(sorted, width) : sorted, false};
}

// ORDER BY 2: the second column. Other numbers order nothing.
std::optional<uint32_t> column_by_number(const ast::Expr& expr, size_t count, BindSession& session) {
  auto* number = std::get_if<ast::NumberLiteral>(&expr.kind);
  if (number == nullptr || number->digits.find_first_not_of("0123456789") != std::string::npos) return {};
  uint32_t place = 0;
  std::from_chars(number->digits.data(), number->digits.data() + number->digits.size(), place);
  if (place >= 1 && place <= count) return place - 1;
  session.report(fail(ErrorCode::UnknownColumn, expr.span, "ORDER BY {} names a column by its place, and there are {}",
                      number->digits, count)
                     .hint("Write the place of a column of the select list, or its name."),
                 expr.span);
  return {};
}

Plan first_columns(const Plan& plan, size_t count) {
  Project project{plan, {}, {}};
  for (uint32_t i = 0; i < count; ++i) {
    project.exprs.push_back(column(i, plan->schema[i].type));
    project.names.push_back(plan->schema[i].name);
  }
  return make(std::move(project));
}

}  // namespace sluice::planner
