#pragma once
// Result types of string functions.
#include "catalog/functions/function_decl.h"

namespace sluice {

inline Type same_text(const CallArguments& arguments) { return arguments.types[0]; }
// CHAR(n) as VARCHAR(n): the result may be shorter.
inline Type varying_text(const CallArguments& arguments) { return Type::varchar(arguments.types[0].length()); }

// An overload whose kernel can say NULL, in a row whose others cannot: declared nullable only by its arguments.
inline Overload over_text(Overload overload) {
  overload.nullability = ResultNullability::IfAnyArgument;
  return overload;
}

}  // namespace sluice
