#pragma once
// Calls OVER windows while a SELECT is bound, and the plan that they become.
#include <string>
#include <vector>

#include "grammar/ast/query.h"
#include "planner/plan/logical.h"

namespace sluice::planner {

struct BindSession;

// Results of aggregate calls stand as columns from here on until the SELECT is put together; results of calls OVER a
// window above them.
inline constexpr uint32_t kAggregateBase = 1U << 30;
inline constexpr uint32_t kOverBase = 1U << 31;

struct OverCalls {
  struct Order {
    Expr expr;
    bool descending = false;
    bool nulls_last = false;
    bool operator==(const Order&) const = default;
  };
  struct Window {
    std::vector<Expr> partition_by;
    std::vector<Order> order_by;
    Over::Frame frame;
    bool operator==(const Window&) const = default;
  };
  struct Item {
    std::string function;
    uint32_t version = 1;
    std::vector<Expr> args;
    bool distinct = false;
    Type result;
    size_t window = 0;
    SourceSpan span;
  };
  std::vector<Window> windows;  // Equal ones once.
  std::vector<Item> items;
};

// The input with the results of `calls` behind its columns: `columns[i]` is that of call i. `computed` are the keys and
// arguments that are more than columns, with where they stand.
struct OverPlan {
  Plan plan;
  std::vector<uint32_t> columns;
  std::vector<std::pair<Expr, uint32_t>> computed;
};
OverPlan plan_over(const Plan& input, const OverCalls& calls, BindSession& session);
// References to results of calls become the columns where they stand.
Expr with_results(const Expr& expr, const OverPlan& over);
// The same of an item of SELECT. What a key computes is not computed again: the item then is the key, also for upsert
// keys.
Expr item_over(const Expr& item, const OverPlan& over);
// A column at the place in the text where another expression stands.
Expr column_instead(uint32_t index, const Expr& of);

// What the query does with calls OVER windows, when all of it is known: reports what a stream cannot do.
void check_over(const Plan& sink, BindSession& session);

// ROW_NUMBER, RANK, DENSE_RANK.
bool is_numbering(std::string_view function);

}  // namespace sluice::planner
