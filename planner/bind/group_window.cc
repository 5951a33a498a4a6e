#include "planner/bind/group_window.h"

#include <algorithm>

#include "planner/bind/flink_functions.h"
#include "planner/bind/window_arguments.h"

namespace sluice::planner {

namespace {

// "TUMBLE" of "TUMBLE_START".
std::string_view window_name(std::string_view function) { return function.substr(0, function.find('_')); }

std::optional<WindowAggregate::Property> property_of(std::string_view function) {
  using enum WindowAggregate::Property;
  if (function.ends_with("_START")) return Start;
  if (function.ends_with("_END")) return End;
  return function.ends_with("_ROWTIME") || function.ends_with("_PROCTIME") ? std::optional(Time) : std::nullopt;
}

bool is_true(std::string_view text) { return text == "true" || text == "TRUE"; }

bool read_lengths(const ast::Call& call, Window& window, BindSession& session) {
  bool valid = true;
  for (size_t i = 1; i < call.args.size(); ++i) {
    auto ms = interval_ms(*call.args[i], session);
    if (ms && *ms <= 0) {
      session.report(fail(ErrorCode::BadWindowSize, call.args[i]->span, "the length of a window must be positive")
                         .hint("Write an INTERVAL of at least a millisecond."),
                     call.args[i]->span);
      ms.reset();
    }
    valid &= ms.has_value();
    (window.kind == Window::Kind::Hop && i == 1 ? window.slide_ms : window.size_ms) = ms.value_or(0);
  }
  return valid;
}

}  // namespace

bool is_group_window(const ast::Expr& expr) {
  auto* call = std::get_if<ast::Call>(&expr.kind);
  return call != nullptr && !call->over && window_kind(call->lookup).has_value();
}

std::optional<GroupWindow> bind_group_window(const ast::Call& call, SourceSpan span, ExprBinder& binder,
                                             BindSession& session) {
  auto kind = window_kind(window_name(call.lookup));
  if (!kind || *kind == Window::Kind::Cumulate) {
    session.report(fail(ErrorCode::BadWindow, span, "`{}` cannot stand in GROUP BY", call.lookup)
                       .hint("Write a window table function: FROM CUMULATE(TABLE t, DESCRIPTOR(time), step, size)."),
                   span);
    return {};
  }
  size_t wanted = *kind == Window::Kind::Hop ? 3 : 2;
  if (call.args.size() != wanted) {
    session.report(
        fail(ErrorCode::WrongArgumentCount, span, "`{}` takes {} arguments, and not {}", call.lookup, wanted,
             call.args.size())
            .hint(wanted == 3 ? "Write HOP(time, slide, size)." : "Write the time, and an INTERVAL for the length."),
        span);
    return {};
  }
  GroupWindow out{.window = {.kind = *kind}, .time = binder.bind_value(*call.args[0]), .span = span};
  bool valid = read_lengths(call, out.window, session);
  auto* column = out.time.as<ColumnRef>();
  TimeRole role = column == nullptr ? TimeRole::None : binder.scope().time_of(column->index);
  if (!check_time(out.time, role, call.args[0]->span, binder.plan, session) || !valid) return {};
  out.window.processing_time = role == TimeRole::Proctime;
  return out;
}

// TUMBLE_START(..) and its like, which name the window of GROUP BY by its arguments.
Expr ExprBinder::bind_window_bound(const ast::Call& call, SourceSpan span) {
  auto property = property_of(call.lookup);
  if (!property) {
    session_.report(fail(ErrorCode::MisplacedWindowFunction, span,
                         "window `{}` can only stand in GROUP BY, or as a table in FROM", call.lookup)
                        .hint(fmt::format("The bounds of the window are {0}_START(..) and {0}_END(..).", call.lookup)),
                    span);
    return invalid_expr(span);
  }
  std::optional<GroupWindow> named;
  if (group_window != nullptr) named = bind_group_window(call, span, *this, session_);
  if (group_window != nullptr && !named) return invalid_expr(span);
  if (!named || !named->is_same(*group_window)) {
    Failure failure = fail(ErrorCode::MisplacedWindowFunction, span,
                           "`{}` needs {} with the same arguments in GROUP BY", call.lookup, window_name(call.lookup));
    if (group_window != nullptr && !session_.place) {
      failure = std::move(failure)
                    .hint("It tells a bound of the window that GROUP BY names: repeat its arguments.")
                    .note(group_window->span, "the window is here");
    } else {
      failure = std::move(failure).hint(fmt::format("Add {}(..) to GROUP BY.", window_name(call.lookup)));
    }
    session_.report(std::move(failure), span);
    return invalid_expr(span);
  }
  if (named->window.processing_time && call.lookup.ends_with("_ROWTIME")) {
    session_.report(fail(ErrorCode::BadWindow, span, "a window in processing time has no rowtime")
                        .hint(fmt::format("Write {}_PROCTIME(..).", window_name(call.lookup))),
                    span);
    return invalid_expr(span);
  }
  auto& properties = group_window->properties;
  auto known = std::ranges::find(properties, *property);
  auto index = static_cast<uint32_t>(known - properties.begin());
  if (known == properties.end()) properties.push_back(*property);
  bool is_bound = *property != WindowAggregate::Property::Time;
  Expr result = column(kWindowBase + index, is_bound ? Type::timestamp(3).not_null() : group_window->time.type);
  result.span = span;
  return result;
}

WindowAggregate::Legacy firing_of(const GroupWindow& window, BindSession& session) {
  using enum WindowAggregate::Legacy;
  std::string prefix = "table.exec.emit.";
  auto is_on = [&](const char* key) { return is_true(session.settings.get(prefix + key)); };
  bool early = is_on("early-fire.enabled");
  bool late = is_on("late-fire.enabled");
  if (!early && !late) return Final;
  std::string delay = session.settings.get(prefix + (early ? "early-fire.delay" : "late-fire.delay"));
  if (window.window.kind == Window::Kind::Session) {
    session.report(
        fail(ErrorCode::BadWindow, window.span, "a session sends no results before its end or after it")
            .hint("RESET 'table.exec.emit.early-fire.enabled' and 'table.exec.emit.late-fire.enabled', or use TUMBLE."),
        window.span);
  } else if (delay.find('-') != std::string::npos || (early && delay.empty())) {
    session.error(ErrorCode::BadOptionValue, window.span, "`{}` is {}", prefix + "early-fire.delay",
                  delay.empty() ? "missing, and early results are switched on" : "negative");
  }
  return Updating;
}

}  // namespace sluice::planner
