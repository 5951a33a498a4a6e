#include "catalog/functions/function_table.h"
#include "catalog/types/coercion.h"

namespace sluice {

const Overload* find_cast(const Type& from, const Type& to, bool is_try) {
  if (!is_castable(from, to)) return nullptr;
  const FunctionDecl* decl = find_function(is_try ? "TRY_CAST" : "CAST");
  if (decl == nullptr) return nullptr;
  for (const Overload& overload : decl->overloads) {
    if (accepts(overload.args[0], from) && accepts(*overload.cast_to, to)) return &overload;
  }
  return nullptr;
}

Result<Expr> make_cast(Expr arg, const Type& type, SourceSpan span, bool is_try) {
  Type target = type.with_nullability(arg.type.nullable() || is_try);
  if (arg.type.is_invalid() || target.is_invalid()) {
    arg.type = Type::invalid();
    return arg;
  }
  bool is_same = arg.type.equals_ignoring_nullability(target);
  // TRY_CAST gives a type that can be NULL, also where nothing is to be done.
  const Overload* widening = is_same && is_try && !arg.type.nullable() ? find_cast(arg.type, target, true) : nullptr;
  if (widening != nullptr) {
    std::vector<Expr> args;
    args.push_back(std::move(arg));
    return Expr{Call{"TRY_CAST", widening->version, widening}, target, std::move(args), span};
  }
  if (is_same) return arg;
  // TIME of any precision is computed as TIME(0).
  if (target.is(TypeRoot::Time)) target = Type::time(0).with_nullability(target.nullable());
  if (auto* value = arg.as<Literal>(); value != nullptr && value->value.is_null()) {
    return Expr{*value, target.as_nullable(), {}, arg.span};
  }
  if (!is_castable(arg.type, target)) {
    return fail(ErrorCode::CannotCast, span, "cannot cast `{}` to `{}`", arg.type.to_string(), target.to_string());
  }
  const Overload* overload = find_cast(arg.type, target, is_try);
  if (overload == nullptr) {
    return fail(ErrorCode::NotSupportedYet, span, "a cast from `{}` to `{}` is not supported yet", arg.type.to_string(),
                target.to_string());
  }
  std::vector<Expr> args;
  args.push_back(std::move(arg));
  return Expr{Call{is_try ? "TRY_CAST" : "CAST", overload->version, overload}, target, std::move(args), span};
}

}  // namespace sluice
