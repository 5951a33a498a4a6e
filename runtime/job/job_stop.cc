// A job is asked to stop with a savepoint.
#include <utility>

#include "base/file_uri.h"
#include "runtime/checkpoint/checkpoint_directory.h"
#include "runtime/job/job_execution.h"

namespace sluice::runtime {
namespace {

// Makes and removes what the savepoint at `path` is first written to: a directory that cannot be must not cost the job
// more than the savepoint.
Status try_directory(FileSystem& files, const std::string& path) {
  std::string tried = path + ".inprogress";
  SLUICE_DO(files.create_directories(tried));
  return files.remove_recursively(tried);
}

}  // namespace

void JobExecution::stop_with_savepoint(const std::string& directory, SavepointDone done) {
  post([this, directory, done = std::move(done)] {
    bool is_starting = status_.state == JobState::Created || status_.state == JobState::Starting;
    if (is_starting && plan_->takes_checkpoints && ending_ == Ending::None) {
      waiting_stops_.emplace_back(directory, done);
      return;
    }
    if (Status may = may_take_savepoint(); !may) return done(std::move(may).as_failure());
    auto base = path_of_uri(directory);
    if (!base) return done(std::move(base).as_failure());
    if (base->empty()) *base = plan_->settings.get("execution.checkpointing.savepoint-dir");
    if (base->empty()) *base = plan_->settings.get("execution.checkpointing.dir") + "/savepoints";
    std::string path = fmt::format("{}/{}-{}", *base, directory_name_of(status_.name), engine_.env.clock->wall_ms());
    engine_.env.executor->submit(Executor::Pool::Io, [self = shared_from_this(), path, done] {
      auto tried = std::make_shared<Status>(try_directory(*self->engine_.env.files, path));
      self->post([self = self.get(), path, tried, done] {
        if (*tried) *tried = self->may_take_savepoint();
        if (!*tried) return done(std::move(*tried).as_failure());
        self->begin_savepoint(path, done);
      });
    });
  });
}

void JobExecution::refuse_waiting_stops() {
  for (auto& [directory, done] : std::exchange(waiting_stops_, {})) {
    done(fail(ErrorCode::CheckpointFailed, "job `{}` ended before it was running", status_.name));
  }
}

Status JobExecution::may_take_savepoint() const {
  if (!plan_->takes_checkpoints) {
    return fail(ErrorCode::CheckpointFailed,
                "job `{}` takes no checkpoints, and so no savepoint: it is bounded and `{}` is not set", status_.name,
                "execution.checkpointing.interval")
        .hint("Let the script begin with: SET 'execution.checkpointing.interval' = '10 s';");
  }
  if (coordinator_ && status_.state == JobState::Running) return Done{};
  return fail(ErrorCode::CheckpointFailed, "job `{}` is {} and cannot take a savepoint", status_.name,
              text_of(status_.state));
}

void JobExecution::begin_savepoint(const std::string& path, const SavepointDone& done) {
  set_state(JobState::Stopping);
  coordinator_->request({true, false, path, [this, path, done](Result<CheckpointId> id) {
                           if (!id) return done(std::move(id).as_failure());
                           savepoint_ = path;
                           done(path);
                           end_attempt(Ending::Stop, std::nullopt);
                         }});
}

}  // namespace sluice::runtime
