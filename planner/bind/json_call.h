#pragma once
// Calls of JSON functions, whose clauses (RETURNING, ON EMPTY, WITH WRAPPER, NULL ON NULL) become arguments.
#include "planner/bind/expr_binder.h"

namespace sluice::planner {

bool is_json_call(const ast::Call& call);
Expr bind_json_call(ExprBinder& binder, const ast::Call& call, SourceSpan span, BindSession& session);

}  // namespace sluice::planner
