// Calls OVER: their window, their frame, and what each function takes.
#include <algorithm>

#include "planner/bind/expr_binder.h"
#include "planner/bind/flink_functions.h"
#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

using ast::FrameBoundKind;

// Bounds of a frame in the order of rows.
int rank_of(FrameBoundKind kind) { return static_cast<int>(kind); }

struct FunctionShape {
  std::string_view name;
  size_t arguments_min = 0;
  size_t arguments_max = 0;
};

// Functions that exist only OVER a window.
constexpr FunctionShape kWindowFunctions[] = {{"ROW_NUMBER"}, {"RANK"},        {"DENSE_RANK"}, {"PERCENT_RANK"},
                                              {"CUME_DIST"},  {"NTILE", 1, 1}, {"LAG", 1, 3},  {"LEAD", 1, 3}};

const FunctionShape* window_function(std::string_view name) {
  auto found = std::ranges::find(kWindowFunctions, name, &FunctionShape::name);
  return found == std::end(kWindowFunctions) ? nullptr : &*found;
}

// OVER (w ORDER BY ..) and WINDOW w2 AS (w ..): what `w` says, and what is added to it.
struct Specs {
  std::vector<const ast::WindowSpec*> chain;  // The outermost first.

  const ast::WindowSpec* partition() const {
    auto found = std::ranges::find_if(chain, [](const auto* spec) { return !spec->partition_by.empty(); });
    return found == chain.end() ? nullptr : *found;
  }
  const ast::WindowSpec* order() const {
    auto found = std::ranges::find_if(chain, [](const auto* spec) { return !spec->order_by.empty(); });
    return found == chain.end() ? nullptr : *found;
  }
  const ast::WindowFrame* frame() const {
    auto found = std::ranges::find_if(chain, [](const auto* spec) { return spec->frame.has_value(); });
    return found == chain.end() ? nullptr : &*(*found)->frame;
  }
};

bool add_named(const ast::Identifier& name, const std::vector<ast::NamedWindow>* windows, Specs& specs,
               BindSession& session) {
  std::vector<std::string> known;
  if (windows != nullptr) {
    for (const ast::NamedWindow& window : *windows) {
      known.push_back(window.name.text);
      if (window.name.text != name.text || specs.chain.size() > windows->size()) continue;
      specs.chain.push_back(&window.spec);
      return !window.spec.base || add_named(*window.spec.base, windows, specs, session);
    }
  }
  session.report(fail(ErrorCode::UnknownWindow, name.span, "window `{}` is not defined", name.text)
                     .hint(known.empty() ? "Define it behind FROM: WINDOW name AS (PARTITION BY .. ORDER BY ..)."
                                         : names_hint(name.text, known)),
                 name.span);
  return false;
}

std::optional<Specs> specs_of(const ast::Over& over, const std::vector<ast::NamedWindow>* windows,
                              BindSession& session) {
  Specs specs;
  if (auto* name = std::get_if<ast::Identifier>(&over)) {
    if (!add_named(*name, windows, specs, session)) return {};
    return specs;
  }
  const auto& spec = std::get<ast::WindowSpec>(over);
  specs.chain.push_back(&spec);
  if (spec.base && !add_named(*spec.base, windows, specs, session)) return {};
  return specs;
}

SourceSpan span_of(const ast::FrameBound& bound, const ast::WindowFrame& frame) {
  return bound.span.end > bound.span.begin ? bound.span : frame.span;
}

bool check_bounds(const ast::WindowFrame& frame, BindSession& session) {
  ast::FrameBound current{.kind = FrameBoundKind::CurrentRow};
  const ast::FrameBound& end = frame.end ? *frame.end : current;
  auto report = [&](SourceSpan span, const char* message) {
    session.report(
        fail(ErrorCode::BadFrame, span, "{}", message)
            .hint("Write BETWEEN n PRECEDING AND CURRENT ROW, or BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW."),
        span);
    return false;
  };
  if (frame.begin.kind == FrameBoundKind::UnboundedFollowing) {
    return report(span_of(frame.begin, frame), "a frame cannot begin at UNBOUNDED FOLLOWING");
  }
  if (end.kind == FrameBoundKind::UnboundedPreceding) {
    return report(span_of(end, frame), "a frame cannot end at UNBOUNDED PRECEDING");
  }
  if (rank_of(frame.begin.kind) > rank_of(end.kind)) {
    return report(span_of(end, frame), "the frame ends before it begins");
  }
  if (end.kind == FrameBoundKind::CurrentRow && rank_of(frame.begin.kind) < rank_of(FrameBoundKind::CurrentRow)) {
    return true;
  }
  session.report(fail(ErrorCode::BadFrame, frame.span, "a frame over a stream ends at CURRENT ROW and begins before")
                     .hint("Write ROWS BETWEEN n PRECEDING AND CURRENT ROW, or UNBOUNDED PRECEDING."),
                 frame.span);
  return false;
}

std::nullopt_t report_offset(SourceSpan span, BindSession& session) {
  session.report(fail(ErrorCode::BadFrame, span, "the offset of a frame is a number that is not negative")
                     .hint("ROWS counts rows, such as 10 PRECEDING; RANGE goes back in time by an INTERVAL."),
                 span);
  return std::nullopt;
}

// `n` of n PRECEDING: rows, or as many of the order's units.
std::optional<int64_t> preceding_of(const ast::WindowFrame& frame, const OverCalls::Window& window,
                                    BindSession& session) {
  Scope nothing;
  SourceSpan span = frame.begin.offset->span;
  const auto* call = std::get_if<ast::Call>(&frame.begin.offset->kind);
  if (std::holds_alternative<ast::ColumnRef>(frame.begin.offset->kind) ||
      (call != nullptr && frame.unit == ast::FrameUnit::Rows)) {
    return report_offset(span, session);
  }
  Expr offset = ExprBinder(nothing, session).bind(*frame.begin.offset);
  if (offset.type.is_invalid()) return {};
  auto* value = offset.as<Literal>();
  bool is_count = value != nullptr && offset.type.is_integer() && !value->value.is_null();
  if (frame.unit == ast::FrameUnit::Rows) {
    if (is_count) return value->value.get<int64_t>();
    return report_offset(span, session);
  }
  if (window.order_by.size() != 1) {
    session.report(fail(ErrorCode::BadFrame, frame.span, "a frame of a RANGE is ordered by exactly one column")
                       .hint("Order by the time attribute alone, or count rows by ROWS."),
                   frame.span);
    return {};
  }
  const Type& order = window.order_by[0].expr.type;
  bool is_interval = offset.type.is(TypeRoot::IntervalDayTime);
  bool fits = order.is_temporal() ? offset.type.is_interval() : order.is_numeric() && offset.type.is_numeric();
  if (!fits) {
    session.report(fail(ErrorCode::BadFrame, span, "the frame is {} long, and the order is of {}",
                        offset.type.as_nullable().to_string(), order.as_nullable().to_string())
                       .hint("A RANGE over a time attribute is as long as an INTERVAL; ROWS counts rows."),
                   span);
    return {};
  }
  if (is_count || (is_interval && value != nullptr)) return value->value.get<int64_t>();
  session.report(fail(ErrorCode::BadFrame, span, "a frame is as long as an INTERVAL of days to seconds")
                     .hint("Write a constant such as INTERVAL '10' MINUTE."),
                 span);
  return {};
}

}  // namespace

// Nothing where something was reported.
std::optional<OverCalls::Window> ExprBinder::bind_window(const ast::Over& over, std::string_view function) {
  auto specs = specs_of(over, windows, session_);
  if (!specs) return {};
  OverCalls::Window window;
  bool valid = true;
  if (const ast::WindowSpec* spec = specs->partition()) {
    for (const ast::ExprPtr& key : spec->partition_by) {
      window.partition_by.push_back(bind_value(*key));
      valid &= !window.partition_by.back().type.is_invalid();
    }
  }
  if (const ast::WindowSpec* spec = specs->order()) {
    for (const ast::OrderItem& order : spec->order_by) {
      SortKey key = sort_key(0, order);
      window.order_by.push_back({bind_value(*order.expr), key.descending, key.nulls_last});
      valid &= !window.order_by.back().expr.type.is_invalid();
    }
  }
  const ast::WindowFrame* frame = specs->frame();
  window.frame.rows = frame != nullptr ? frame->unit == ast::FrameUnit::Rows : function == "ROW_NUMBER";
  if (frame != nullptr && valid) {
    valid = check_bounds(*frame, session_);
    if (valid && frame->begin.kind == FrameBoundKind::Preceding) {
      window.frame.preceding = preceding_of(*frame, window, session_);
      valid = window.frame.preceding.has_value();
    }
  }
  if (!valid) return {};
  return window;
}

Expr ExprBinder::bind_over(const ast::Call& call, SourceSpan span) {
  if (overs == nullptr || in_aggregate_ || in_over_) {
    const char* where = in_aggregate_ || in_over_ ? "another aggregate" : clause;
    session_.report(fail(in_aggregate_ || in_over_ ? ErrorCode::NestedAggregate : ErrorCode::MisplacedWindowFunction,
                         span, "`{}` OVER cannot stand in {}", display_name(call), where)
                        .hint("Compute it in a query of its own in FROM, and use its column here."),
                    span);
    return invalid_expr(span);
  }
  if (call.nulls != ast::NullTreatment::None) {
    session_.report(
        fail(ErrorCode::BadOverWindow, span, "`{}` takes no IGNORE NULLS and no RESPECT NULLS", display_name(call))
            .hint("Leave it out; WHERE .. IS NOT NULL in the query below keeps NULLs away."),
        span);
    return invalid_expr(span);
  }
  bool is_aggregate = window_function(call.lookup) != nullptr || is_aggregate_of_flink(call.lookup);
  if (!is_aggregate || call.filter) {
    session_.report(fail(ErrorCode::NotAnAggregate, span, "`{}` cannot stand before OVER",
                         call.filter ? "FILTER" : display_name(call))
                        .hint(call.filter ? "Put the condition into the argument: SUM(CASE WHEN .. THEN .. END)."
                                          : "Only aggregates and window functions are computed OVER a window."),
                    span);
    return invalid_expr(span);
  }
  in_over_ = true;
  auto window = bind_window(*call.over, call.lookup);
  auto item = bind_over_call(call, span);
  in_over_ = false;
  if (!window || !item) return invalid_expr(span);
  // A frame of the last rows is declared as if it could be empty.
  if (window->frame.preceding && item->function != "COUNT" && !is_window_function(item->function)) {
    item->result = item->result.as_nullable();
  }
  auto known = std::ranges::find(overs->windows, *window);
  item->window = static_cast<size_t>(known - overs->windows.begin());
  if (known == overs->windows.end()) overs->windows.push_back(std::move(*window));
  auto index = static_cast<uint32_t>(overs->items.size());
  Expr result = column(kOverBase + index, item->result);
  result.span = span;
  overs->items.push_back(std::move(*item));
  return result;
}

std::optional<OverCalls::Item> ExprBinder::bind_over_call(const ast::Call& call, SourceSpan span) {
  OverCalls::Item item{.function = call.lookup,
                       .distinct = call.quantifier == ast::SetQuantifier::Distinct,
                       .span = session_.place.value_or(span)};
  bool valid = true;
  for (const ast::ExprPtr& arg : call.args) {
    if (std::holds_alternative<ast::Star>(arg->kind) && call.lookup == "COUNT") continue;
    item.args.push_back(bind_value(*arg));
    valid &= !item.args.back().type.is_invalid();
  }
  if (!valid) return {};
  if (const FunctionShape* shape = window_function(call.lookup)) {
    if (call.args.size() < shape->arguments_min || call.args.size() > shape->arguments_max) {
      std::string wanted = shape->arguments_min == shape->arguments_max
                               ? fmt::format("{}", shape->arguments_min)
                               : fmt::format("{} to {}", shape->arguments_min, shape->arguments_max);
      session_.report(fail(ErrorCode::WrongArgumentCount, span, "`{}` does not take {} argument{}", call.lookup,
                           call.args.size(), call.args.size() == 1 ? "" : "s")
                          .hint(fmt::format(
                              "It takes {}{}.", wanted,
                              call.lookup == "LAG" || call.lookup == "LEAD" ? ": LAG(value, rows back, default)" : "")),
                      span);
      return {};
    }
    return bind_window_function(std::move(item));
  }
  const AggregateDecl* decl = find_aggregate(call.lookup);
  if (decl == nullptr) {
    session_.not_supported(span, "`{}` OVER", display_name(call));
    return {};
  }
  bool nullable = std::ranges::any_of(item.args, [](const Expr& arg) { return arg.type.nullable(); });
  auto shape = bound_shape(*decl, item.args, item.distinct, span, session_);
  if (!shape) return {};
  item.version = decl->version;
  item.result = shape->result.with_nullability(shape->result.nullable() && nullable);
  return item;
}

// LAG(value, offset, otherwise): as old a value, or the default.
std::optional<OverCalls::Item> ExprBinder::bind_window_function(OverCalls::Item item) {
  item.result = Type::bigint().not_null();
  if (item.function == "PERCENT_RANK" || item.function == "CUME_DIST") item.result = Type::float64().not_null();
  if (item.function != "LAG" && item.function != "LEAD") return item;
  item.result = item.args[0].type.as_nullable();
  if (item.args.size() > 1 && !item.args[1].type.is_numeric()) {
    session_.report(fail(ErrorCode::WrongArguments, item.args[1].span, "the offset of {} is a number, and not {}",
                         item.function, item.args[1].type.as_nullable().to_string())
                        .hint("Write how many rows to go back, such as 1."),
                    item.args[1].span);
    return {};
  }
  if (item.args.size() < 3) return item;
  const Type& type = item.args[2].type;
  if (type.is_character() != item.result.is_character() || type.is_numeric() != item.result.is_numeric()) {
    session_.report(fail(ErrorCode::TypeMismatch, item.args[2].span, "the default of {} is {}, and its value {}",
                         item.function, type.as_nullable().to_string(), item.result.to_string())
                        .hint("Write a CAST of the default to the type of the value."),
                    item.args[2].span);
    return {};
  }
  SourceSpan span = item.args[2].span;
  bool never_null = !item.args[0].type.nullable() && !type.nullable();
  item.args[2] = cast_or_report(std::move(item.args[2]), item.result, span, session_);
  item.result = item.result.with_nullability(!never_null);
  return item;
}

}  // namespace sluice::planner
