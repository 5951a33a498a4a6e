#pragma once
// Rows of the cast table: one kernel per pair of C++ types, from which the classes of both SQL types are deduced.
#include <vector>

#include "catalog/functions/describe.h"

namespace sluice {

std::vector<Overload> number_casts();
std::vector<Overload> text_casts();
std::vector<Overload> time_casts();
std::vector<Overload> nested_casts();
std::vector<Overload> variant_casts();

namespace cast_detail {

template <class R, class... A>
ArgClass result_class(R (*)(A...) noexcept) {
  using Result = typename describe_detail::ValueOf<typename describe_detail::ResultOf<R, A...>::type>::type;
  return describe_detail::meaning_of<Result>().arg;
}

}  // namespace cast_detail

template <auto... Kernels>
void add_casts(std::vector<Overload>& out) {
  auto add = [&]<auto Kernel>(std::integral_constant<decltype(Kernel), Kernel>) {
    Overload overload = overload_of<Kernel>();
    overload.cast_to = cast_detail::result_class(Kernel);
    overload.nullability = ResultNullability::IfAnyArgument;
    out.push_back(std::move(overload));
  };
  (add(std::integral_constant<decltype(Kernels), Kernels>{}), ...);
}

}  // namespace sluice
