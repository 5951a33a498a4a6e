// Window table functions: their arguments, by position or by name, and what Flink asks of them.
#include <algorithm>
#include <cstdlib>

#include "planner/bind/lost_time.h"
#include "planner/bind/query_binder.h"
#include "planner/bind/window_arguments.h"

namespace sluice::planner {

namespace {

// What a window function takes: the table and the time first, then lengths.
struct Shape {
  const char* name;
  Window::Kind kind;
  std::vector<std::string> arguments;
  size_t required = 0;
  const char* example = "";
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> list = {
      {"TUMBLE", Window::Kind::Tumble, {"DATA", "TIMECOL", "SIZE", "OFFSET"}, 3, "size"},
      {"HOP", Window::Kind::Hop, {"DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"}, 4, "slide, size"},
      {"CUMULATE", Window::Kind::Cumulate, {"DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"}, 4, "step, size"},
      {"SESSION", Window::Kind::Session, {"DATA", "TIMECOL", "GAP"}, 3, "gap"},
  };
  return list;
}

const Shape& shape_of(Window::Kind kind) { return shapes()[static_cast<size_t>(kind)]; }

using Arguments = std::vector<const ast::Expr*>;  // In the order of the shape; null where one is missing.

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

bool report_count(const Shape& shape, size_t count, SourceSpan span, BindSession& session) {
  std::string wanted = shape.required == shape.arguments.size()
                           ? fmt::format("{}", shape.required)
                           : fmt::format("{} or {}", shape.required, shape.arguments.size());
  session.report(
      fail(ErrorCode::WrongArgumentCount, span, "`{}` takes {} arguments, and not {}", shape.name, wanted, count)
          .hint(fmt::format("Write {}(TABLE t, DESCRIPTOR(time), {}) with an INTERVAL for each length.", shape.name,
                            shape.example)),
      span);
  return false;
}

bool read_arguments(const ast::Call& call, const Shape& shape, Arguments& out, SourceSpan span, BindSession& session) {
  out.assign(shape.arguments.size(), nullptr);
  for (size_t i = 0; i < call.args.size(); ++i) {
    const ast::Expr* value = call.args[i].get();
    size_t slot = i;
    if (auto* named = std::get_if<ast::NamedArgument>(&value->kind)) {
      auto found = std::ranges::find(shape.arguments, upper(named->name.text));
      if (found == shape.arguments.end()) {
        session.report(
            fail(ErrorCode::BadNamedArgument, named->name.span, "{} has no argument `{}`", shape.name, named->name.text)
                .hint(did_you_mean(upper(named->name.text), shape.arguments)),
            span);
        return false;
      }
      slot = static_cast<size_t>(found - shape.arguments.begin());
      value = named->value.get();
    }
    if (slot >= shape.arguments.size()) return report_count(shape, call.args.size(), span, session);
    out[slot] = value;
  }
  bool complete = std::all_of(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(shape.required),
                              [](const ast::Expr* argument) { return argument != nullptr; });
  return complete || report_count(shape, call.args.size(), span, session);
}

// The lengths in milliseconds, where all of them are right.
bool read_lengths(const Arguments& args, const Shape& shape, Window& window, BindSession& session) {
  bool valid = true;
  for (size_t i = 2; i < args.size(); ++i) {
    if (args[i] == nullptr) continue;
    auto ms = interval_ms(*args[i], session);
    if (!ms) {
      valid = false;
      continue;
    }
    const std::string& name = shape.arguments[i];
    (name == "OFFSET" ? window.offset_ms : name == "SLIDE" || name == "STEP" ? window.slide_ms : window.size_ms) = *ms;
    if (name == "OFFSET" || *ms > 0) continue;
    const char* what = name == "SLIDE" ? "slide" : name == "STEP" ? "step" : name == "GAP" ? "gap" : "size";
    session.report(fail(ErrorCode::BadWindowSize, args[i]->span, "the {} of a window must be positive", what)
                       .hint("Write an INTERVAL of at least a millisecond."),
                   args[i]->span);
    valid = false;
  }
  return valid;
}

bool check_lengths(const Arguments& args, const Window& window, BindSession& session) {
  bool has_slide = window.slide_ms > 0;
  const ast::Expr* offset = args.size() > 3 ? args.back() : nullptr;
  if (window.offset_ms != 0 && std::abs(window.offset_ms) >= (has_slide ? window.slide_ms : window.size_ms)) {
    const char* what = window.kind == Window::Kind::Hop ? "slide" : has_slide ? "step" : "size";
    session.report(fail(ErrorCode::BadWindowSize, offset->span, "the offset of a window must be less than its {}", what)
                       .hint("Windows repeat: subtract the length as often as it fits."),
                   offset->span);
    return false;
  }
  if (window.kind != Window::Kind::Cumulate || window.size_ms % window.slide_ms == 0) return true;
  session.report(fail(ErrorCode::BadWindowSize, args[3]->span,
                      "the size of CUMULATE is a multiple of its step, and {} is none of {}",
                      length_text(window.size_ms), length_text(window.slide_ms))
                     .hint("Choose a step that divides the size.")
                     .note(args[2]->span, "the step is here"),
                 args[3]->span);
  return false;
}

// The name in DESCRIPTOR(name).
const ast::Name* time_name(const ast::Expr& argument, BindSession& session) {
  auto* descriptor = std::get_if<ast::Call>(&argument.kind);
  if (descriptor != nullptr && descriptor->lookup == "DESCRIPTOR" && !descriptor->args.empty()) {
    auto* column = std::get_if<ast::ColumnRef>(&descriptor->args[0]->kind);
    if (column != nullptr) return &column->name;
  }
  bool is_column = std::holds_alternative<ast::ColumnRef>(argument.kind);
  std::string written = fmt::format("DESCRIPTOR({})", is_column ? session.text(argument.span) : "column");
  Failure failure = fail(is_column ? ErrorCode::UnknownColumn : ErrorCode::BadWindow, argument.span,
                         "the time of a window is DESCRIPTOR(column)")
                        .hint(fmt::format("Write {}.", written));
  if (is_column) failure = std::move(failure).change(argument.span, written);
  session.report(std::move(failure), argument.span);
  return nullptr;
}

}  // namespace

std::string length_text(int64_t ms) {
  constexpr std::pair<int64_t, const char*> kUnits[] = {
      {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1000, "s"}};
  for (auto [factor, unit] : kUnits) {
    if (ms % factor == 0) return fmt::format("{} {}", ms / factor, unit);
  }
  return fmt::format("{} ms", ms);
}

std::optional<Window::Kind> window_kind(std::string_view name) {
  auto found = std::ranges::find(shapes(), name, &Shape::name);
  return found == shapes().end() ? std::nullopt : std::optional(found->kind);
}

std::optional<int64_t> interval_ms(const ast::Expr& expr, BindSession& session) {
  Scope nothing;
  Expr bound = ExprBinder(nothing, session).bind(expr);
  if (bound.type.is_invalid()) return {};
  auto* value = bound.as<Literal>();
  if (value == nullptr || !bound.type.is(TypeRoot::IntervalDayTime)) {
    session.report(
        fail(ErrorCode::BadWindowSize, expr.span, "a window is as long as an INTERVAL of days to seconds, and not {}",
             bound.type.as_nullable().to_string())
            .hint("Write INTERVAL '10' MINUTE, or another unit from DAY to SECOND."),
        expr.span);
    return {};
  }
  return value->value.get<int64_t>();
}

bool check_time(const Expr& time, TimeRole role, SourceSpan span, const Plan* plan, BindSession& session) {
  if (time.type.is_invalid()) return false;
  if (role != TimeRole::None) return true;
  Failure failure = fail(ErrorCode::NotATimeAttribute, span, "`{}` is no time attribute, but {}", session.text(span),
                         time.type.is_timestamp() ? "a plain timestamp" : time.type.as_nullable().to_string())
                        .hint("A time attribute is a column with a WATERMARK or PROCTIME(), passed on unchanged.");
  auto* column = time.as<ColumnRef>();
  if (plan != nullptr && column != nullptr && column->index < (*plan)->schema.size()) {
    failure = with_lost_time(std::move(failure), *plan, column->index, session);
  }
  session.report(std::move(failure), span);
  return false;
}

BoundQuery QueryBinder::bind_table_argument(const ast::Expr& argument, Window::Kind kind, std::vector<uint32_t>& keys) {
  if (auto* table = std::get_if<ast::TableArgument>(&argument.kind)) {
    bool takes_keys = kind == Window::Kind::Session;
    if (!table->order_by.empty() || (!takes_keys && !table->partition_by.empty())) {
      bool by_keys = table->order_by.empty();
      SourceSpan span{by_keys ? table->partition_by.front()->span.begin : table->order_by.front().span.begin,
                      argument.span.end};
      session_.report(
          fail(ErrorCode::BadWindow, span, "{} takes no {}", name_of(kind), by_keys ? "PARTITION BY" : "ORDER BY")
              .hint(by_keys ? "Leave it out, and write the columns into GROUP BY beside window_start and "
                              "window_end."
                            : "Leave it out: windows take rows in the order of their time."),
          span);
    }
    std::vector<std::string> path;
    BoundQuery bound = table->table ? bind_named(*table->table, {}, table->table->span, path) : bind(*table->query);
    if (!takes_keys || bound.open) return bound;
    From from = single(bound, table->table ? table->table->parts.back().text : "", path, argument.span);
    for (const ast::ExprPtr& expr : table->partition_by) {
      Expr key = ExprBinder(from.scope, session_).bind(*expr);
      auto* reference = key.as<ColumnRef>();
      if (reference != nullptr) keys.push_back(reference->index);
      bound.open |= reference == nullptr;
      if (reference != nullptr || key.type.is_invalid()) continue;
      session_.report(fail(ErrorCode::BadWindow, expr->span, "a session is partitioned by columns")
                          .hint("Compute the value in a query of its own in place of TABLE t, and name its column."),
                      expr->span);
    }
    return bound;
  }
  if (auto* query = std::get_if<ast::ScalarSubquery>(&argument.kind)) return bind(*query->query);
  Failure failure = fail(ErrorCode::BadWindow, argument.span, "the first argument of a window is a table")
                        .hint("Write TABLE t or a query in parentheses.");
  if (std::holds_alternative<ast::ColumnRef>(argument.kind)) {
    failure = std::move(failure).change(argument.span, "TABLE " + session_.text(argument.span));
  }
  session_.report(std::move(failure), argument.span);
  return broken_query();
}

namespace {

// The columns of a window function whose time is wrong, so that what is wrong with their uses is told, too.
From open_window(From input) {
  Relation& relation = input.scope.relations[0];
  for (const char* name : {"window_start", "window_end", "window_time"}) {
    relation.columns.push_back({name, Type::timestamp(3).not_null()});
    relation.times.push_back(TimeRole::None);
  }
  relation.open = true;
  return input;
}

}  // namespace

From QueryBinder::bind_window_function(const ast::Call& call, Window::Kind kind, const ast::TableRef& reference) {
  const Shape& shape = shape_of(kind);
  SourceSpan span = session_.place.value_or(reference.span);
  From broken = single(broken_query(), "", {}, span);
  Arguments args;
  if (!read_arguments(call, shape, args, span, session_)) return broken;
  std::vector<uint32_t> keys;
  BoundQuery data = bind_table_argument(*args[0], kind, keys);
  const ast::Name* name = time_name(*args[1], session_);
  Window window{.kind = kind};
  bool valid = read_lengths(args, shape, window, session_);
  valid = valid && check_lengths(args, window, session_);
  if (data.open || name == nullptr) return broken;

  From input = single(data, "", {}, span);
  Expr time = resolve_name(*name, input.scope, session_);
  auto* column = time.as<ColumnRef>();
  TimeRole role = column == nullptr ? TimeRole::None : data.plan->times[column->index];
  if (!check_time(time, role, name->span, &data.plan, session_)) return open_window(std::move(input));
  if (!valid) return open_window(std::move(input));
  window.time = column->index;
  window.processing_time = role == TimeRole::Proctime;
  return single({make(WindowTvf{data.plan, window, std::move(keys)}), false}, "", {}, span);
}

}  // namespace sluice::planner
