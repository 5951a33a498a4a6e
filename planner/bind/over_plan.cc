// Calls OVER windows as plan nodes, and what of them a stream can do.
#include <algorithm>

#include "planner/bind/over_calls.h"
#include "planner/bind/query_binder.h"
#include "planner/rules/rule.h"

namespace sluice::planner {

namespace {

// The input's columns, and behind them what calls compute: equal ones once.
class Below {
 public:
  explicit Below(const Plan& input) : width_(input->schema.size()), project_{input, {}, {}} {
    for (uint32_t i = 0; i < width_; ++i) {
      project_.exprs.push_back(column(i, input->schema[i].type));
      project_.names.push_back(input->schema[i].name);
    }
  }

  uint32_t column_of(const Expr& expr) {
    if (auto* reference = expr.as<ColumnRef>()) return reference->index;
    auto found = std::ranges::find(project_.exprs, expr);
    auto index = static_cast<uint32_t>(found - project_.exprs.begin());
    if (found == project_.exprs.end()) {
      project_.names.push_back(fmt::format("$f{}", index));
      project_.exprs.push_back(expr);
      computed.emplace_back(expr, index);
    }
    return index;
  }

  Plan plan() const { return project_.exprs.size() > width_ ? make(project_) : project_.input; }

  std::vector<std::pair<Expr, uint32_t>> computed;

 private:
  size_t width_;
  Project project_;
};

AggregateCall call_of(const OverCalls::Item& item, Below& below) {
  AggregateCall call{.function = item.function, .version = item.version, .distinct = item.distinct};
  for (const Expr& arg : item.args) {
    call.arguments.push_back(below.column_of(arg));
    call.argument_types.push_back(arg.type);
  }
  call.result = item.result;
  return call;
}

// Constants order nothing.
std::vector<SortKey> order_of(const OverCalls::Window& window, Below& below) {
  std::vector<SortKey> out;
  for (const OverCalls::Order& order : window.order_by) {
    if (order.expr.as<Literal>() != nullptr) continue;
    out.push_back({below.column_of(order.expr), order.descending, order.nulls_last});
  }
  return out;
}

Over node_of(const OverCalls& calls, size_t window, Below& below) {
  Over over{.input = below.plan(), .frame = calls.windows[window].frame};
  for (const Expr& key : calls.windows[window].partition_by) over.keys.push_back(below.column_of(key));
  over.order = order_of(calls.windows[window], below);
  for (size_t i = 0; i < calls.items.size(); ++i) {
    if (calls.items[i].window != window) continue;
    if (over.calls.empty()) over.span = calls.items[i].span;
    over.calls.push_back(call_of(calls.items[i], below));
    over.names.push_back(fmt::format("w{}$o{}", window, over.calls.size() - 1));
  }
  return over;
}

bool is_batch_only(std::string_view function) {
  constexpr std::string_view kNames[] = {"LEAD", "NTILE", "CUME_DIST", "PERCENT_RANK"};
  return std::ranges::find(kNames, function) != std::end(kNames);
}

void check(const Over& over, BindSession& session) {
  auto is_told = [&](const Error& error) { return error.span == over.span; };
  if (std::ranges::any_of(session.diagnostics->errors(), is_told)) return;  // Such as a Top-N by RANK.
  auto report = [&](std::string message, const char* hint, ErrorCode code = ErrorCode::BadOverWindow) {
    session.report(fail(code, over.span, "{}", message).hint(hint), over.span);
  };
  for (const AggregateCall& call : over.calls) {
    if (!is_batch_only(call.function)) continue;
    return report(fmt::format("{} OVER needs all rows of its window, and a stream does not end", call.function),
                  "Functions that look back, such as LAG, run on streams.", ErrorCode::NotInStreaming);
  }
  bool numbers = std::ranges::any_of(over.calls, [](const auto& call) { return is_numbering(call.function); });
  if (over.order.empty() && numbers) {
    return report("a function that numbers rows needs ORDER BY a column in its window",
                  "Write OVER (PARTITION BY .. ORDER BY ..): the order says which row is the first.");
  }
  if (over.order.size() != 1) {
    return report(
        fmt::format("the window of an OVER is ordered by exactly one column, and not by {}", over.order.size()),
        "Order it by a time attribute, or filter a ROW_NUMBER to keep the first rows of an order.");
  }
  if (over.order[0].descending) {
    return report("the window of an OVER is ordered ascending",
                  "A descending order is possible where a filter keeps the first rows: `WHERE row_number <= 3`.");
  }
  if (!over.is_by_time() && over.frame.preceding) {
    return report("a window of the last rows is ordered by a time attribute",
                  "Another order is possible with UNBOUNDED PRECEDING.");
  }
}

void check_all(const Plan& plan, std::set<const Node*>& seen, BindSession& session) {
  if (!seen.insert(plan.id()).second) return;
  if (auto* over = plan.as<Over>()) check(*over, session);
  for_each_input(plan, [&](const Plan& input) { check_all(input, seen, session); });
}

}  // namespace

bool is_numbering(std::string_view function) {
  return function == "ROW_NUMBER" || function == "RANK" || function == "DENSE_RANK";
}

Expr column_instead(uint32_t index, const Expr& of) {
  Expr result = column(index, of.type);
  result.span = of.span;
  return result;
}

Expr with_results(const Expr& expr, const OverPlan& over) {
  return map_columns(expr, [&](uint32_t index, const Expr& reference) {
    return index < kOverBase ? reference : column_instead(over.columns[index - kOverBase], reference);
  });
}

Expr item_over(const Expr& item, const OverPlan& over) {
  auto computed = std::ranges::find(over.computed, item, &std::pair<Expr, uint32_t>::first);
  return computed == over.computed.end() ? with_results(item, over) : column_instead(computed->second, item);
}

OverPlan plan_over(const Plan& input, const OverCalls& calls, BindSession& session) {
  Below below(input);
  std::vector<Over> nodes;
  for (size_t i = 0; i < calls.windows.size(); ++i) nodes.push_back(node_of(calls, i, below));
  if (nodes.size() > 1) {
    session.report(fail(ErrorCode::BadOverWindow, nodes[1].span, "all calls OVER windows of a SELECT share one window")
                       .hint("Compute the other window in a SELECT of its own, around this one or inside it."),
                   nodes[1].span);
  }
  OverPlan out{below.plan(), std::vector<uint32_t>(calls.items.size()), std::move(below.computed)};
  for (size_t window = 0; window < nodes.size(); ++window) {
    auto next = static_cast<uint32_t>(out.plan->schema.size());
    for (size_t i = 0; i < calls.items.size(); ++i) {
      if (calls.items[i].window == window) out.columns[i] = next++;
    }
    nodes[window].input = out.plan;
    out.plan = make(std::move(nodes[window]));
  }
  return out;
}

// Columns that nobody reads are not computed, so what is wrong with them does no harm.
void check_over(const Plan& sink, BindSession& session) {
  std::set<const Node*> seen;
  check_all(prune_columns(sink, {}).value_or(sink), seen, session);
}

}  // namespace sluice::planner
