#pragma once
// What a rewrite of the logical plan is. A rule looks at one node and what is below it, and answers with a better node
// of the same schema, or with nothing when it does not apply. The driver owns traversal, fixpoint, trace and switches.
#include <optional>

#include "base/kernel_context.h"
#include "planner/plan/logical.h"

namespace sluice::planner {

struct RuleContext {
  SessionContext session;  // For constant folding.
};

struct Rule {
  const char* name;
  std::optional<Plan> (*apply)(const Plan& plan, const RuleContext& context) = nullptr;
  // Of a rule that has to see a whole sink at once, in place of `apply`.
  std::optional<Plan> (*apply_to_sink)(const Plan& sink, const RuleContext& context) = nullptr;
};

struct Stage {
  const char* name;
  std::vector<Rule> rules;
  int rounds_max = 1;
};

// The order of rewrites is data.
const std::vector<Stage>& stages();
// What brings projections together that were put in later.
const std::vector<Stage>& merge_stages();

// ---- One file each.
std::optional<Plan> simplify_expressions(const Plan& plan, const RuleContext& context);
std::optional<Plan> remove_constant_filter(const Plan& plan, const RuleContext& context);
std::optional<Plan> decide_self_comparison(const Plan& plan, const RuleContext& context);
std::optional<Plan> merge_filters(const Plan& plan, const RuleContext& context);
std::optional<Plan> push_filter_below_project(const Plan& plan, const RuleContext& context);
std::optional<Plan> push_filter_below_union(const Plan& plan, const RuleContext& context);
std::optional<Plan> push_filter_below_join(const Plan& plan, const RuleContext& context);
std::optional<Plan> push_filter_below_aggregate(const Plan& plan, const RuleContext& context);
std::optional<Plan> push_filter_below_rowtime_marker(const Plan& plan, const RuleContext& context);
std::optional<Plan> push_filter_into_changelog_normalize(const Plan& plan, const RuleContext& context);
std::optional<Plan> push_watermark_into_scan(const Plan& plan, const RuleContext& context);
std::optional<Plan> push_filter_into_scan(const Plan& plan, const RuleContext& context);
std::optional<Plan> use_known_values(const Plan& plan, const RuleContext& context);
std::optional<Plan> push_fields_into_scan(const Plan& plan, const RuleContext& context);
std::optional<Plan> prune_columns(const Plan& sink, const RuleContext& context);
std::optional<Plan> prune_watermarks(const Plan& sink, const RuleContext& context);
std::optional<Plan> merge_projects(const Plan& plan, const RuleContext& context);
std::optional<Plan> pull_rowtime_marker_above_project(const Plan& plan, const RuleContext& context);
std::optional<Plan> remove_identity_project(const Plan& plan, const RuleContext& context);

}  // namespace sluice::planner
