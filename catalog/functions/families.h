#pragma once
// The families of which the function table is made, one file each: NAME.cc holds the kernels and the rows.
#include <vector>

#include "catalog/functions/function_decl.h"

namespace sluice {

std::vector<FunctionDecl> comparison_functions();
std::vector<FunctionDecl> logic_functions();
std::vector<FunctionDecl> arithmetic_functions();
std::vector<FunctionDecl> math_functions();
std::vector<FunctionDecl> cast_functions();
std::vector<FunctionDecl> string_functions();
std::vector<FunctionDecl> string_building_functions();
std::vector<FunctionDecl> pattern_functions();
std::vector<FunctionDecl> time_functions();
std::vector<FunctionDecl> time_difference_functions();
std::vector<FunctionDecl> time_format_functions();
std::vector<FunctionDecl> now_functions();
std::vector<FunctionDecl> random_functions();
std::vector<FunctionDecl> extreme_functions();
std::vector<FunctionDecl> digest_functions();
std::vector<FunctionDecl> text_test_functions();
std::vector<FunctionDecl> nested_functions();
std::vector<FunctionDecl> array_functions();
std::vector<FunctionDecl> map_functions();
std::vector<FunctionDecl> composed_functions();
std::vector<FunctionDecl> json_query_functions();
std::vector<FunctionDecl> json_building_functions();
std::vector<FunctionDecl> encoding_functions();
std::vector<FunctionDecl> text_value_functions();
std::vector<FunctionDecl> network_text_functions();
std::vector<FunctionDecl> bitmap_functions();
std::vector<FunctionDecl> variant_functions();

}  // namespace sluice
