#include "planner/physical/physical_settings.h"

#include "planner/jobgraph/validate.h"

namespace sluice::planner {
namespace {

Result<std::optional<PhysicalSettings::MiniBatch>> mini_batch_of(const Settings& settings) {
  using MaybeMiniBatch = std::optional<PhysicalSettings::MiniBatch>;
  if (!settings.get_bool("table.exec.mini-batch.enabled")) return MaybeMiniBatch{};
  int64_t latency = settings.get_ms("table.exec.mini-batch.allow-latency");
  int64_t size = settings.get_int("table.exec.mini-batch.size");
  if (latency <= 0) {
    return fail(ErrorCode::BadOptionValue, "`table.exec.mini-batch.allow-latency` must be positive with mini-batch")
        .hint("Set it to a duration such as `2 s`, or set `table.exec.mini-batch.enabled` to false.");
  }
  if (size <= 0) {
    return fail(ErrorCode::BadOptionValue, "`table.exec.mini-batch.size` must be positive with mini-batch")
        .hint("Set it to a number of rows such as 50000, or set `table.exec.mini-batch.enabled` to false.");
  }
  return MaybeMiniBatch{{latency, static_cast<uint64_t>(size)}};
}

}  // namespace

Result<PhysicalSettings> physical_settings(const Settings& settings) {
  PhysicalSettings out;
  SLUICE_TRY(out.mini_batch, mini_batch_of(settings));
  std::string phases = settings.get("table.optimizer.agg-phase-strategy");
  if (phases == "ONE_PHASE") out.phases = PhysicalSettings::Phases::One;
  if (phases == "TWO_PHASE") out.phases = PhysicalSettings::Phases::Two;
  out.materialize = settings.get("table.exec.sink.upsert-materialize");
  out.deduplicate_omits_insert = !settings.get_bool("table.exec.deduplicate.insert-update-after-sensitive-enabled");
  constexpr const char* kCompact = "table.exec.deduplicate.mini-batch.compact-changes-enabled";
  if (out.mini_batch && settings.get_bool(kCompact)) out.refused_deduplicate = kCompact;
  out.ttl_ms = settings.get_ms("table.exec.state.ttl");
  out.shares_sub_plans = settings.get_bool("table.optimizer.reuse-sub-plan-enabled");
  int64_t max_parallelism = settings.get_int("pipeline.max-parallelism");
  if (max_parallelism < 1 || max_parallelism > jobgraph::kParallelismLimit) {
    return fail(ErrorCode::BadOptionValue, "`pipeline.max-parallelism` must be between 1 and {}, not {}",
                jobgraph::kParallelismLimit, max_parallelism);
  }
  out.max_parallelism = static_cast<uint32_t>(max_parallelism);
  return out;
}

}  // namespace sluice::planner
