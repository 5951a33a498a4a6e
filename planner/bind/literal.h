#pragma once
// Literals: their values and types.
#include "grammar/ast/expr.h"
#include "planner/bind/session.h"

namespace sluice::planner {

// `negative`: a minus stands in front, which belongs to the number: -2147483648 is an INT.
Expr bind_number(const ast::NumberLiteral& number, bool negative, SourceSpan span, BindSession& session);
Expr bind_string(const ast::StringLiteral& text, SourceSpan span);
Expr bind_binary(const ast::BinaryLiteral& bytes, SourceSpan span);
Expr bind_temporal(const ast::TemporalLiteral& temporal, SourceSpan span, BindSession& session);
Expr bind_interval(const ast::IntervalLiteral& interval, SourceSpan span, BindSession& session);
// A whole number that is a literal counts units where it is cast to an interval; nothing for other expressions, whose
// numbers are milliseconds or months.
std::optional<Expr> interval_of_units(const Expr& number, ast::TimeUnit unit, SourceSpan span);

}  // namespace sluice::planner
