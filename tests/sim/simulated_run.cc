#include "tests/sim/simulated_run.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/key_hash.h"
#include "runtime/state/task_state.h"
#include "tests/sim/broker_connector.h"
#include "tests/sim/sim_disk.h"

namespace sluice::sim {
namespace {

constexpr uint64_t kStepsMax = 3'000'000;    // Of a run: more is a job that never ends.
constexpr int64_t kLivenessMsMax = 600'000;  // Virtual, after the last fault.
constexpr int64_t kQuietMs = 4'000;          // Longer than every window, bundle and time-out.
constexpr int64_t kAftermathMs = 10'000;     // What went wrong before may still end a job after the last fault.
constexpr int64_t kBetweenProcessesMsMax = 300;
constexpr int64_t kSecondDeathMsMax = 30;  // Behind a start: about as long as until the first checkpoint.
constexpr uint64_t kTraceLinesMax = 400;

}  // namespace

// ---- Processes

SimulatedRun::Process::Process(SimulatedRun& run, uint64_t seed)
    : files(run.disk_, run.faults_),
      network(run.broker_, run.faults_),
      env(seed, &files, &network),
      code(run.shared_.tiers(run.scenario_.uses_generated_code), seed),
      engine({.env = env.env(),
              .code = &code,
              .connectors = &simulated_connectors(),
              .make_state = [&run](runtime::TaskStateOptions options) -> Result<std::unique_ptr<runtime::TaskState>> {
                if (run.faults_.fires("state.open_error")) return fail(ErrorCode::FileSystemError, "state: no memory");
                return runtime::TaskState::create(std::move(options));
              }}) {
  env.clock().now_ns = run.clock_ns_;
  env.clock().read_cost_ns = run.scenario_.clock_read_cost_ns;
}

// What work holds of the job goes before the job, and what the job asks for on its way out is not done.
SimulatedRun::Process::~Process() {
  files.die();
  network.cut();
  env.executor().clear();
  if (job) job->abandon();
  job.reset();
  env.executor().clear();
}

SimulatedRun::SimulatedRun(Scenario scenario, SharedParts& shared)
    : scenario_(std::move(scenario)),
      shared_(shared),
      faults_(scenario_.seed ^ 0xfa17, scenario_.intensity, scenario_.focus),
      graph_(shared.graph_of(scenario_)) {
  graph_.name = kJobName;
  graph_.settings.insert(scenario_.planning.begin(), scenario_.planning.end());
  for (const auto& [key, value] : scenario_.settings) graph_.settings[key] = value;
  graph_.settings["execution.checkpointing.dir"] = kCheckpoints;
  broker_.sinks_use_producers = scenario_.uses_producers;
  broker_.omitted_rule = scenario_.omitted_rule;
  faults_.on_crash([this](std::string_view point) { die(point); });
  prepare_inputs();
}

SimulatedRun::~SimulatedRun() { process_.reset(); }

void SimulatedRun::prepare_inputs() {
  for (const TopicSpec& topic : scenario_.program->topics) {
    const Partitions& partitions = scenario_.inputs.at(topic.name);
    if (topic.is_files) {
      write_input_files(disk_, kFilesIn, partitions);
      continue;
    }
    std::vector<std::vector<TableChange>> rows(partitions.size());
    for (size_t i = 0; i < partitions.size(); ++i) {
      for (const Event& event : partitions[i]) rows[i].push_back(change_of(event));
    }
    broker_.create_topic(topic.name, std::move(rows));
  }
}

void SimulatedRun::boot() {
  broker_.begin_process();
  process_ = std::make_unique<Process>(*this, scenario_.seed * 1000 + processes_++);
  uint32_t former = std::exchange(parallelism_, static_cast<uint32_t>(faults_.between(1, 3)));
  runtime::JobOptions options;
  options.parallelism = parallelism_;
  if (!scenario_.uses_producers) options.job_id = kJobName;  // Else it has another one whenever it starts from a path.
  options.restore_from = !has_started_ ? "none" : savepoint_.empty() ? "latest" : std::exchange(savepoint_, "");
  if (options.restore_from == "latest" && !only_savepoint_.empty() && !newest_checkpoint(disk_, kJobName)) {
    options.restore_from = only_savepoint_;
  }
  // The only checkpoint is damaged, and none of its rows was shown: somebody says that the job is to begin anew.
  bool begins_anew = std::exchange(has_no_good_checkpoint_, false) && options.restore_from == "latest";
  if (begins_anew) options.restore_from = only_savepoint_.empty() ? "none" : only_savepoint_;
  std::string older = options.restore_from == "latest" ? older_checkpoint() : std::string();
  bool goes_back = !older.empty();
  if (goes_back) options.restore_from = older;
  lines_.start_from(disk_, broker_, options.restore_from.starts_with("/") ? options.restore_from : "");
  options.channel_capacity = scenario_.channel_capacity;
  options.batch_rows_max = scenario_.batch_rows_max;
  options.spills = scenario_.spills;
  if (has_started_ && former != parallelism_) faults_.note("job.rescale_on_restore");
  if (has_started_ && options.restore_from != "latest" && !goes_back && !begins_anew) {
    faults_.note("job.restore_from_savepoint");
    if (faults_.chance(0.5)) clear_checkpoints(options.restore_from);
  }
  note(fmt::format("process {} starts at parallelism {} from {}", processes_, parallelism_, options.restore_from));
  has_started_ = true;
  is_finished_ = false;
  auto job = process_->engine.submit(graph_, std::move(options));
  if (!job) return problem("the job is not taken: " + job.error().message);
  process_->job = *std::move(job);
  lines_.started(process_->job->status().id);
  process_->job->on_end([this] { process_->has_ended = true; });
  process_->job->start();
}

// In the middle of the product's work. What it still does until its step is over has no effect.
void SimulatedRun::die(std::string_view point, bool loses_power) {
  if (is_dead_ || !process_) return;
  is_dead_ = true;
  process_->files.die();
  process_->network.cut();
  std::string_view disk = "disk.process_death";
  // A name that is not synced matters where somebody sees it before it goes.
  bool keeps_names = !loses_power && scenario_.dies_in_pairs && point == "checkpoint.before_directory_sync";
  uint64_t kind = loses_power ? 1 + faults_.random().below(2) : faults_.random().below(3);
  switch (keeps_names ? 0 : kind) {
    case 0:
      // What it has written but not synced is still seen by the next one, and can go with the power afterwards.
      if (scenario_.dies_in_pairs && !faults_.is_healed()) second_death_at_ns_ = -1;
      break;
    case 1:
      disk = "disk.power_loss";
      disk_.crash();
      break;
    default:
      disk = "disk.power_loss_torn";
      disk_.crash_torn([this](uint64_t bound) { return faults_.random().below(bound); });
      break;
  }
  // What was damaged may be gone with the power, and its name be given again.
  if (!flipped_.empty() && !*disk_.exists(flipped_ + "/manifest")) flipped_ = "gone";
  faults_.note(disk);
  note(fmt::format("dies at {} ({})", point, disk));
}

void SimulatedRun::bury() {
  clock_ns_ = process_->env.clock().now_ns;
  result_.steps += process_->env.executor().steps();
  result_.digest = hash_field(result_.digest, process_->env.executor().trace_hash());
  look_at_status();
  process_.reset();
  is_dead_ = false;
  boot_at_ns_ = clock_ns_ + faults_.between(0, kBetweenProcessesMsMax) * 1'000'000;
  if (second_death_at_ns_ < 0) second_death_at_ns_ = boot_at_ns_ + faults_.between(0, kSecondDeathMsMax) * 1'000'000;
  if (!faults_.is_healed()) flip_a_bit();
}

void SimulatedRun::look_at_status() {
  if (!process_->job) return;
  runtime::JobStatus status = process_->job->status();
  note(fmt::format("it went on from `{}`; {} restarts{}, {} checkpoints, the last one {}; published up to {}",
                   status.restored_from, status.restarts,
                   status.failure ? " (" + status.failure->message + ")" : std::string(), status.checkpoints.completed,
                   status.checkpoints.last_id, broker_.newest_published()));
  if (!flipped_.empty() && status.restored_from == flipped_) {
    problem("uses a checkpoint with a flipped bit: " + flipped_);
  }
  if (status.failure && status.failure->code == ErrorCode::CheckpointOutdated) {
    faults_.note("job.restore_refused");
    if (!lines_.may_be_refused()) problem("refused without a reason: " + status.failure->message);
  }
  has_no_good_checkpoint_ = status.failure && status.failure->code == ErrorCode::NoCheckpoint && !flipped_.empty();
  if (status.failure && status.failure->message.contains("execution.checkpointing.timeout")) {
    faults_.note("checkpoint.timeout");
  }
}

// ---- Steps

void SimulatedRun::step() {
  do_deeds();
  if (!process_) {
    // Nothing happens until the next process comes, or somebody does something.
    int64_t next = boot_at_ns_;
    if (next_deed_ < scenario_.deeds.size()) next = std::min(next, scenario_.deeds[next_deed_].at_ms * 1'000'000);
    clock_ns_ = std::max(clock_ns_ + 1, next);
    if (clock_ns_ >= boot_at_ns_) boot();
    return;
  }
  SimEnv& env = process_->env;
  if (!env.executor().step()) env.clock().now_ns += 10'000'000;
  clock_ns_ = env.clock().now_ns;
  if (process_->code.can_swap() && faults_.fires("code.swap_tier")) process_->code.swap_one();
  if (second_death_at_ns_ > 0 && clock_ns_ >= second_death_at_ns_) {
    second_death_at_ns_ = 0;
    if (!faults_.is_healed() && !is_dead_) {
      faults_.note("process.second_death");
      die("soon after another death", true);
    }
  }
  if (is_dead_) return bury();
  if (process_->has_ended) on_job_end();
}

void SimulatedRun::do_deeds() {
  while (next_deed_ < scenario_.deeds.size() && scenario_.deeds[next_deed_].at_ms <= now_ms()) {
    do_deed(scenario_.deeds[next_deed_++]);
    if (is_dead_) return bury();
  }
  if (process_ && next_deed_ < scenario_.deeds.size()) {
    // The clock must not jump over it.
    int64_t due_ns = scenario_.deeds[next_deed_].at_ms * 1'000'000;
    if (process_->env.executor().next_due_ns() > due_ns) process_->env.executor().submit_at(due_ns, [] {});
  }
}

void SimulatedRun::do_deed(const Deed& deed) {
  switch (deed.kind) {
    case Deed::Kind::Release:
      return broker_.release(deed.topic, deed.partition, deed.rows);
    case Deed::Kind::EndTopics:
      note("all rows are there");
      broker_.release_all();
      return broker_.end_topics();
    case Deed::Kind::Crash:
      if (!process_) return;
      faults_.note("process.crash_at_any_step");
      return die("any step");
    case Deed::Kind::Cancel:
      if (!process_ || !process_->job) return;
      note("cancels");
      faults_.note("job.cancel_in_the_middle");
      return process_->job->cancel();
    case Deed::Kind::StopWithSavepoint:
      if (!process_ || !process_->job) return;
      note("stops with a savepoint");
      faults_.note("job.stop_with_savepoint");
      return process_->job->stop_with_savepoint(kSavepoints, [this](Result<std::string> path) {
        note(path ? "has the savepoint " + *path : "has no savepoint: " + path.error().message);
        if (path && faults_.chance(0.7)) savepoint_ = *path;
      });
  }
}

// A supervisor would do the same: whatever is not finished is started again.
void SimulatedRun::on_job_end() {
  runtime::JobStatus status = process_->job->status();
  note(fmt::format("job {}{}", runtime::text_of(status.state),
                   status.failure ? ": " + status.failure->message : std::string()));
  if (status.state == runtime::JobState::Failed) {
    faults_.note("job.restart_strategy");
    savepoint_.clear();
    if (now_ms() > healed_ms_ + kAftermathMs) problem("the job fails without a fault: " + status.failure->message);
  }
  is_finished_ = status.state == runtime::JobState::Finished;
  if (status.state != runtime::JobState::Stopped) savepoint_.clear();
  // One that has finished may be started again, too: there is nothing left to do then.
  bury();
}

template <class Condition>
bool SimulatedRun::run_until(Condition&& done, int64_t ms_max) {
  int64_t end_ns = clock_ns_ + ms_max * 1'000'000;
  uint64_t steps = 0;
  while (!done()) {
    if (clock_ns_ >= end_ns || ++steps > kStepsMax || result_.problems.size() > 20) return false;
    step();
  }
  return true;
}

void SimulatedRun::run_safety() {
  bool stays_finished = faults_.chance(0.5);
  run_until([&] { return now_ms() >= scenario_.faults_ms || (is_finished_ && stays_finished); },
            2 * scenario_.faults_ms);
}

void SimulatedRun::run_liveness() {
  faults_.heal();
  healed_ms_ = now_ms();
  note("heals");
  while (next_deed_ < scenario_.deeds.size()) {
    const Deed& deed = scenario_.deeds[next_deed_++];
    if (deed.kind == Deed::Kind::Release) broker_.release(deed.topic, deed.partition, deed.rows);
  }
  broker_.release_all();
  if (scenario_.is_bounded) {
    broker_.end_topics();
    run_bounded_to_end();
  } else {
    run_endless_to_quiet();
  }
}

void SimulatedRun::run_bounded_to_end() {
  if (run_until([&] { return is_finished_; }, kLivenessMsMax)) return;
  std::string state = "there is no process";
  if (process_ && process_->job) state = runtime::text_of(process_->job->status().state);
  problem("the job does not come to its end: " + state);
}

void SimulatedRun::run_endless_to_quiet() {
  auto is_running = [&] {
    return process_ && process_->job && process_->job->status().state == runtime::JobState::Running;
  };
  if (!run_until(is_running, kLivenessMsMax)) return problem("the job does not run again");
  // A slow disk takes the time that it costs from everybody.
  if (!run_until([&] { return broker_.is_read_to_end(); }, kLivenessMsMax)) return problem("the job does not read on");
  run_until([] { return false; }, kQuietMs);
  if (!run_until(is_running, kLivenessMsMax)) return problem("the job does not stay alive");
  bool done = false;
  process_->job->trigger_checkpoint([&](Result<runtime::CheckpointId> id) {
    done = true;
    if (!id) problem("the last checkpoint fails: " + id.error().message);
  });
  if (!run_until([&] { return done; }, kLivenessMsMax)) problem("the last checkpoint does not end");
}

// ---- The end

RunResult SimulatedRun::run() {
  note(scenario_.text());
  run_safety();
  run_liveness();
  broker_.check_nothing_is_left_open();
  if (process_) bury();
  disk_.crash();  // What is shown survives.
  check_sinks();
  for (const std::string& violation : broker_.violations()) problem(violation);
  result_.digest = hash_field(result_.digest, broker_.digest());
  result_.faults = faults_.counts();
  return std::move(result_);
}

void SimulatedRun::check_sinks() {
  Tables visible;
  for (const SinkSpec& sink : scenario_.program->sinks) {
    visible[sink.name] = sink.folding == Folding::Files ? read_visible_files(disk_, kFilesOut)
                                                        : fold(sink, broker_.published(sink.name), result_.problems);
  }
  if (scenario_.program->check != nullptr) {
    for (const std::string& what : scenario_.program->check(scenario_.inputs, visible)) problem(what);
    return;
  }
  Tables expected = scenario_.program->model(scenario_.inputs);
  for (const auto& [sink, table] : expected) compare(sink, table, visible[sink], result_.problems);
}

void SimulatedRun::note(const std::string& what) {
  if (result_.trace.size() < kTraceLinesMax) {
    result_.trace.push_back(fmt::format("{:>9.3f} ms  {}", static_cast<double>(clock_ns_) / 1e6, what));
  }
  result_.digest = hash_bytes(result_.digest, what.data(), static_cast<uint32_t>(what.size()));
}

void SimulatedRun::problem(const std::string& what) {
  result_.problems.push_back(what);
  note("PROBLEM " + what);
}

}  // namespace sluice::sim
