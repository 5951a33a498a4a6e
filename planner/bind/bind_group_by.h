#pragma once
// GROUP BY: its keys, their sets, and its window.
#include <optional>
#include <string>

#include "planner/bind/group_window.h"
#include "planner/bind/grouping_sets.h"

namespace sluice::planner {

struct GroupBy {
  Grouping grouping;
  std::optional<GroupWindow> window;
  bool valid = true;  // Nothing was reported.
};
GroupBy bind_group_by(const ast::GroupBy& group_by, const Scope& scope, const Plan& plan, BindSession& session);

// The name of an item or a key without an alias, or an empty one.
std::string derived_name(const ast::Expr& expr);

}  // namespace sluice::planner
