#pragma once
// Windows in GROUP BY, the older form: GROUP BY TUMBLE(time, size), and TUMBLE_START(time, size) beside it.
#include <optional>
#include <string>
#include <vector>

#include "grammar/ast/query.h"
#include "planner/plan/logical.h"

namespace sluice::planner {

class ExprBinder;
struct BindSession;

// Bounds of the group's window stand as columns from here on until the SELECT is put together.
inline constexpr uint32_t kWindowBase = (1U << 30) + (1U << 29);

struct GroupWindow {
  Window window;  // Without its time, which is an expression until it is a column.
  Expr time;
  std::vector<WindowAggregate::Property> properties;  // Those that the SELECT asks for, each once.
  SourceSpan span;

  bool is_same(const GroupWindow& other) const { return window == other.window && time == other.time; }
};

// Whether the call is a window as GROUP BY takes it: TUMBLE, HOP, SESSION.
bool is_group_window(const ast::Expr& expr);

// The window that a call in GROUP BY, or the call of a bound, is about; nothing where something was reported.
std::optional<GroupWindow> bind_group_window(const ast::Call& call, SourceSpan span, ExprBinder& binder,
                                             BindSession& session);

// Whether results are sent before the window ends, or after; reported where the settings make no sense.
WindowAggregate::Legacy firing_of(const GroupWindow& window, BindSession& session);

}  // namespace sluice::planner
