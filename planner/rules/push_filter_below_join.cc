#include "planner/plan/join_filter.h"
#include "planner/rules/expressions.h"
#include "planner/rules/rule.h"

namespace sluice::planner {

//   Filter[p AND q AND c] (x JOIN y)  =>  Filter[p] (x) JOIN[c] Filter[q] (y)
//
// Where p reads x, q reads y and c both; the rest stays above. Not what is impure, which would be drawn for other rows.
std::optional<Plan> push_filter_below_join(const Plan& plan, const RuleContext&) {
  auto* filter = plan.as<Filter>();
  if (filter == nullptr || filter->input.as<Join>() == nullptr || !is_pure(filter->predicate)) return {};
  Plan better =
      filter_join(filter->input, conjuncts_of(filter->predicate), [](Plan input, std::vector<Expr> conditions) {
        return make(Filter{std::move(input), conjunction(std::move(conditions))});
      });
  if (better == plan) return {};
  return better;
}

}  // namespace sluice::planner
