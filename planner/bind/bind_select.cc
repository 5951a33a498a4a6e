// SELECT: items, WHERE, GROUP BY, HAVING, QUALIFY, DISTINCT.
#include <algorithm>

#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

// The name of an item without an alias, or an empty one.
std::string derived_name(const ast::Expr& expr) {
  if (auto* column = std::get_if<ast::ColumnRef>(&expr.kind)) return column->name.parts.back().text;
  return "";
}

void grouping_exprs(const std::vector<ast::GroupingElement>& elements, BindSession& session,
                    std::vector<const ast::Expr*>& out) {
  for (const ast::GroupingElement& element : elements) {
    if (auto* expr = std::get_if<ast::ExprPtr>(&element.kind)) {
      auto* row = std::get_if<ast::Call>(&(*expr)->kind);
      if (row != nullptr && row->form == ast::CallForm::Row) {
        for (const ast::ExprPtr& part : row->args) out.push_back(part.get());
      } else {
        out.push_back(expr->get());
      }
      continue;
    }
    if (std::holds_alternative<ast::EmptyGrouping>(element.kind)) continue;
    session.not_supported(element.span, "GROUPING SETS, ROLLUP or CUBE");
    auto add_all = [&](const std::vector<ast::ExprPtr>& parts) {
      for (const ast::ExprPtr& part : parts) out.push_back(part.get());
    };
    if (auto* rollup = std::get_if<ast::Rollup>(&element.kind)) add_all(rollup->parts);
    if (auto* cube = std::get_if<ast::Cube>(&element.kind)) add_all(cube->parts);
    if (auto* sets = std::get_if<ast::GroupingSets>(&element.kind)) grouping_exprs(sets->elements, session, out);
  }
}

}  // namespace

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
    for (const ast::Hint& hint : select_.hints) session_.not_supported(hint.span, "hint `{}`", hint.name.text);
    bind_from();
    bool grouped = select_.group_by.has_value() || select_.having || any_aggregate();
    Plan plan = grouped ? bind_grouped() : bind_plain();
    if (!valid_) return {plan, true};
    if (select_.quantifier == ast::SetQuantifier::Distinct) plan = distinct(plan);
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
    valid_ = !from_.scope.is_open();
    if (!select_.where) return;
    ExprBinder binder(from_.scope, session_);
    binder.clause = "WHERE";
    Expr predicate = binder.bind_condition(*select_.where, "WHERE");
    valid_ &= !predicate.type.is_invalid();
    if (valid_) from_.plan = filter_from(from_.plan, std::move(predicate), session_);
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
      auto place = column_by_number(*order.expr, listed.size(), session_);
      Expr key = place ? listed[*place].expr : binder.bind_value(*order.expr);
      valid_ &= !key.type.is_invalid();
      auto known = std::ranges::find(items, key, &StarColumn::expr);
      order_.push_back(sort_key(static_cast<uint32_t>(known - items.begin()), order));
      if (known != items.end()) continue;
      if (select_.quantifier == ast::SetQuantifier::Distinct && !key.type.is_invalid()) {
        session_.error(ErrorCode::NotGrouped, order.span, "`{}` is not in the select list of DISTINCT",
                       session_.text(order.expr->span));
        valid_ = false;
      }
      items.push_back({fmt::format("$o{}", items.size()), std::move(key)});
    }
    binder.aliases = outer;
    binder.prefers_aliases = false;
  }

  // The select list with stars expanded and names given.
  std::vector<StarColumn> bind_list(ExprBinder& binder) {
    std::vector<StarColumn> out;
    for (const ast::SelectItem& item : select_.items) {
      if (auto* star = std::get_if<ast::Star>(&item.expr->kind)) {
        if (!select_.from) session_.error(ErrorCode::UnknownColumn, item.span, "`*` needs a FROM");
        size_t before = out.size();
        for (StarColumn& column : expand_star(star->qualifier, item.span, from_.scope, session_)) {
          if (session_.place) column.expr.span = *session_.place;
          out.push_back(std::move(column));
        }
        if (out.size() == before) valid_ = false;
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
    std::vector<StarColumn> items = bind_items(binder);
    std::optional<Expr> qualify = bind_qualify(binder, items);
    if (!valid_) return placeholder(items);
    return finish(from_.plan, overs, std::move(items), std::move(qualify));
  }

  std::optional<Expr> bind_qualify(ExprBinder& binder, const std::vector<StarColumn>& items) {
    if (!select_.qualify) return {};
    binder.clause = "QUALIFY";
    const std::vector<StarColumn> listed(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(width_));
    binder.aliases = &listed;
    Expr qualify = binder.bind_condition(*select_.qualify, "QUALIFY");
    binder.aliases = nullptr;
    valid_ &= !qualify.type.is_invalid();
    return qualify;
  }

  // The items over `input`, with calls OVER windows and QUALIFY between.
  Plan finish(Plan input, const OverCalls& overs, std::vector<StarColumn> items, std::optional<Expr> qualify) {
    if (!overs.items.empty()) {
      OverPlan over = plan_over(input, overs, session_);
      // What a key computes is not computed again: the item then is the key, also for upsert keys.
      for (StarColumn& item : items) {
        auto computed = std::ranges::find(over.computed, item.expr, &std::pair<Expr, uint32_t>::first);
        item.expr = computed != over.computed.end() ? at(computed->second, item.expr) : with_results(item.expr, over);
      }
      if (qualify) qualify = with_results(*qualify, over);
      input = std::move(over.plan);
    }
    if (qualify) input = make_filter(std::move(input), std::move(*qualify), session_);
    return project(std::move(input), items);
  }

  static Expr at(uint32_t index, const Expr& instead_of) {
    Expr result = column(index, instead_of.type);
    result.span = instead_of.span;
    return result;
  }

  // References to results of calls OVER windows become the columns where they stand.
  static Expr with_results(const Expr& expr, const OverPlan& over) {
    return map_columns(expr, [&](uint32_t index, const Expr& reference) {
      return index < kOverBase ? reference : at(over.columns[index - kOverBase], reference);
    });
  }

  // ---- With GROUP BY or aggregates

  Plan bind_grouped() {
    bind_keys();
    AggregateCalls calls{.has_keys = !keys_.empty()};
    OverCalls overs;
    ExprBinder binder(from_.scope, session_);
    binder.aggregates = &calls;
    binder.overs = &overs;
    binder.windows = &select_.windows;
    std::vector<StarColumn> items = bind_items(binder);
    std::optional<Expr> having;
    if (select_.having) {
      having = binder.bind_condition(*select_.having, "HAVING");
      valid_ &= !having->type.is_invalid();
    }
    std::optional<Expr> qualify = bind_qualify(binder, items);
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
    Plan plan = make_aggregate(from_.plan, keys_, key_names_, calls.items, span_, session_);
    if (having) plan = make_filter(std::move(plan), std::move(*having), session_);
    return finish(std::move(plan), overs, std::move(items), std::move(qualify));
  }

  void bind_keys() {
    if (!select_.group_by) return;
    std::vector<const ast::Expr*> exprs;
    grouping_exprs(select_.group_by->elements, session_, exprs);
    ExprBinder binder(from_.scope, session_);
    binder.clause = "GROUP BY";
    for (const ast::Expr* expr : exprs) {
      Expr key = binder.bind_value(*expr);
      valid_ &= !key.type.is_invalid();
      if (std::ranges::find(keys_, key) != keys_.end()) continue;
      std::string name = derived_name(*expr);
      key_names_.push_back(name.empty() ? fmt::format("$f{}", keys_.size()) : name);
      keys_.push_back(std::move(key));
    }
  }

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
    auto found = std::ranges::find(keys_, expr);
    auto* reference = expr.as<ColumnRef>();
    if (reference != nullptr && reference->index >= kOverBase) return expr;
    bool is_result = reference != nullptr && reference->index >= kAggregateBase;
    if (found != keys_.end() || is_result) {
      auto index = is_result ? static_cast<uint32_t>(keys_.size()) + reference->index - kAggregateBase
                             : static_cast<uint32_t>(found - keys_.begin());
      Expr result = column(index, expr.type);
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

  void report_not_grouped(const Expr& expr, uint32_t index) {
    if (!valid_ && not_grouped_.contains({expr.span.begin, expr.span.end})) return;
    not_grouped_.insert({expr.span.begin, expr.span.end});
    std::string name = index < from_.plan->schema.size() ? from_.plan->schema[index].name : session_.text(expr.span);
    session_.report(fail(ErrorCode::NotGrouped, expr.span, "column `{}` is neither grouped nor aggregated", name)
                        .hint("Add it to GROUP BY, or put it into an aggregate such as MAX."),
                    expr.span);
  }

  Plan distinct(const Plan& plan) {
    std::vector<Expr> keys;
    std::vector<std::string> names;
    for (uint32_t i = 0; i < plan->schema.size(); ++i) {
      keys.push_back(column(i, plan->schema[i].type));
      names.push_back(plan->schema[i].name);
    }
    return make_aggregate(plan, keys, names, {}, span_, session_);
  }

  QueryBinder& queries_;
  BindSession& session_;
  const ast::Select& select_;
  const ast::Query& query_;
  bool is_inner_;
  SourceSpan span_;
  From from_;
  bool valid_ = true;
  size_t width_ = 0;  // Of the select list.
  std::vector<Sort::Key> order_;
  std::vector<Expr> keys_;
  std::vector<std::string> key_names_;
  std::set<std::pair<uint32_t, uint32_t>> not_grouped_;
};

BoundQuery QueryBinder::bind_select(const ast::Select& select, const ast::Query& query, bool is_inner) {
  return SelectBinder(*this, session_, select, query, is_inner).bind();
}

}  // namespace sluice::planner
