#pragma once
#include "catalog/functions/kernel_abi.h"

namespace sluice {

// Letter case of UTF-8 text as Java's, for Latin, Greek, Cyrillic and Armenian letters. What does not change is not
// copied.
StringView to_lower(KernelContext& context, const StringView& text);
StringView to_upper(KernelContext& context, const StringView& text);
// The first of every run of ASCII letters and digits in upper, the others in lower case.
StringView to_initial_capitals(KernelContext& context, const StringView& text);

}  // namespace sluice
