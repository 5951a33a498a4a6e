// The table of settings. Defaults and keys: reference/flink-sql.md section 8 and Flink's configuration reference.
#include "catalog/objects/settings.h"

namespace sluice {

namespace {

using enum SettingType;

SettingDecl flag(std::string_view key, std::string_view fallback, std::string_view help) {
  return {key, Boolean, fallback, {}, help};
}
SettingDecl number(std::string_view key, std::string_view fallback, std::string_view help) {
  return {key, Integer, fallback, {}, help};
}
SettingDecl duration(std::string_view key, std::string_view fallback, std::string_view help) {
  return {key, Duration, fallback, {}, help};
}
SettingDecl memory(std::string_view key, std::string_view fallback, std::string_view help) {
  return {key, Memory, fallback, {}, help};
}
SettingDecl text(std::string_view key, std::string_view fallback, std::string_view help) {
  return {key, Text, fallback, {}, help};
}
SettingDecl directory(std::string_view key, std::string_view fallback, std::string_view help) {
  return {key, Directory, fallback, {}, help};
}
SettingDecl word(std::string_view key, std::string_view fallback, std::vector<std::string_view> words,
                 std::string_view help) {
  return {key, Word, fallback, std::move(words), help};
}

// Known to Flink and without effect here.
SettingDecl unused(std::string_view key) { return {key, Text, "", {}, "Has no effect here.", false}; }

std::vector<SettingDecl> execution() {
  return {
      flag("table.exec.mini-batch.enabled", "false", "Whether stateful operators work on bundles of rows."),
      duration("table.exec.mini-batch.allow-latency", "0 ms", "The longest time that a bundle waits."),
      number("table.exec.mini-batch.size", "-1", "Rows at which a bundle is complete."),
      duration("table.exec.state.ttl", "0 ms", "How long state lives after the last write to its key; 0 is for ever."),
      duration("table.exec.source.idle-timeout", "0 ms", "Silence after which a split no longer holds the watermark."),
      flag("table.exec.source.cdc-events-duplicate", "false", "Whether changes may be delivered twice."),
      word("table.exec.sink.not-null-enforcer", "ERROR", {"ERROR", "DROP"},
           "What happens to a row with NULL for a NOT NULL column."),
      word("table.exec.sink.type-length-enforcer", "IGNORE", {"IGNORE", "TRIM_PAD", "ERROR"},
           "What happens to values longer than their CHAR or BINARY column."),
      word("table.exec.sink.nested-constraint-enforcer", "IGNORE", {"IGNORE", "ROWS", "ROWS_AND_COLLECTIONS"},
           "Whether NOT NULL inside of rows and collections is enforced."),
      word("table.exec.sink.keyed-shuffle", "AUTO", {"NONE", "AUTO", "FORCE"},
           "Whether rows are exchanged by the sink's primary key."),
      word("table.exec.sink.upsert-materialize", "AUTO", {"NONE", "AUTO", "FORCE"},
           "Whether changes are put in order per primary key before the sink."),
      word("table.exec.sink.rowtime-inserter", "ENABLED", {"ENABLED", "DISABLED"},
           "Whether the sink gets the rowtime as the record's timestamp."),
      flag("table.exec.deduplicate.insert-update-after-sensitive-enabled", "true",
           "Whether the first row of a key must be an insert."),
      flag("table.exec.deduplicate.mini-batch.compact-changes-enabled", "false",
           "Whether only the last change of a key in a bundle is sent."),
      number("table.exec.rank.topn-cache-size", "10000", "Rows that a Top-N keeps at hand."),
      number("table.exec.resource.default-parallelism", "-1", "Parallelism of a job; -1 is `parallelism.default`."),
      word("table.exec.legacy-cast-behaviour", "DISABLED", {"ENABLED", "DISABLED"}, "Casts of old Flink versions."),
      flag("table.exec.async-state.enabled", "false", "Has no effect here."),
      word("table.exec.uid.generation", "PLAN_ONLY", {"PLAN_ONLY", "ALWAYS", "DISABLED"}, "Has no effect here."),
      unused("table.exec.uid.format"),
      unused("table.exec.interval-join.min-cleanup-interval"),
      unused("table.exec.unbounded-over.version"),
      unused("table.exec.operator-fusion-codegen.enabled"),
      unused("table.exec.simplify-operator-name-enabled"),
      unused("table.exec.legacy-bytes-to-string-cast"),
      unused("table.exec.disabled-operators"),
      unused("table.exec.spill-compression.enabled"),
      unused("table.exec.spill-compression.block-size"),
      unused("table.exec.window-agg.buffer-size-limit"),
      unused("table.exec.sort.default-limit"),
      unused("table.exec.sort.async-merge-enabled"),
      unused("table.exec.sort.max-num-file-handles"),
      unused("table.exec.local-hash-agg.adaptive.enabled"),
      unused("table.exec.local-hash-agg.adaptive.sampling-threshold"),
      unused("table.exec.local-hash-agg.adaptive.distinct-value-rate-threshold"),
      unused("table.exec.async-lookup.buffer-capacity"),
      unused("table.exec.async-lookup.timeout"),
      unused("table.exec.async-lookup.output-mode"),
      unused("table.exec.async-lookup.key-ordered-enabled"),
      unused("table.exec.async-scalar.buffer-capacity"),
      unused("table.exec.async-scalar.max-concurrent-operations"),
      unused("table.exec.async-scalar.timeout"),
      unused("table.exec.async-scalar.retry-strategy"),
      unused("table.exec.async-scalar.retry-delay"),
      unused("table.exec.async-scalar.max-attempts"),
      unused("table.exec.async-table.max-concurrent-operations"),
      unused("table.exec.async-table.timeout"),
      unused("table.exec.async-table.retry-strategy"),
      unused("table.exec.async-table.retry-delay"),
      unused("table.exec.async-table.max-retries"),
      unused("table.exec.async-ml-predict.max-concurrent-operations"),
      unused("table.exec.async-ml-predict.timeout"),
      unused("table.exec.async-ml-predict.output-mode"),
      unused("table.exec.async-vector-search.max-concurrent-operations"),
      unused("table.exec.async-vector-search.timeout"),
      unused("table.exec.async-vector-search.output-mode"),
      unused("table.exec.delta-join.cache-enabled"),
      unused("table.exec.delta-join.left.cache-size"),
      unused("table.exec.delta-join.right.cache-size"),
      unused("table.exec.sink.upsert-materialize-strategy.type"),
      unused("table.exec.sink.upsert-materialize-strategy.adaptive.threshold.high"),
      unused("table.exec.sink.upsert-materialize-strategy.adaptive.threshold.low"),
      unused("table.exec.sink.require-on-conflict"),
      unused("table.exec.emit.early-fire.enabled"),
      unused("table.exec.emit.early-fire.delay"),
      unused("table.exec.emit.late-fire.enabled"),
      unused("table.exec.emit.late-fire.delay"),
      unused("table.exec.emit.allow-lateness"),
      unused("table.exec.sort.non-temporal.enabled"),
      unused("table.exec.resource.hash-agg.memory"),
      unused("table.exec.resource.hash-join.memory"),
      unused("table.exec.resource.sort.memory"),
      unused("table.exec.resource.external-buffer-memory"),
  };
}

std::vector<SettingDecl> optimizer() {
  return {
      word("table.optimizer.agg-phase-strategy", "AUTO", {"AUTO", "ONE_PHASE", "TWO_PHASE"},
           "Whether aggregates have a local phase before the exchange."),
      flag("table.optimizer.distinct-agg.split.enabled", "false", "Whether DISTINCT aggregates are split by buckets."),
      number("table.optimizer.distinct-agg.split.bucket-num", "1024", "Buckets of a split DISTINCT aggregate."),
      flag("table.optimizer.incremental-agg-enabled", "true", "Whether local and global phases of a split are fused."),
      flag("table.optimizer.reuse-sub-plan-enabled", "true", "Whether equal sub-plans of a job run once."),
      flag("table.optimizer.reuse-source-enabled", "true", "Whether equal sources of a job are read once."),
      flag("table.optimizer.reuse-sink-enabled", "true", "Whether equal sinks of a job are one."),
      flag("table.optimizer.multi-join.enabled", "false", "Whether joins on one key become one operator."),
      word("table.optimizer.non-deterministic-update.strategy", "IGNORE", {"IGNORE", "TRY_RESOLVE"},
           "Whether plans whose updates may not match their inserts are refused."),
      unused("table.optimizer.delta-join.strategy"),
      unused("table.optimizer.join-reorder-enabled"),
      unused("table.optimizer.bushy-join-reorder-threshold"),
      unused("table.optimizer.reuse-optimize-block-with-digest-enabled"),
      unused("table.optimizer.union-all-as-breakpoint-enabled"),
      unused("table.optimizer.source.report-statistics-enabled"),
      unused("table.optimizer.source.predicate-pushdown-enabled"),
      unused("table.optimizer.source.aggregate-pushdown-enabled"),
      unused("table.optimizer.dynamic-filtering.enabled"),
      unused("table.optimizer.sql2rel.project-merge.enabled"),
      unused("table.optimizer.ptf.max-tables"),
      unused("table.optimizer.adaptive-broadcast-join.strategy"),
      unused("table.optimizer.join.broadcast-threshold"),
      unused("table.optimizer.multiple-input-enabled"),
      unused("table.optimizer.runtime-filter.enabled"),
      unused("table.optimizer.runtime-filter.max-build-data-size"),
      unused("table.optimizer.runtime-filter.min-filter-ratio"),
      unused("table.optimizer.runtime-filter.min-probe-data-size"),
      unused("table.optimizer.skewed-join-optimization.strategy"),
      unused("table.optimizer.skewed-join-optimization.skewed-factor"),
      unused("table.optimizer.skewed-join-optimization.skewed-threshold"),
  };
}

std::vector<SettingDecl> session() {
  return {
      SettingDecl{"table.local-time-zone",
                  SettingType::TimeZone,
                  "default",
                  {},
                  "Time zone of the session; `default` is that of the system."},
      flag("table.dynamic-table-options.enabled", "true", "Whether OPTIONS hints are allowed."),
      text("table.builtin-catalog-name", "default_catalog", "Has no effect here."),
      text("table.builtin-database-name", "default_database", "Has no effect here."),
      text("table.column-expansion-strategy", "", "Which columns `*` leaves out."),
      number("table.display.max-column-width", "30", "Width at which a printed column is cut."),
      flag("table.dml-sync", "false", "Whether a script waits for an INSERT before it goes on."),
      flag("table.legacy-nested-row-nullability", "false", "Nullability of nested rows as before Flink 2.2."),
      word("table.sql-dialect", "DEFAULT", {"DEFAULT"}, "Only the default dialect exists."),
      unused("table.generated-code.max-length"),
      unused("table.generated-code.max-members"),
      unused("table.plan.compile.catalog-objects"),
      unused("table.plan.restore.catalog-objects"),
      unused("table.plan.force-recompile"),
      unused("table.resources.download-dir"),
      unused("table.rtas-ctas.atomicity-enabled"),
      unused("table.materialized-table.conversion-from-table.enabled"),
      unused("table.catalog-modification.listeners"),
      unused("table.catalog-store.kind"),
      unused("table.secret-store.kind"),
      word("sql-client.execution.result-mode", "TABLE", {"TABLE", "CHANGELOG", "TABLEAU"}, "How rows are shown."),
      unused("sql-client.execution.max-table-result.rows"),
      unused("sql-client.display.print-time-cost"),
      unused("sql-client.display.show-line-numbers"),
      unused("sql-client.display.color-schema"),
      unused("sql-client.verbose"),
  };
}

std::vector<SettingDecl> job() {
  return {
      text("pipeline.name", "", "Name of the jobs that follow."),
      number("parallelism.default", "1", "Tasks per operator."),
      number("pipeline.max-parallelism", "128", "Key groups of a job; fixed when it first starts."),
      duration("pipeline.auto-watermark-interval", "200 ms", "Period of watermarks."),
      flag("pipeline.object-reuse", "false", "Has no effect here."),
      flag("pipeline.operator-chaining.enabled", "true", "Has no effect here."),
      word("execution.runtime-mode", "STREAMING", {"STREAMING", "BATCH", "AUTOMATIC"}, "Only STREAMING runs."),
      duration("execution.checkpointing.interval", "", "Period of checkpoints."),
      directory("execution.checkpointing.dir", ".sluice", "Directory below which each job has its checkpoints."),
      directory("execution.checkpointing.savepoint-dir", "", "Directory for savepoints."),
      word("execution.checkpointing.mode", "EXACTLY_ONCE", {"EXACTLY_ONCE", "AT_LEAST_ONCE"},
           "Has no effect here: state is exactly once, and each sink says what it delivers."),
      duration("execution.checkpointing.timeout", "10 min", "After which a checkpoint is given up."),
      duration("execution.checkpointing.min-pause", "0 ms", "Between two checkpoints."),
      number("execution.checkpointing.max-concurrent-checkpoints", "1", "Has no effect here: there is one at a time."),
      number("execution.checkpointing.num-retained", "1", "Complete checkpoints that are kept."),
      number("execution.checkpointing.tolerable-failed-checkpoints", "0",
             "Has no effect here: a failed checkpoint restarts the job."),
      word("execution.checkpointing.externalized-checkpoint-retention", "NO_EXTERNALIZED_CHECKPOINTS",
           {"DELETE_ON_CANCELLATION", "RETAIN_ON_CANCELLATION", "NO_EXTERNALIZED_CHECKPOINTS"},
           "Has no effect here: checkpoints always outlive the job."),
      flag("execution.checkpointing.unaligned.enabled", "false", "Has no effect here."),
      flag("execution.checkpointing.incremental", "false", "Has no effect here: checkpoints are incremental."),
      text("execution.state-recovery.path", "", "Checkpoint or savepoint to start from."),
      flag("execution.state-recovery.ignore-unclaimed-state", "false", "Whether state without a user may be left."),
      unused("execution.target"),
      word("restart-strategy.type", "exponential-delay",
           {"none", "off", "disable", "fixed-delay", "fixeddelay", "failure-rate", "failurerate", "exponential-delay",
            "exponentialdelay"},
           "What follows a failure."),
      number("restart-strategy.fixed-delay.attempts", "1", "Restarts before the job fails for good."),
      duration("restart-strategy.fixed-delay.delay", "1 s", "Between failure and restart."),
      number("restart-strategy.failure-rate.max-failures-per-interval", "1", "Failures allowed in an interval."),
      duration("restart-strategy.failure-rate.failure-rate-interval", "1 min", "The interval."),
      duration("restart-strategy.failure-rate.delay", "1 s", "Between failure and restart."),
      duration("restart-strategy.exponential-delay.initial-backoff", "1 s", "First delay."),
      duration("restart-strategy.exponential-delay.max-backoff", "1 min", "Longest delay."),
      {"restart-strategy.exponential-delay.backoff-multiplier", Double, "1.5", {}, "Growth of the delay."},
      {"restart-strategy.exponential-delay.jitter-factor", Double, "0.1", {}, "Random share of the delay."},
      duration("restart-strategy.exponential-delay.reset-backoff-threshold", "1 h",
               "Time without failure after which the delay starts small again."),
      text("restart-strategy.exponential-delay.attempts-before-reset-backoff", "infinite",
           "Restarts before the job fails for good."),
      text("state.backend.type", "", "Has no effect here."),
      memory("state.memory.budget", "1 g", "Memory of a job's state, heaps and caches; what is over is evicted."),
      flag("sluice.restore.allow-duplicates", "false",
           "Whether a job may go on from a checkpoint although a sink shows rows behind it: they are written again."),
      word("sluice.jit", "on", {"on", "off"}, "off: everything is interpreted."),
  };
}

}  // namespace

const std::vector<SettingDecl>& setting_decls() {
  static const std::vector<SettingDecl> all = [] {
    std::vector<SettingDecl> out;
    for (auto& group : {execution(), optimizer(), session(), job()}) out.insert(out.end(), group.begin(), group.end());
    return out;
  }();
  return all;
}

}  // namespace sluice
