// Calls about spans of time: OVERLAPS, and (a - b) with the units of an interval.
#include "planner/bind/expr_binder.h"

namespace sluice::planner {

// (a, b) OVERLAPS (c, d), where an interval may stand for an end: each begins before the other ends.
Expr ExprBinder::bind_overlaps(const ast::Call& call, SourceSpan span) {
  std::vector<Expr> ends;  // Earlier and later end of the first period, then of the second.
  for (const ast::ExprPtr& arg : call.args) {
    auto* period = std::get_if<ast::Call>(&arg->kind);
    if (period == nullptr || period->lookup != "ROW" || period->args.size() != 2) {
      session_.report(fail(ErrorCode::WrongArguments, arg->span, "OVERLAPS compares two periods")
                          .hint("Write (begin, end) OVERLAPS (begin, end)."),
                      arg->span);
      return invalid_expr(span);
    }
    Expr begin = bind_value(*period->args[0]), end = bind_value(*period->args[1]);
    if (begin.type.is_invalid() || end.type.is_invalid()) return invalid_expr(span);
    if (!begin.type.is_temporal()) {
      session_.report(fail(ErrorCode::WrongArguments, arg->span, "a period of OVERLAPS begins with a time")
                          .hint("Write (time, time) or (time, INTERVAL ..)."),
                      arg->span);
      return invalid_expr(span);
    }
    auto combine = [&](const char* function, const Expr& a, const Expr& b) {
      return call_or_report(function, std::vector<Expr>{a, b}, span, session_);
    };
    if (end.type.is_interval()) end = combine("+", begin, end);
    ends.push_back(combine("LEAST", begin, end));
    ends.push_back(combine("GREATEST", begin, end));
  }
  std::vector<Expr> both;
  both.push_back(bind_comparison(">=", ends[1], ends[2], span));
  both.push_back(bind_comparison(">=", ends[3], ends[0], span));
  return make_logic(Form::And, std::move(both), span);
}

// (a - b) DAY TO SECOND is the time between; (a - b) YEAR TO MONTH counts whole months.
Expr ExprBinder::bind_minus_date(const ast::Call& call, SourceSpan span) {
  auto* interval = std::get_if<ast::IntervalLiteral>(&call.args[2]->kind);
  Expr to = bind_value(*call.args[0]), from = bind_value(*call.args[1]);
  if (interval == nullptr || to.type.is_invalid() || from.type.is_invalid()) return invalid_expr(span);
  ast::TimeUnit unit = interval->range.first;
  if (unit != ast::TimeUnit::Year && unit != ast::TimeUnit::Quarter && unit != ast::TimeUnit::Month) {
    return call_or_report("MINUS_DATE", std::vector<Expr>{std::move(to), std::move(from)}, span, session_);
  }
  std::vector<Expr> args;
  args.push_back(Expr{Literal{Value{std::string("MONTH")}}, Type::character(5).not_null(), {}, span});
  args.push_back(std::move(from));
  args.push_back(std::move(to));
  Expr months = call_or_report("TIMESTAMPDIFF", std::move(args), span, session_);
  return cast_or_report(std::move(months), Type::interval_year_month(), span, session_);
}

}  // namespace sluice::planner
