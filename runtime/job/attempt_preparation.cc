#include "runtime/job/attempt_preparation.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "runtime/job/restored_sinks.h"
#include "runtime/job/state_claims.h"

namespace sluice::runtime {
namespace {

void warn_of_refused(const std::vector<RefusedCheckpoint>& refused, PreparedAttempt& out) {
  for (const RefusedCheckpoint& checkpoint : refused) {
    out.warnings.push_back(fmt::format("checkpoint `{}` is not used: {}", checkpoint.path, checkpoint.why.message));
  }
}

// None when there is none. Where there are some and each is damaged, whoever began anew would write every row again.
Result<std::shared_ptr<const RestoreSource>> newest_of_job(const CheckpointDirectory& directory, CheckpointId from,
                                                           PreparedAttempt& out) {
  std::vector<RefusedCheckpoint> refused;
  SLUICE_TRY(std::optional<RestoreSource> newest, directory.newest(refused, from));
  warn_of_refused(refused, out);
  std::shared_ptr<const RestoreSource> found;
  if (newest) found = std::make_shared<RestoreSource>(*std::move(newest));
  if (found || refused.empty()) return found;
  return fail(ErrorCode::NoCheckpoint, "no checkpoint of the job can be used: `{}`: {}", refused.front().path,
              refused.front().why.message)
      .hint("A job that is started with `--from none` begins anew, and writes rows again that are visible already.");
}

Result<std::shared_ptr<const RestoreSource>> choose_restore(const AttemptStart& start, const std::string& directory,
                                                            PreparedAttempt& out) {
  std::shared_ptr<const RestoreSource> found;
  if (start.has_chosen) {
    if (out.directory) {
      SLUICE_TRY(found, newest_of_job(*out.directory, start.own_from, out));
    }
    if (!found && start.has_completed && out.directory) {
      return fail(ErrorCode::NoCheckpoint, "the checkpoints of `{}` are gone from `{}` while it was running",
                  start.plan->graph.name, directory)
          .hint("What they held is lost. A job that is started anew writes rows again that are visible already.");
    }
    return found ? found : start.initial;
  }
  const std::string& from = start.plan->options.restore_from;
  if (from.empty() || from == "none") return found;
  if (from == "latest") {
    CheckpointDirectory looked(start.engine.env, {directory, start.plan->graph.name, 1});
    SLUICE_TRY(found, newest_of_job(out.directory ? *out.directory : looked, 0, out));
    if (!found) {
      out.warnings.push_back(
          fmt::format("no checkpoint of `{}` in `{}`: the job starts empty", start.plan->graph.name, directory));
    }
    return found;
  }
  std::vector<RefusedCheckpoint> refused;
  SLUICE_TRY(RestoreSource source, open_restore_source(start.engine.env, from, refused));
  warn_of_refused(refused, out);
  found = std::make_shared<RestoreSource>(std::move(source));
  return found;
}

Status check_restore(const JobPlan& plan, const Manifest& manifest, std::vector<std::string>& warnings) {
  if (manifest.max_parallelism != plan.graph.max_parallelism) {
    return fail(ErrorCode::IncompatibleState, "the checkpoint has {} key groups and the job {}",
                manifest.max_parallelism, plan.graph.max_parallelism)
        .hint("`pipeline.max-parallelism` is fixed when a job first starts.");
  }
  if (manifest.key_hash_version != plan.graph.key_hash_version) {
    return fail(ErrorCode::IncompatibleState, "the checkpoint was written with key hash version {}",
                manifest.key_hash_version);
  }
  SLUICE_TRY(std::vector<std::string> unclaimed, unclaimed_operators(manifest, plan.graph));
  if (unclaimed.empty()) return Done{};
  std::string what = fmt::format("state of `{}`", fmt::join(unclaimed, "`, `"));
  if (plan.settings.get_bool("execution.state-recovery.ignore-unclaimed-state")) {
    warnings.push_back(fmt::format("the checkpoint holds {}, which this job does not have: it is left behind", what));
    return Done{};
  }
  return fail(ErrorCode::IncompatibleState, "the checkpoint holds {}, which this job does not have", what)
      .hint(
          "An operator is known by its inputs, keys and functions. A job with another query begins anew, or leaves "
          "that "
          "state behind: SET 'execution.state-recovery.ignore-unclaimed-state' = 'true'.");
}

// Staged files and transactions carry the job's id: whoever goes on from its own checkpoint goes on under its id.
std::shared_ptr<const JobPlan> under_restored_id(const AttemptStart& start, const RestoreSource* restore) {
  bool keeps = restore == nullptr || !restore->is_own || !start.plan->options.job_id.empty();
  if (keeps || restore->manifest.job_id == start.plan->job_id) return start.plan;
  auto plan = std::make_shared<JobPlan>(*start.plan);
  plan->job_id = restore->manifest.job_id;
  return plan;
}

// A sink whose connector had nothing to do with the checkpoint hears of it only if it looks for what came behind it.
Status restore_sink(const RestoredSinks& restored, const PreparedSink& prepared, const jobgraph::Operator& op,
                    SinkConnector& sink, PreparedAttempt& out) {
  SLUICE_TRY(SinkRestore from, restored.sink(op, prepared));
  if (!from.kept.empty()) out.kept[op.uid] = from.kept;
  if (!from.has_own && !sink.needs_publish_note()) return Done{};
  SLUICE_FAULT("recover.before_publish");
  return sink.publish_restored({from.id, from.job_id, from.committables, from.is_published});
}

// Whoever goes back to it again need not ask whether its rows are visible. Nothing was left behind.
Status note_restored(const Env& env, PreparedAttempt& out) {
  if (!out.restore || !out.restore->is_own || out.restore->is_published) return Done{};
  const std::vector<PreparedSink>& held = out.restore->manifest.sinks;
  bool has_all = std::ranges::all_of(held, [&](const PreparedSink& sink) { return out.sinks.contains(sink.uid); });
  bool needs_note = std::ranges::any_of(out.sinks, [](const auto& sink) { return sink.second->needs_publish_note(); });
  return has_all && needs_note ? write_published_note(env, out.restore->path) : Status(Done{});
}

Status recover_sinks(const AttemptStart& start, PreparedAttempt& out) {
  std::optional<RestoredSinks> former;
  if (out.restore) {
    SLUICE_TRY(former, RestoredSinks::of(*out.restore));
  }
  CheckpointId restored = out.restore && out.restore->is_own ? out.restore->manifest.id : 0;
  for (const jobgraph::Fragment& fragment : start.plan->graph.fragments) {
    for (const jobgraph::Operator& op : fragment.operators) {
      if (!std::holds_alternative<jobgraph::Sink>(op.kind)) continue;
      ConnectorContext context =
          connector_context(start.engine, *out.plan, op, &start.memory->buffers, &start.memory->session);
      context.parallelism = start.plan->parallelism_of(fragment);
      context.attempt = start.attempt;
      SLUICE_TRY(std::shared_ptr<SinkConnector> sink, make_sink(start.engine, *out.plan, op, context));
      if (out.restore) {
        for (const PreparedSink& prepared : out.restore->manifest.sinks) {
          if (prepared.uid == op.uid) SLUICE_DO(restore_sink(*former, prepared, op, *sink, out));
        }
      }
      SLUICE_FAULT("recover.before_sink");
      SLUICE_DO(sink->recover(restored));
      SLUICE_FAULT("recover.after_sink");
      out.sinks.emplace(op.uid, std::move(sink));
    }
  }
  return note_restored(start.engine.env, out);
}

bool was_enumerated(const Manifest& manifest, const std::string& uid) {
  auto is_its_own = [&](const OperatorList& list) {
    bool says_so = list.name == SourceReader::kPositionsList || list.name == SourceReader::kEnumeratedList;
    return list.uid == uid && says_so && !list.entries.empty();
  };
  return std::ranges::any_of(manifest.tasks,
                             [&](const TaskStateHandle& task) { return std::ranges::any_of(task.lists, is_its_own); });
}

Status enumerate_sources(const AttemptStart& start, PreparedAttempt& out) {
  for (const jobgraph::Fragment& fragment : start.plan->graph.fragments) {
    for (const jobgraph::Operator& op : fragment.operators) {
      if (!std::holds_alternative<jobgraph::Source>(op.kind)) continue;
      ConnectorContext context =
          connector_context(start.engine, *out.plan, op, &start.memory->buffers, &start.memory->session);
      context.parallelism = start.plan->parallelism_of(fragment);
      context.attempt = start.attempt;
      SLUICE_TRY(std::shared_ptr<SourceConnector> source, make_source(start.engine, op, context));
      bool goes_on = out.restore && was_enumerated(out.restore->manifest, op.uid);
      auto found = goes_on ? source->discover(context.parallelism) : source->enumerate(context.parallelism);
      SLUICE_TRY(std::vector<Split> splits, std::move(found));
      out.sources.emplace(op.uid, std::move(source));
      out.splits[op.id] = std::make_shared<const std::vector<Split>>(std::move(splits));
    }
  }
  return Done{};
}

}  // namespace

Result<PreparedAttempt> prepare_attempt(const AttemptStart& start) {
  PreparedAttempt out;
  const JobPlan& plan = *start.plan;
  std::string directory = plan.settings.get("execution.checkpointing.dir");
  if (plan.takes_checkpoints) {
    auto retained = static_cast<uint32_t>(plan.settings.get_int("execution.checkpointing.num-retained"));
    out.directory = std::make_shared<CheckpointDirectory>(
        start.engine.env, CheckpointDirectory::Options{directory, plan.graph.name, retained});
    SLUICE_DO(out.directory->prepare());
    if (!start.holds_lock) {
      SLUICE_TRY(out.lock, out.directory->lock());
    }
  }
  SLUICE_TRY(out.restore, choose_restore(start, directory, out));
  if (out.restore) SLUICE_DO(check_restore(plan, out.restore->manifest, out.warnings));
  // Whoever wrote the manifest may have died before its name was on the disk. Its rows must not be seen before it is.
  if (out.restore && out.restore->is_own) SLUICE_DO(start.engine.env.files->sync_directory(out.restore->path));
  out.plan = under_restored_id(start, out.restore.get());
  SLUICE_DO(recover_sinks(start, out));
  if (out.directory) {
    SLUICE_DO(out.directory->remove_orphans());
    SLUICE_TRY(out.next_id, out.directory->next_id());
    // Sinks tell by its id whether a checkpoint came behind the savepoint that they have published.
    if (out.restore) out.next_id = std::max(out.next_id, out.restore->manifest.id + 1);
  }
  SLUICE_DO(enumerate_sources(start, out));
  return out;
}

}  // namespace sluice::runtime
