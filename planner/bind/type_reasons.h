#pragma once
// Why types do not fit: which value has which type, and how to come from one to the other.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/expr/expr.h"

namespace sluice::planner {

// The failure with a note that says which type the value has, where it is not the whole of what is marked.
Failure with_type(Failure failure, const Expr& side, SourceSpan whole);
// "the values of CASE have no common type", with a note at one value of each type.
Failure no_common_type(std::span<const Expr* const> values, SourceSpan span, std::string_view what);
// The failure of a call over arguments of these types, with what was meant. Calls that are written as something else,
// such as a[1], are named as they are written.
Failure explained(Failure failure, std::string_view function, const std::vector<Expr>& sides);
// How to come from the one type to the other where no cast leads; empty where there is no way.
std::string way_to(const Type& from, const Type& to);

}  // namespace sluice::planner
