#include "gateway/jobs/job_registry.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "catalog/objects/settings.h"
#include "planner/jobgraph/codec.h"

namespace sluice::gateway {
namespace {

constexpr size_t kIdPrefixMin = 4;
constexpr std::chrono::seconds kAdoptTimeout(3);
constexpr size_t kNameShownMax = 100;  // Bytes of a name from outside that an error repeats.

std::string checkpoints_of(const std::map<std::string, std::string>& settings) {
  return Settings(settings).get("execution.checkpointing.dir");
}

Failure no_such_job(const std::string& text) {
  return fail(ErrorCode::JobNotFound, "there is no job `{}`", text.substr(0, kNameShownMax))
      .hint("`sluice jobs ls` lists the jobs with their ids.");
}

}  // namespace

Status JobRegistry::load(std::vector<std::string>& refused) {
  SLUICE_TRY(std::vector<StoredJob> stored, host_.store->load(refused));
  std::vector<std::shared_ptr<TrackedJob>> found;
  {
    std::lock_guard lock(mutex_);
    for (StoredJob& job : stored) {
      auto graph = jobgraph::decode(job.definition.job_graph);
      std::string checkpoints = graph ? checkpoints_of(graph->settings) : "";
      found.push_back(std::make_shared<TrackedJob>(host_, std::move(job.definition), std::move(job.fate)));
      jobs_.push_back({found.back(), checkpoints});
    }
  }
  adopt(found);
  warm_.refill();
  return Done{};
}

// Side by side, because a worker that does not answer takes its time; the others are not kept waiting for it for long.
void JobRegistry::adopt(const std::vector<std::shared_ptr<TrackedJob>>& jobs) {
  struct Count {
    std::mutex mutex;
    std::condition_variable changed;
    size_t left;
  };
  auto count = std::make_shared<Count>();
  count->left = jobs.size();
  for (const auto& job : jobs) {
    host_.env.executor->submit(Executor::Pool::State, [job, count] {
      job->adopt();
      std::lock_guard lock(count->mutex);
      --count->left;
      count->changed.notify_all();
    });
  }
  std::unique_lock lock(count->mutex);
  count->changed.wait_for(lock, kAdoptTimeout, [&] { return count->left == 0; });
}

bool JobRegistry::is_name_taken(const jobgraph::JobGraph& graph, const std::string& name) const {
  std::string checkpoints = checkpoints_of(graph.settings);
  return std::ranges::any_of(jobs_, [&](const Entry& entry) {
    return entry.job->definition().name == name && entry.checkpoints == checkpoints && !entry.job->is_ended();
  });
}

Status JobRegistry::choose_name(NewJob& job) const {
  if (!is_name_taken(job.graph, job.graph.name)) return Done{};
  if (job.kind == JobKind::Select && !job.is_name_chosen) {
    for (size_t i = 1; i <= jobs_.size() + 1; ++i) {
      job.graph.name = fmt::format("select-{}", i);
      if (!is_name_taken(job.graph, job.graph.name)) return Done{};
    }
  }
  return fail(ErrorCode::DuplicateName, "a job with the name `{}` runs already", job.graph.name)
      .hint("Stop it, or give this one another name: SET 'pipeline.name' = '...'.");
}

// An ended job leaves the list when there are too many; one that lives never does.
Status JobRegistry::forget_oldest_ended() {
  if (jobs_.size() < kJobsMax) return Done{};
  auto oldest = std::ranges::find_if(jobs_, [](const Entry& entry) { return entry.job->is_ended(); });
  if (oldest == jobs_.end()) return fail(ErrorCode::NotSupportedYet, "more than {} jobs at a time", kJobsMax);
  SLUICE_DO(host_.store->remove(oldest->job->definition().id));
  jobs_.erase(oldest);
  return Done{};
}

Result<SubmittedJob> JobRegistry::submit(NewJob job) {
  WarmWorker worker = warm_.take();
  auto created = create(std::move(job), worker.job_id);
  if (!created) {
    warm_.put_back(std::move(worker));
    return std::move(created).as_failure();
  }
  SubmittedJob submitted{*std::move(created), false};
  submitted.is_started = submitted.job->start(std::move(worker.line)).has_value();
  warm_.refill();
  return submitted;
}

void JobRegistry::leave() {
  is_leaving_ = true;
  if (WarmWorker worker = warm_.take(); worker.line) static_cast<void>(worker.line->cancel());
}

Result<std::shared_ptr<TrackedJob>> JobRegistry::create(NewJob job, const std::string& id) {
  std::lock_guard lock(mutex_);
  SLUICE_DO(choose_name(job));
  SLUICE_DO(forget_oldest_ended());
  JobDefinition definition;
  definition.id = id;
  definition.name = job.graph.name;
  definition.kind = job.kind;
  definition.job_graph = jobgraph::encode(job.graph);
  definition.parallelism = job.parallelism;
  definition.restore_from = std::move(job.restore_from);
  definition.time_zone = Settings(job.graph.settings).get("table.local-time-zone");
  definition.created_wall_ms = host_.env.clock->wall_ms();
  definition.script = std::move(job.script);
  SLUICE_DO(host_.store->create(definition));
  auto tracked = std::make_shared<TrackedJob>(host_, std::move(definition), JobFate{});
  jobs_.push_back({tracked, checkpoints_of(job.graph.settings)});
  return tracked;
}

Result<std::shared_ptr<TrackedJob>> JobRegistry::find(const std::string& text) const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<TrackedJob>> by_prefix, by_name;
  for (const Entry& entry : jobs_) {
    const JobDefinition& definition = entry.job->definition();
    if (definition.id == text) return entry.job;
    if (text.size() >= kIdPrefixMin && definition.id.starts_with(text)) by_prefix.push_back(entry.job);
    if (definition.name == text) by_name.push_back(entry.job);
  }
  if (by_prefix.size() == 1) return by_prefix.front();
  if (by_prefix.size() > 1) {
    return fail(ErrorCode::JobNotFound, "the ids of {} jobs begin with `{}`", by_prefix.size(), text)
        .hint("Write more digits of the id.");
  }
  if (by_name.empty()) return no_such_job(text);
  auto living = std::ranges::find_if(by_name, [](const auto& job) { return !job->is_ended(); });
  return living == by_name.end() ? by_name.back() : *living;
}

std::vector<std::shared_ptr<TrackedJob>> JobRegistry::list() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<TrackedJob>> jobs;
  for (const Entry& entry : jobs_) jobs.push_back(entry.job);
  return jobs;
}

}  // namespace sluice::gateway
