#include "tools/conformance/simulated_run.h"

#include <algorithm>

#include "runtime/interp/interpreter_provider.h"
#include "tests/sim/job_world.h"

namespace sluice::conformance {
namespace {

constexpr size_t kPortionsMax = 40;  // Of a case's rows: a barrier stands behind each.
constexpr int kRoundsMax = 5000;
constexpr uint64_t kStepsBeforeBarrier = 30;  // Pieces of work, at most.
constexpr uint64_t kStepsBehindBarrier = 40;

// Gives the rows table by table, in portions.
class Feeder {
 public:
  Feeder(std::vector<TableRows> rows, runtime::ValuesStore& store) : rows_(std::move(rows)), store_(store) {
    size_t all = 0;
    for (const TableRows& table : rows_) all += table.changes.size();
    portion_ = std::max<size_t>(1, (all + kPortionsMax - 1) / kPortionsMax);
  }

  void feed() {
    if (next_table_ == rows_.size()) return;
    TableRows& table = rows_[next_table_];
    size_t count = std::min(portion_, table.changes.size() - next_row_);
    auto begin = table.changes.begin() + static_cast<ptrdiff_t>(next_row_);
    store_.append(table.table, {begin, begin + static_cast<ptrdiff_t>(count)});
    next_row_ += count;
    if (next_row_ < table.changes.size()) return;
    store_.close(table.table);
    ++next_table_;
    next_row_ = 0;
  }

 private:
  std::vector<TableRows> rows_;
  runtime::ValuesStore& store_;
  size_t portion_ = 1;
  size_t next_table_ = 0;
  size_t next_row_ = 0;
};

void run_some(sim::JobWorld& world, uint64_t steps_max) {
  uint64_t steps = world.env().random().below(steps_max);
  world.env().run_until([] { return false; }, steps);
}

Status write_file(FileSystem& files, const std::string& path, const std::string& content) {
  std::string directory = path.substr(0, path.rfind('/'));
  SLUICE_DO(files.create_directories(directory));
  SLUICE_TRY(std::unique_ptr<WritableFile> file, files.create(path));
  SLUICE_DO(file->append(content));
  SLUICE_DO(file->sync());
  return files.sync_directory(directory);
}

Error did_not_end() { return {ErrorCode::JobCancelled, "the job did not end in time", {}, {}}; }

// Nothing when the job has finished.
std::optional<Error> run_job(sim::JobWorld& world, const std::string& name, Feeder& feeder, int& crashes) {
  for (int round = 0; round < kRoundsMax; ++round) {
    feeder.feed();
    run_some(world, kStepsBeforeBarrier);
    if (Status taken = world.checkpoint(name); !taken) return taken.error();
    if (world.status(name).state == runtime::JobState::Finished) return std::nullopt;
    feeder.feed();
    run_some(world, kStepsBehindBarrier);
    runtime::JobStatus status = world.status(name);
    if (status.state == runtime::JobState::Finished) return std::nullopt;
    if (status.state == runtime::JobState::Failed) return status.failure;
    if (Status restarted = world.end_step(); !restarted) return restarted.error();
    ++crashes;
  }
  return did_not_end();
}

}  // namespace

RunResult run_simulated(std::vector<jobgraph::JobGraph> graphs, std::vector<TableRows> rows,
                        runtime::ValuesStore& store, const RunOptions& options) {
  runtime::InterpreterProvider interpreter;
  Feeder feeder(std::move(rows), store);
  RunResult result;
  for (size_t i = 0; i < graphs.size() && !result.failure; ++i) {
    // A machine per job: one that has finished is not started again by the crashes of the next.
    sim::JobWorld world(*options.mode, interpreter, store, i + 1);
    for (const auto& [path, content] : options.files) {
      if (Status written = write_file(world.files(), path, content); !written) return {written.error(), 0};
    }
    std::string name = "job-" + std::to_string(i);
    if (Status started = world.start(name, std::move(graphs[i])); !started) return {started.error(), 0};
    result.failure = run_job(world, name, feeder, result.crashes);
    world.crash();
  }
  return result;
}

}  // namespace sluice::conformance
