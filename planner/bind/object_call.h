#pragma once
// OBJECT_OF('class', 'field', value, ..) and OBJECT_UPDATE(object, 'field', value, ..): checked as Flink does, and
// refused, because there are no structured values yet.
#include "planner/bind/expr_binder.h"

namespace sluice::planner {

Expr bind_object_call(ExprBinder& binder, const ast::Call& call, SourceSpan span, BindSession& session);

}  // namespace sluice::planner
