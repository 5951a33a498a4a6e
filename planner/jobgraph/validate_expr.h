#pragma once
// The part of validate.h that looks at types, values and expressions.
#include "base/result.h"
#include "catalog/expr/expr.h"

namespace sluice::jobgraph {

// Precision, scale and children are those that SQL allows, so that `physical()` and `width()` can be relied on.
Status validate_type(const Type& type);
Status validate_value(const Value& value, const Type& type);
// `expr` is computed over rows of `input`.
Status validate_expr(const Expr& expr, const RowSchema& input);

}  // namespace sluice::jobgraph
