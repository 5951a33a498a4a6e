#pragma once
// Patterns of java.util.regex in the syntax of PCRE2.
#include <string>
#include <string_view>

namespace sluice {

// What means the same in both stays. A pattern that is not valid comes out as one that is not valid either.
std::string pcre_of_java(std::string_view pattern);

}  // namespace sluice
