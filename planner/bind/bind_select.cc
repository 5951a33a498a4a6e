// SELECT: items, WHERE, GROUP BY, HAVING, QUALIFY, DISTINCT.
#include <algorithm>

#include <fmt/ranges.h>

#include "planner/bind/bind_group_by.h"
#include "planner/bind/query_binder.h"
#include "planner/bind/subquery.h"
#include "planner/plan/join_keys.h"

namespace sluice::planner {

constexpr size_t kColumnsMax = 10'000;  // Of a select list, with what its stars stand for.

class SelectBinder {
 public:
  SelectBinder(QueryBinder& queries, BindSession& session, const ast::Select& select, const ast::Query& query,
               bool is_inner)
      : queries_(queries),
        session_(session),
        select_(select),
        query_(query),
        is_inner_(is_inner),
        span_(session.place.value_or(query.span)),
        from_{make(Values{}), {}} {}

  BoundQuery bind() {
    bind_from();
    if (valid_) {
      HintedPlan hinted = bind_hints(select_.hints, from_.plan, from_.scope, session_);
      from_.plan = std::move(hinted.plan);
      ttl_ms_ = hinted.ttl_ms;
    }
    bool grouped = select_.group_by.has_value() || select_.having || any_aggregate();
    Plan plan = grouped ? bind_grouped() : bind_plain();
    if (!valid_) return {plan, true};
    if (select_.quantifier == ast::SetQuantifier::Distinct) plan = distinct_rows(plan, span_, session_);
    plan = sort_rows(std::move(plan), std::move(order_), query_, is_inner_, session_);
    return {plan->schema.size() > width_ ? first_columns(plan, width_) : plan, false};
  }

 private:
  void bind_from() {
    if (select_.from) {
      from_ = queries_.bind_from(*select_.from);
    } else {
      from_.plan = make(Values{{}, {ValueList{}}});
    }
    from_.scope.outer = queries_.outer_;
    for (const ast::SelectItem& item : select_.items) {
      if (item.alias) from_.scope.aliases_behind.push_back(item.alias->text);
    }
    from_.scope.number = ++session_.scopes;
    valid_ = !from_.scope.is_open();
    if (!select_.where) return;
    ExprBinder binder(from_.scope, session_);
    binder.clause = "WHERE";
    binder.queries = &queries_;
    Expr predicate = binder.bind_condition(*select_.where, "WHERE");
    valid_ &= !predicate.type.is_invalid();
    if (valid_) from_.plan = filtered(from_.plan, predicate);
  }

  // Conditions that need no other query come first.
  Plan filtered(Plan plan, const Expr& predicate) {
    if (!has_subquery(predicate)) return filter_from(std::move(plan), predicate, session_);
    size_t width = plan->schema.size();
    std::vector<Expr> plain, others;
    for (Expr& condition : operands_of_and(predicate)) {
      (has_subquery(condition) ? others : plain).push_back(std::move(condition));
    }
    SourceSpan span = predicate.span;
    if (!plain.empty()) plan = filter_from(plan, make_logic(Form::And, std::move(plain), span), session_);
    size_t errors_before = session_.diagnostics->count();
    SubqueryJoins joins(std::move(plan), session_);
    for (const Expr& condition : others) joins.filter(condition);
    valid_ &= session_.diagnostics->count() == errors_before;
    return joins.plan()->schema.size() > width ? first_columns(joins.plan(), width) : joins.plan();
  }

  // Subqueries of the items become columns behind the plan's.
  Plan with_subqueries(Plan plan, std::vector<StarColumn>& items) {
    auto has = [](const StarColumn& item) { return has_subquery(item.expr); };
    if (!valid_ || std::ranges::none_of(items, has)) return plan;
    SubqueryJoins joins(std::move(plan), session_);
    for (StarColumn& item : items) {
      item.expr = joins.value(item.expr);
      valid_ &= !item.expr.type.is_invalid();
    }
    return joins.plan();
  }

  bool any_aggregate() const {
    auto has = [](const auto& item) { return has_aggregate(*item.expr); };
    return std::ranges::any_of(select_.items, has) || std::ranges::any_of(query_.order_by, has);
  }

  // The select list, and behind it what only ORDER BY needs.
  std::vector<StarColumn> bind_items(ExprBinder& binder) {
    std::vector<StarColumn> items = bind_list(binder);
    width_ = items.size();
    add_order(binder, items);
    return items;
  }

  // Names of items go before columns of FROM.
  void add_order(ExprBinder& binder, std::vector<StarColumn>& items) {
    const std::vector<StarColumn> listed = items;
    auto* outer = std::exchange(binder.aliases, &listed);
    binder.prefers_aliases = true;
    for (const ast::OrderItem& order : query_.order_by) {
      if (is_unread(*order.expr) || list_is_unread()) {
        valid_ = false;
        continue;
      }
      auto place = column_by_number(*order.expr, listed.size(), session_);
      Expr key = place ? listed[*place].expr : binder.bind_value(*order.expr);
      valid_ &= !key.type.is_invalid();
      auto known = std::ranges::find(items, key, &StarColumn::expr);
      order_.push_back(sort_key(static_cast<uint32_t>(known - items.begin()), order));
      if (known != items.end()) continue;
      if (select_.quantifier == ast::SetQuantifier::Distinct && !key.type.is_invalid()) {
        session_.report(
            fail(ErrorCode::NotGrouped, order.span, "`{}` is not in the select list of DISTINCT",
                 session_.text(order.expr->span))
                .hint("Several rows of it are one row of the result: add it to the select list, or order by "
                      "what stands there."),
            order.span);
        valid_ = false;
      }
      items.push_back({fmt::format("$o{}", items.size()), std::move(key)});
    }
    binder.aliases = outer;
    binder.prefers_aliases = false;
  }

  // The text of a clause with a syntax error, which is reported.
  bool is_unread(const ast::Expr& expr) const {
    return std::holds_alternative<ast::Parameter>(expr.kind) && session_.text(expr.span) != "?";
  }
  // Names that it gives are not known then.
  bool list_is_unread() const { return select_.items.size() == 1 && is_unread(*select_.items[0].expr); }

  // The select list with stars expanded and names given.
  std::vector<StarColumn> bind_list(ExprBinder& binder) {
    std::vector<StarColumn> out;
    for (const ast::SelectItem& item : select_.items) {
      if (auto* star = std::get_if<ast::Star>(&item.expr->kind)) {
        if (!select_.from) {
          session_.report(
              fail(ErrorCode::UnknownColumn, item.span, "`*` stands for the columns of FROM, and there is none")
                  .hint("Write FROM and a table behind it."),
              item.span);
        }
        size_t before = out.size();
        for (StarColumn& column : expand_star(star->qualifier, item.span, from_.scope, session_)) {
          if (session_.place) column.expr.span = *session_.place;
          out.push_back(std::move(column));
        }
        if (out.size() == before) valid_ = false;
        if (out.size() > kColumnsMax) {
          session_.error(ErrorCode::StatementTooLarge, item.span, "the select list has more than {} columns",
                         kColumnsMax);
          valid_ = false;
          break;
        }
        continue;
      }
      std::string name = item.alias ? item.alias->text : derived_name(*item.expr);
      if (name.empty()) name = fmt::format("EXPR${}", out.size());
      out.push_back({std::move(name), binder.bind_value(*item.expr)});
      valid_ &= !out.back().expr.type.is_invalid();
    }
    return out;
  }

  Plan project(Plan input, const std::vector<StarColumn>& items) {
    Project project{std::move(input), {}, {}};
    for (const StarColumn& item : items) {
      project.exprs.push_back(item.expr);
      project.names.push_back(item.name);
    }
    return make(std::move(project));
  }

  // What the outer query may know of a SELECT with errors: its names.
  Plan placeholder(const std::vector<StarColumn>& items) {
    Values values;
    for (size_t i = 0; i < width_; ++i) values.columns.push_back({items[i].name, items[i].expr.type});
    return make(std::move(values));
  }

  Plan bind_plain() {
    OverCalls overs;
    ExprBinder binder(from_.scope, session_);
    binder.clause = "a SELECT without GROUP BY";
    binder.overs = &overs;
    binder.windows = &select_.windows;
    binder.queries = &queries_;
    std::vector<StarColumn> items = bind_items(binder);
    from_.plan = with_subqueries(from_.plan, items);
    std::optional<Expr> qualify = bind_qualify(binder, items);
    if (!valid_) return placeholder(items);
    return finish(from_.plan, overs, std::move(items), std::move(qualify));
  }

  std::optional<Expr> bind_qualify(ExprBinder& binder, const std::vector<StarColumn>& items) {
    if (!select_.qualify || list_is_unread()) return {};
    binder.clause = "QUALIFY";
    const std::vector<StarColumn> listed(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(width_));
    binder.aliases = &listed;
    Expr qualify = binder.bind_condition(*select_.qualify, "QUALIFY");
    binder.aliases = nullptr;
    valid_ &= !qualify.type.is_invalid();
    return qualify;
  }

  // The items over `input`, with QUALIFY and calls OVER windows between.
  Plan finish(Plan input, const OverCalls& overs, std::vector<StarColumn> items, std::optional<Expr> qualify) {
    if (!overs.items.empty()) {
      OverPlan over = plan_over(input, overs, session_);
      for (StarColumn& item : items) item.expr = item_over(item.expr, over);
      if (qualify) qualify = with_results(*qualify, over);
      input = std::move(over.plan);
    }
    if (qualify) input = make_filter(std::move(input), std::move(*qualify), session_);
    return project(std::move(input), items);
  }

  // ---- With GROUP BY or aggregates

  Plan bind_grouped() {
    bind_keys();
    AggregateCalls calls{.has_keys = !grouping_.keys.empty() || group_window_};
    OverCalls overs;
    ExprBinder binder(from_.scope, session_);
    binder.aggregates = &calls;
    binder.overs = &overs;
    binder.windows = &select_.windows;
    binder.queries = &queries_;
    binder.group_window = group_window_ ? &*group_window_ : nullptr;
    std::vector<StarColumn> items = bind_items(binder);
    std::optional<Expr> having;
    if (select_.having) {
      having = binder.bind_condition(*select_.having, "HAVING");
      valid_ &= !having->type.is_invalid();
    }
    std::optional<Expr> qualify = bind_qualify(binder, items);
    results_ = first_result() + calls.items.size();
    std::vector<StarColumn> bound = items;
    for (StarColumn& item : items) item.expr = regrouped(item.expr);
    if (having) having = regrouped(*having);
    if (qualify) qualify = regrouped(*qualify);
    for (OverCalls::Window& window : overs.windows) {
      for (Expr& key : window.partition_by) key = regrouped(key);
      for (OverCalls::Order& order : window.order_by) order.expr = regrouped(order.expr);
    }
    for (OverCalls::Item& item : overs.items) {
      for (Expr& arg : item.args) arg = regrouped(arg);
    }
    if (!valid_) return placeholder(bound);
    Plan plan = with_ttl(aggregate(calls.items));
    if (having) plan = filtered(std::move(plan), *having);
    plan = with_subqueries(std::move(plan), items);
    if (!valid_) return placeholder(bound);
    return finish(std::move(plan), overs, std::move(items), std::move(qualify));
  }

  void bind_keys() {
    if (!select_.group_by) return;
    GroupBy bound = bind_group_by(*select_.group_by, from_.scope, from_.plan, session_);
    grouping_ = std::move(bound.grouping);
    group_window_ = std::move(bound.window);
    valid_ &= bound.valid;
  }

  Plan aggregate(const std::vector<AggregateCalls::Item>& calls) {
    if (group_window_) {
      return make_group_window(from_.plan, *group_window_, grouping_.keys, grouping_.names, calls, session_);
    }
    if (!grouping_.has_sets()) {
      return make_aggregate(from_.plan, grouping_.keys, grouping_.names, calls, span_, session_);
    }
    auto width = static_cast<uint32_t>(from_.plan->schema.size());
    Plan expanded = expand_sets(from_.plan, grouping_, span_of_groups());
    std::vector<Expr> keys;
    std::vector<std::string> names = grouping_.names;
    for (uint32_t i = width; i < expanded->schema.size(); ++i) keys.push_back(column(i, expanded->schema[i].type));
    names.emplace_back("$e");
    return make_aggregate(expanded, keys, names, calls, span_, session_);
  }

  Plan with_ttl(Plan plan) const {
    auto* grouped = plan.as<Aggregate>();
    if (!ttl_ms_ || grouped == nullptr) return plan;
    Aggregate copy = *grouped;
    copy.ttl_ms = ttl_ms_;
    return make(std::move(copy));
  }

  SourceSpan span_of_groups() const { return session_.place.value_or(select_.group_by->span); }

  // Over the aggregate's output: keys and results are its columns; any other column of the input is an error, once per
  // item.
  Expr regrouped(const Expr& expr) {
    bool reported = false;
    Expr out = regroup(expr, reported);
    if (reported) valid_ = false;
    return out;
  }

  Expr regroup(const Expr& expr, bool& reported) {
    if (expr.type.is_invalid()) return expr;
    if (expr.is_call(kGrouping)) return regroup_grouping(expr, reported);
    auto found = std::ranges::find(grouping_.keys, expr);
    auto* reference = expr.as<ColumnRef>();
    if (reference != nullptr && reference->index >= kOverBase) return expr;
    if (reference != nullptr && reference->index >= kWindowBase) {
      return column_instead(static_cast<uint32_t>(results_) + reference->index - kWindowBase, expr);
    }
    bool is_result = reference != nullptr && reference->index >= kAggregateBase;
    if (is_result) {
      Expr result = column(first_result() + reference->index - kAggregateBase, expr.type);
      result.span = expr.span;
      return result;
    }
    if (found != grouping_.keys.end()) {
      auto place = static_cast<uint32_t>(found - grouping_.keys.begin());
      Expr result = column(place, grouping_.may_miss(place) ? expr.type.as_nullable() : expr.type);
      result.span = expr.span;
      return result;
    }
    if (reference != nullptr) {
      if (!reported) report_not_grouped(expr, reference->index);
      reported = true;
      return expr;
    }
    Expr copy = expr;
    for (Expr& arg : copy.args) arg = regroup(arg, reported);
    return copy;
  }

  uint32_t first_result() const {
    return static_cast<uint32_t>(grouping_.keys.size()) + (grouping_.has_sets() ? 1 : 0);
  }

  Expr regroup_grouping(const Expr& expr, bool& reported) {
    std::vector<size_t> keys;
    for (const Expr& arg : expr.args) {
      auto found = std::ranges::find(grouping_.keys, arg);
      if (found == grouping_.keys.end()) {
        session_.report(
            fail(ErrorCode::NotGrouped, arg.span, "`{}` is no expression of GROUP BY", session_.text(arg.span))
                .hint(fmt::format("GROUP BY has: {}.", fmt::join(grouping_.names, ", "))),
            arg.span);
        return reported = true, expr;
      }
      keys.push_back(static_cast<size_t>(found - grouping_.keys.begin()));
    }
    return grouping_value(grouping_, keys, static_cast<uint32_t>(grouping_.keys.size()), expr.span, session_);
  }

  void report_not_grouped(const Expr& expr, uint32_t index) {
    bool key_is_unknown = std::ranges::any_of(grouping_.keys, [](const Expr& key) { return key.type.is_invalid(); });
    if (key_is_unknown || (!valid_ && not_grouped_.contains({expr.span.begin, expr.span.end}))) return;
    not_grouped_.insert({expr.span.begin, expr.span.end});
    std::string name = index < from_.plan->schema.size() ? from_.plan->schema[index].name : session_.text(expr.span);
    Failure failure = fail(ErrorCode::NotGrouped, expr.span, "column `{}` is neither grouped nor aggregated", name)
                          .hint("Add it to GROUP BY, or put it into an aggregate such as MAX.");
    bool is_listed =
        expr.span.begin >= select_.items.front().span.begin && expr.span.end <= select_.items.back().span.end;
    if (is_listed && select_.group_by && !grouping_.has_sets() && !grouping_.keys.empty() && !session_.place) {
      uint32_t end = select_.group_by->span.end;
      failure = std::move(failure).change({end, end}, ", " + session_.text(expr.span));
    }
    session_.report(std::move(failure), expr.span);
  }

  QueryBinder& queries_;
  BindSession& session_;
  const ast::Select& select_;
  const ast::Query& query_;
  bool is_inner_;
  SourceSpan span_;
  From from_;
  bool valid_ = true;
  std::optional<int64_t> ttl_ms_;
  size_t width_ = 0;  // Of the select list.
  std::vector<Sort::Key> order_;
  Grouping grouping_;
  std::optional<GroupWindow> group_window_;
  size_t results_ = 0;  // Keys and results of aggregates; the bounds of a window stand behind them.
  std::set<std::pair<uint32_t, uint32_t>> not_grouped_;
};

BoundQuery QueryBinder::bind_select(const ast::Select& select, const ast::Query& query, bool is_inner) {
  return SelectBinder(*this, session_, select, query, is_inner).bind();
}

}  // namespace sluice::planner
