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
    RowNumberCalls row_numbers;
    ExprBinder binder(from_.scope, session_);
    binder.clause = "a SELECT without GROUP BY";
    binder.row_numbers = &row_numbers;
    binder.windows = &select_.windows;
    std::vector<StarColumn> items = bind_items(binder);
    std::optional<Expr> qualify;
    if (select_.qualify) {
      binder.clause = "QUALIFY";
      const std::vector<StarColumn> listed(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(width_));
      binder.aliases = &listed;
      qualify = binder.bind_condition(*select_.qualify, "QUALIFY");
      valid_ &= !qualify->type.is_invalid();
    }
    if (!valid_) return placeholder(items);
    if (row_numbers.items.empty()) {
      Plan input = qualify ? make_filter(from_.plan, std::move(*qualify), session_) : from_.plan;
      return project(std::move(input), items);
    }
    return number_rows(row_numbers, std::move(items), std::move(qualify));
  }

  // Puts the keys of ROW_NUMBER calls below as columns and the calls themselves into the projection.
  Plan number_rows(const RowNumberCalls& calls, std::vector<StarColumn> items, std::optional<Expr> qualify) {
    Project below{from_.plan, {}, {}};
    auto width = static_cast<uint32_t>(from_.plan->schema.size());
    for (uint32_t i = 0; i < width; ++i) {
      below.exprs.push_back(column(i, from_.plan->schema[i].type));
      below.names.push_back(from_.plan->schema[i].name);
    }
    auto column_of = [&](const Expr& expr) {
      if (auto* reference = expr.as<ColumnRef>()) return reference->index;
      auto found = std::ranges::find(below.exprs, expr);
      auto index = static_cast<uint32_t>(found - below.exprs.begin());
      if (found == below.exprs.end()) {
        below.names.push_back(fmt::format("$f{}", index));
        below.exprs.push_back(expr);
      }
      return index;
    };
    std::vector<Expr> markers;
    for (const RowNumberCalls::Item& item : calls.items) markers.push_back(marker(item, column_of));
    // What a key computes is not computed again: the item then is the key, also for upsert keys.
    for (StarColumn& item : items) {
      auto computed = std::ranges::find(below.exprs.begin() + width, below.exprs.end(), item.expr);
      if (computed == below.exprs.end()) continue;
      item.expr = column(static_cast<uint32_t>(computed - below.exprs.begin()), item.expr.type);
      item.expr.span = computed->span;
    }
    Plan input = below.exprs.size() > width ? make(std::move(below)) : from_.plan;
    if (qualify) {
      for (StarColumn& item : items) item.expr = with_numbers(item.expr, width, {});
      return project(make_filter(numbered(input, width, markers), with_numbers(*qualify, width, {}), session_), items);
    }
    for (StarColumn& item : items) item.expr = with_numbers(item.expr, width, markers);
    return project(std::move(input), items);
  }

  template <class F>
  Expr marker(const RowNumberCalls::Item& item, F&& column_of) {
    RowNumber spec{.span = session_.place.value_or(item.span)};
    for (const Expr& key : item.partition_by) spec.partition_by.push_back(column_of(key));
    for (const RowNumberCalls::Order& order : item.order_by) {
      spec.order_by.push_back(column_of(order.expr));
      spec.descending.push_back(order.descending);
      spec.has_null_order |= order.has_null_order;
    }
    auto index = static_cast<uint32_t>(session_.row_numbers.size());
    session_.row_numbers.push_back(std::move(spec));
    return Expr{Call{kRowNumber, index, nullptr}, Type::bigint().not_null(), {}, item.span};
  }

  // The first `width` columns of the input, then one column per ROW_NUMBER.
  static Plan numbered(const Plan& input, uint32_t width, const std::vector<Expr>& markers) {
    Project project{input, {}, {}};
    for (uint32_t i = 0; i < width; ++i) {
      project.exprs.push_back(column(i, input->schema[i].type));
      project.names.push_back(input->schema[i].name);
    }
    for (size_t i = 0; i < markers.size(); ++i) {
      project.exprs.push_back(markers[i]);
      project.names.push_back(fmt::format("$n{}", i));
    }
    return make(std::move(project));
  }

  // References to ROW_NUMBER calls become the calls, or, without markers, the columns behind the first `width`.
  static Expr with_numbers(const Expr& expr, uint32_t width, const std::vector<Expr>& markers) {
    return map_columns(expr, [&](uint32_t index, const Expr& reference) {
      if (index < kRowNumberBase) return reference;
      uint32_t number = index - kRowNumberBase;
      if (!markers.empty()) return markers[number];
      Expr result = column(width + number, reference.type);
      result.span = reference.span;
      return result;
    });
  }

  // ---- With GROUP BY or aggregates

  Plan bind_grouped() {
    bind_keys();
    AggregateCalls calls{.has_keys = !keys_.empty()};
    RowNumberCalls row_numbers;
    ExprBinder binder(from_.scope, session_);
    binder.aggregates = &calls;
    binder.row_numbers = &row_numbers;
    binder.windows = &select_.windows;
    std::vector<StarColumn> items = bind_items(binder);
    std::optional<Expr> having;
    if (select_.having) {
      having = binder.bind_condition(*select_.having, "HAVING");
      valid_ &= !having->type.is_invalid();
    }
    if (!row_numbers.items.empty()) {
      session_.not_supported(row_numbers.items[0].span, "ROW_NUMBER over groups");
      valid_ = false;
    } else if (select_.qualify) {
      session_.not_supported(select_.qualify->span, "QUALIFY over groups");
      valid_ = false;
    }
    std::vector<StarColumn> bound = items;
    for (StarColumn& item : items) item.expr = regrouped(item.expr);
    if (having) having = regrouped(*having);
    if (!valid_) return placeholder(bound);
    Plan plan = make_aggregate(from_.plan, keys_, key_names_, calls.items, span_, session_);
    if (having) plan = make_filter(std::move(plan), std::move(*having), session_);
    return project(std::move(plan), items);
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
