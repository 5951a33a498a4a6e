#include "planner/bind/bind_group_by.h"

#include <algorithm>
#include <map>

namespace sluice::planner {

namespace {

class GroupByBinder {
 public:
  GroupByBinder(const ast::GroupBy& group_by, const Scope& scope, const Plan& plan, BindSession& session)
      : group_by_(group_by), session_(session), binder_(scope, session) {
    binder_.clause = "GROUP BY";
    binder_.plan = &plan;
  }

  GroupBy bind() {
    std::vector<std::vector<size_t>> sets;
    auto written = grouping_sets(group_by_.elements);
    if (!written) {
      session_.report(
          fail(ErrorCode::StatementTooLarge, group_by_.span, "too many grouping sets")
              .hint("CUBE doubles them with every expression: name the ones that are read in GROUPING SETS."),
          group_by_.span);
      out_.valid = false;
      return std::move(out_);
    }
    for (const auto& set : *written) {
      sets.emplace_back();
      for (const ast::Expr* expr : set) {
        if (is_group_window(*expr)) {
          bind_window(*expr);
        } else {
          sets.back().push_back(bind_key(*expr));
        }
      }
    }
    bool is_distinct = group_by_.quantifier == ast::SetQuantifier::Distinct;
    if (sets.size() > 1 && out_.valid)
      out_.valid = add_sets(sets, is_distinct, group_by_.span, out_.grouping, session_);
    if (sets.size() > 1 && out_.window) {
      session_.not_supported(group_by_.span, "a window in GROUPING SETS");
      out_.valid = false;
    }
    return std::move(out_);
  }

 private:
  // The position of the key, which is bound once however many sets name it.
  size_t bind_key(const ast::Expr& expr) {
    auto bound = bound_.find(&expr);
    if (bound != bound_.end()) return bound->second;
    Expr key = binder_.bind_value(expr);
    out_.valid &= !key.type.is_invalid();
    std::vector<Expr>& keys = out_.grouping.keys;
    auto found = std::ranges::find(keys, key);
    auto place = static_cast<size_t>(found - keys.begin());
    bound_.emplace(&expr, place);
    if (found != keys.end()) return place;
    std::string name = derived_name(expr);
    out_.grouping.names.push_back(name.empty() ? fmt::format("$f{}", place) : name);
    keys.push_back(std::move(key));
    return place;
  }

  void bind_window(const ast::Expr& expr) {
    if (out_.window) {
      session_.report(fail(ErrorCode::BadWindow, expr.span, "GROUP BY holds one window at most")
                          .hint("Write a query for each window, and UNION ALL between them."),
                      expr.span);
    }
    auto window = bind_group_window(std::get<ast::Call>(expr.kind), expr.span, binder_, session_);
    out_.valid &= window.has_value() && !out_.window;
    if (window && !out_.window) out_.window = std::move(window);
  }

  const ast::GroupBy& group_by_;
  BindSession& session_;
  ExprBinder binder_;
  GroupBy out_;
  std::map<const ast::Expr*, size_t> bound_;
};

}  // namespace

GroupBy bind_group_by(const ast::GroupBy& group_by, const Scope& scope, const Plan& plan, BindSession& session) {
  return GroupByBinder(group_by, scope, plan, session).bind();
}

std::string derived_name(const ast::Expr& expr) {
  if (auto* column = std::get_if<ast::ColumnRef>(&expr.kind)) return column->name.parts.back().text;
  return "";
}

}  // namespace sluice::planner
