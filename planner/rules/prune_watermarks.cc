// A source whose watermarks nobody reads does not make any. Nobody is: no window, no deduplication that keeps the first
// row, no CURRENT_WATERMARK, and a sink that has no use for event time.
#include <algorithm>
#include <array>

#include "planner/rules/rule.h"

namespace sluice::planner {
namespace {

bool reads_watermark(const Expr& expr) {
  return expr.is_call("CURRENT_WATERMARK") || std::ranges::any_of(expr.args, reads_watermark);
}

bool reads_watermark(const Plan& plan) {
  bool reads = match(
      plan, [](const Scan&) { return false; }, [](const Values&) { return false; }, [](const Filter&) { return false; },
      [](const Project&) { return false; }, [](const Aggregate&) { return false; },
      [](const WindowTvf&) { return true; }, [](const WindowAggregate&) { return true; },
      // The last row is known to be the last only until the next one; the first waits until no earlier one can come.
      [](const Deduplicate& deduplicate) { return !deduplicate.keeps_last; },
      // The bounds of windows and the order of rowtimes need watermarks.
      [](const Rank& rank) { return !rank.window.empty(); }, [](const Over& over) { return over.is_by_time(); },
      [](const Match&) { return true; }, [](const Union&) { return false; },
      [](const Join& join) { return join.strategy != JoinStrategy::Regular && join.strategy != JoinStrategy::Lookup; },
      [](const Correlate&) { return false; }, [](const Sort& sort) { return is_temporal(sort); },
      [](const Expand&) { return false; }, [](const ChangelogCall&) { return false; },
      [](const WatermarkAssigner& assigner) { return assigner.watermark.has_value(); },
      [](const ChangelogNormalize&) { return false; },
      [](const Sink& sink) {
        constexpr std::array<std::string_view, 3> kNeverReads = {"blackhole", "print", "$collect"};
        auto connector = sink.table.options.find("connector");
        return connector == sink.table.options.end() || !std::ranges::count(kNeverReads, connector->second);
      });
  for_each_expr(plan, [&](const Expr& expr) { reads = reads || reads_watermark(expr); });
  for_each_input(plan, [&](const Plan& input) { reads = reads || reads_watermark(input); });
  return reads;
}

Plan without_watermarks(const Plan& plan) {
  auto* scan = plan.as<Scan>();
  if (scan == nullptr) return map_inputs(plan, without_watermarks);
  if (!scan->watermark) return plan;
  Scan copy = *scan;
  copy.watermark.reset();
  copy.rowtime.reset();
  return make(std::move(copy));
}

}  // namespace

std::optional<Plan> prune_watermarks(const Plan& sink, const RuleContext&) {
  if (sink.as<Sink>() == nullptr || reads_watermark(sink)) return {};
  Plan better = without_watermarks(sink);
  if (better.id() == sink.id()) return {};
  return better;
}

}  // namespace sluice::planner
