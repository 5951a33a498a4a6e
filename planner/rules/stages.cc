#include "planner/rules/rule.h"

namespace sluice::planner {

namespace {

constexpr int kRoundsMax = 32;  // A stage that is not done by then stays correct, only less good.

#define SLUICE_RULE(function) {#function, &function, nullptr}
#define SLUICE_SINK_RULE(function) {#function, nullptr, &function}

}  // namespace

const std::vector<Stage>& stages() {
  static const std::vector<Stage> list = {
      // Before anything moves: what the filter sees as a column counts, as in Flink.
      {"self comparisons", {SLUICE_RULE(decide_self_comparison)}, kRoundsMax},
      {"simplify", {SLUICE_RULE(simplify_expressions), SLUICE_RULE(remove_constant_filter)}, kRoundsMax},
      // Watermarks first: a filter may pass only where the source makes the watermark from all rows.
      {"watermarks", {SLUICE_RULE(push_watermark_into_scan)}, kRoundsMax},
      {"filters",
       {SLUICE_RULE(merge_filters), SLUICE_RULE(push_filter_below_project), SLUICE_RULE(push_filter_below_union),
        SLUICE_RULE(push_filter_below_join), SLUICE_RULE(push_filter_below_aggregate),
        SLUICE_RULE(push_filter_below_rowtime_marker), SLUICE_RULE(push_filter_into_changelog_normalize),
        SLUICE_RULE(simplify_expressions), SLUICE_RULE(remove_constant_filter)},
       kRoundsMax},
      {"scans",
       {SLUICE_RULE(push_filter_into_scan), SLUICE_RULE(use_known_values), SLUICE_RULE(simplify_expressions),
        SLUICE_RULE(remove_constant_filter)},
       kRoundsMax},
      {"merge",
       {SLUICE_RULE(pull_rowtime_marker_above_project), SLUICE_RULE(merge_projects), SLUICE_RULE(simplify_expressions)},
       kRoundsMax},
      {"columns",
       {SLUICE_RULE(push_fields_into_scan), SLUICE_SINK_RULE(prune_watermarks), SLUICE_SINK_RULE(prune_columns),
        SLUICE_RULE(pull_rowtime_marker_above_project), SLUICE_RULE(merge_projects),
        SLUICE_RULE(remove_identity_project)},
       kRoundsMax},
  };
  return list;
}

const std::vector<Stage>& merge_stages() {
  static const std::vector<Stage> list = {
      {"merge again",
       {SLUICE_RULE(push_filter_below_project), SLUICE_RULE(push_filter_below_rowtime_marker),
        SLUICE_RULE(pull_rowtime_marker_above_project), SLUICE_RULE(merge_projects),
        SLUICE_RULE(remove_identity_project)},
       kRoundsMax},
  };
  return list;
}

}  // namespace sluice::planner
