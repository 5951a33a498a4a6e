// Kinds of the logical plan that have no operator yet.
#include "planner/physical/lower.h"

namespace sluice::planner {

namespace {

Failure refused(SourceSpan span, const char* what) {
  return fail(ErrorCode::NotSupportedYet, span, "{} is not supported yet", what);
}

}  // namespace

Result<uint32_t> Lowering::lower_node(const Plan&, const Join& join, bool) {
  constexpr const char* kNames[] = {"a join", "an interval join", "a temporal join", "a lookup join",
                                    "a join of windows"};
  return refused(join.span, kNames[static_cast<size_t>(join.strategy)]);
}

Result<uint32_t> Lowering::lower_node(const Plan&, const Correlate& correlate, bool) {
  return refused(correlate.span, correlate.function == "UNNEST" ? "UNNEST" : "a table function");
}

Result<uint32_t> Lowering::lower_node(const Plan&, const Sort& sort, bool) {
  return refused(sort.span, sort.keys.empty()   ? "LIMIT"
                            : sort.is_bounded() ? "ORDER BY with LIMIT"
                                                : "ORDER BY of a query");
}

Result<uint32_t> Lowering::lower_node(const Plan&, const Expand& expand, bool) {
  return refused(expand.span, "GROUPING SETS, ROLLUP or CUBE");
}

Result<uint32_t> Lowering::lower_node(const Plan&, const ChangelogCall& call, bool) {
  return refused(call.span, call.added.empty() ? "FROM_CHANGELOG" : "TO_CHANGELOG");
}

Result<uint32_t> Lowering::lower_node(const Plan&, const Rank& rank, bool) {
  const char* what = rank.window.empty() ? "a Top-N query" : "a Top-N query over windows";
  return fail(ErrorCode::NotSupportedYet, rank.span, "{} is not supported yet", what)
      .hint("What runs is a filter of `= 1` on a ROW_NUMBER that is ordered by a time attribute.");
}

Result<uint32_t> Lowering::lower_node(const Plan&, const Over& over, bool) {
  return fail(ErrorCode::NotSupportedYet, over.span, "{} OVER is not supported yet", over.calls[0].function);
}

Result<uint32_t> Lowering::lower_node(const Plan&, const Match& match, bool) {
  return fail(ErrorCode::NotSupportedYet, match.span, "MATCH_RECOGNIZE is not supported yet");
}

}  // namespace sluice::planner
