#pragma once
// The table of scalar SQL functions and what is asked of it. Operators (`+`, `=`, `NOT`, `IS NULL`) are functions too.
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/expr/expr.h"
#include "catalog/functions/function_decl.h"

namespace sluice {

// All of them, by name; for docs, tests and completion.
const std::vector<FunctionDecl>& function_table();

// By name or alias, in any letter case; null when there is none.
const FunctionDecl* find_function(std::string_view name);
// Names that users may call, for suggestions.
std::vector<std::string> function_names();

struct ResolvedCall {
  const Overload* overload = nullptr;
  std::vector<Type> arguments;  // What the arguments must be cast to.
  Type result;
};

// Picks the overload for these arguments, with implicit casts as Flink makes them. Fails with WrongArguments.
Result<ResolvedCall> resolve_overload(const FunctionDecl& function, const CallArguments& arguments);

// CAST (or TRY_CAST) between two types, or null when Flink does not allow it.
const Overload* find_cast(const Type& from, const Type& to, bool is_try = false);

// A call as an expression: resolved, with casts around the arguments that need one. Fails with UnknownFunction,
// WrongArguments or NotSupportedYet; `span` is the call's.
Result<Expr> make_call(std::string_view function, std::vector<Expr> args, SourceSpan span);
// CAST(arg AS type), TRY_CAST when `is_try`; the argument itself when nothing changes but nullability. The result's
// nullability follows the argument's. Fails with CannotCast.
Result<Expr> make_cast(Expr arg, const Type& type, SourceSpan span, bool is_try = false);

// The overload of a call that was resolved earlier, found again by name, version, argument and result types when a
// JobGraph is read; null when this build does not know it.
const Overload* find_overload(const Call& call, std::span<const Expr> args, const Type& result);

}  // namespace sluice
