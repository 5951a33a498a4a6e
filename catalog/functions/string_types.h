#pragma once
// Result types of string functions.
#include "catalog/functions/function_decl.h"

namespace sluice {

inline Type same_text(const CallArguments& arguments) { return arguments.types[0]; }
// CHAR(n) as VARCHAR(n): the result may be shorter.
inline Type varying_text(const CallArguments& arguments) { return Type::varchar(arguments.types[0].length()); }

// STRING, and NULL only where an argument is, or where it `can_fail`: the kernel knows cases without an answer.
inline Type text_unless(bool can_fail, const CallArguments& arguments) {
  for (const Type& type : arguments.types) can_fail |= type.nullable();
  return Type::string().with_nullability(can_fail);
}

}  // namespace sluice
