#include "runtime/job/checkpoint_coordinator.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "planner/jobgraph/codec.h"
#include "planner/jobgraph/secrets.h"
#include "runtime/checkpoint/kept_committables.h"
#include "runtime/checkpoint/savepoint.h"
#include "runtime/task/source_reader.h"
#include "runtime/task/split_entry.h"

namespace sluice::runtime {
namespace {

// The steps behind the last snapshot, in the Io pool. The order is the promise: nothing is shown before the manifest
// is durable.
Status complete_checkpoint(const Env& env, CheckpointDirectory& directory, const SinkTable& sinks,
                           const Manifest& manifest, const std::string& savepoint) {
  SLUICE_FAULT("checkpoint.before_manifest");
  SLUICE_DO(directory.complete(manifest));
  SLUICE_FAULT("checkpoint.after_manifest");
  for (const PreparedSink& prepared : manifest.sinks) {
    auto sink = sinks.find(prepared.uid);
    SLUICE_CHECK(sink != sinks.end());
    std::vector<std::string> own = prepared.committables;
    std::erase_if(own, is_kept);
    SLUICE_DO(sink->second->publish(manifest.id, own));
    SLUICE_FAULT("checkpoint.after_publish_of_sink");
  }
  SLUICE_FAULT("checkpoint.after_publish");
  bool needs_note = std::ranges::any_of(sinks, [](const auto& sink) { return sink.second->needs_publish_note(); });
  if (needs_note) SLUICE_DO(directory.note_published(manifest.id));
  SLUICE_DO(directory.retire());
  SLUICE_FAULT("checkpoint.after_retire");
  if (savepoint.empty()) return Done{};
  RestoreSource source{directory.shared(), directory.path(), manifest, true};
  SLUICE_DO(write_savepoint(env, source, savepoint));
  if (needs_note) SLUICE_DO(write_published_note(env, savepoint));
  SLUICE_FAULT("checkpoint.after_savepoint");
  return Done{};
}

void tell_sources(const SourceTable& sources, const Manifest& manifest) {
  for (const auto& [uid, source] : sources) {
    std::vector<Split> positions;
    for (const TaskStateHandle& task : manifest.tasks) {
      for (const OperatorList& list : task.lists) {
        if (list.uid != uid || list.name != SourceReader::kPositionsList) continue;
        for (const std::string& bytes : list.entries) {
          if (auto entry = decode_split_entry(bytes); entry) positions.push_back(entry->split);
        }
      }
    }
    source->on_checkpoint(positions);
  }
}

}  // namespace

std::function<void()> CheckpointCoordinator::later(std::function<void()> work) {
  return [strand = options_.strand, alive = alive_, work = std::move(work)] {
    strand->post([alive, work] {
      if (*alive) work();
    });
  };
}

void CheckpointCoordinator::start() {
  is_started_ = true;
  next_due_ns_ = now_ns() + options_.plan->checkpoint_interval_ms * 1'000'000;
  schedule();
}

void CheckpointCoordinator::request(CheckpointRequest request) {
  if (is_closed_) {
    if (request.done) request.done(fail(ErrorCode::CheckpointFailed, "the job is coming to its end"));
    return;
  }
  requests_.push_back(std::move(request));
  schedule();
}

// Requests come before the period.
void CheckpointCoordinator::schedule() {
  if (!is_started_ || is_closed_ || running_) return;
  if (!requests_.empty()) {
    CheckpointRequest next = std::move(requests_.front());
    requests_.pop_front();
    return begin(std::move(next));
  }
  if (options_.plan->checkpoint_interval_ms == 0) return;
  if (now_ns() >= next_due_ns_) return begin({});
  options_.env.executor->cancel(timer_);
  timer_ = options_.env.executor->submit_at(next_due_ns_, later([this] { schedule(); }));
}

void CheckpointCoordinator::begin(CheckpointRequest request) {
  SLUICE_FAULT("checkpoint.before_trigger");
  running_.emplace();
  running_->request = std::move(request);
  running_->id = options_.next_id++;
  running_->begin_ns = now_ns();
  next_due_ns_ = running_->begin_ns + options_.plan->checkpoint_interval_ms * 1'000'000;
  int64_t timeout_ms = options_.plan->settings.get_ms("execution.checkpointing.timeout");
  CheckpointId id = running_->id;
  running_->timeout = options_.env.executor->submit_at(running_->begin_ns + timeout_ms * 1'000'000, later([this, id] {
                                                         if (!running_ || running_->id != id || running_->is_completing)
                                                           return;
                                                         fail_running(fail(ErrorCode::CheckpointFailed,
                                                                           "checkpoint {} took longer than "
                                                                           "`execution.checkpointing.timeout`",
                                                                           id));
                                                       }));
  host_.trigger_tasks({id, running_->request.stops_sources});
  SLUICE_FAULT("checkpoint.after_trigger");
}

void CheckpointCoordinator::on_snapshot(const std::string& task, CheckpointId id, Result<TaskSnapshot> snapshot) {
  if (!running_ || running_->id != id || running_->is_completing) return;
  if (!snapshot) return fail_running(std::move(snapshot).as_failure());
  SLUICE_FAULT("checkpoint.after_snapshot_of_task");
  running_->snapshots[task] = *std::move(snapshot);
  if (running_->snapshots.size() == options_.tasks) complete();
}

Manifest CheckpointCoordinator::make_manifest(const RunningCheckpoint& running) const {
  Manifest manifest;
  manifest.id = running.id;
  manifest.job_name = options_.plan->graph.name;
  manifest.job_id = options_.plan->job_id;
  manifest.created_wall_ms = options_.env.clock->wall_ms();
  manifest.parallelism = options_.plan->parallelism;
  manifest.max_parallelism = options_.plan->graph.max_parallelism;
  manifest.key_hash_version = options_.plan->graph.key_hash_version;
  manifest.is_final = running.request.is_final;
  manifest.job_graph = jobgraph::encode(jobgraph::without_secrets(options_.plan->graph));
  std::map<std::string, std::vector<std::string>> committables;
  for (const auto& [uid, sink] : options_.sinks) committables[uid];
  for (const auto& [task, snapshot] : running.snapshots) {
    manifest.tasks.push_back(snapshot.state);
    for (const auto& [uid, committable] : snapshot.sinks) committables[uid].push_back(committable);
  }
  for (const auto& [uid, kept] : options_.kept) std::ranges::copy(kept, std::back_inserter(committables[uid]));
  for (auto& [uid, prepared] : committables) manifest.sinks.push_back({uid, std::move(prepared)});
  return manifest;
}

void CheckpointCoordinator::complete() {
  running_->is_completing = true;
  options_.env.executor->cancel(running_->timeout);
  auto manifest = std::make_shared<const Manifest>(make_manifest(*running_));
  auto outcome = std::make_shared<Status>(Done{});
  auto finish = later([this, manifest, outcome] {
    if (!*outcome) return fail_running(std::move(*outcome).as_failure());
    end(new_bytes(*manifest));
  });
  options_.env.executor->submit(Executor::Pool::Io, [env = options_.env, directory = options_.directory,
                                                     sinks = options_.sinks, sources = options_.sources, manifest,
                                                     savepoint = running_->request.savepoint, outcome, finish] {
    *outcome = complete_checkpoint(env, *directory, sinks, *manifest, savepoint);
    if (*outcome) tell_sources(sources, *manifest);
    finish();
  });
}

// Of segments that no checkpoint before named.
uint64_t CheckpointCoordinator::new_bytes(const Manifest& manifest) {
  std::set<std::string> files;
  uint64_t bytes = 0;
  for (const TaskStateHandle& task : manifest.tasks) {
    for (const SegmentRef& segment : task.segments) {
      if (files.insert(segment.file).second && !options_.known_files.contains(segment.file)) bytes += segment.bytes;
    }
  }
  options_.known_files = std::move(files);
  return bytes;
}

void CheckpointCoordinator::end(uint64_t bytes) {
  RunningCheckpoint ended = std::move(*running_);
  running_.reset();
  CheckpointStats& stats = options_.stats;
  ++stats.completed;
  stats.last_id = ended.id;
  stats.last_duration_ms = (now_ns() - ended.begin_ns) / 1'000'000;
  stats.last_bytes = bytes;
  stats.total_bytes += bytes;
  int64_t pause_ms = options_.plan->settings.get_ms("execution.checkpointing.min-pause");
  next_due_ns_ = std::max(next_due_ns_, now_ns() + pause_ms * 1'000'000);
  host_.on_checkpoint_completed(stats);
  if (ended.request.done) ended.request.done(ended.id);
  if (drained_) return drained_();
  schedule();
}

void CheckpointCoordinator::fail_running(Failure failure) {
  RunningCheckpoint failed = std::move(*running_);
  running_.reset();
  options_.env.executor->cancel(failed.timeout);
  ++options_.stats.failed;
  if (failed.request.done) failed.request.done(Failure(failure));
  host_.on_checkpoint_completed(options_.stats);
  if (drained_) return drained_();
  host_.on_checkpoint_failed(std::move(failure));
}

void CheckpointCoordinator::close(std::function<void()> drained) {
  is_closed_ = true;
  options_.env.executor->cancel(timer_);
  while (!requests_.empty()) {
    CheckpointRequest next = std::move(requests_.front());
    requests_.pop_front();
    if (next.done) next.done(fail(ErrorCode::CheckpointFailed, "the job came to its end"));
  }
  if (running_ && !running_->is_completing) {
    RunningCheckpoint failed = std::move(*running_);
    running_.reset();
    options_.env.executor->cancel(failed.timeout);
    if (failed.request.done) failed.request.done(fail(ErrorCode::CheckpointFailed, "the job came to its end"));
  }
  if (!running_) return drained();
  drained_ = std::move(drained);
}

}  // namespace sluice::runtime
