#include "gateway/jobs/warm_worker.h"

#include "gateway/jobs/job_store.h"

namespace sluice::gateway {

namespace {

std::string new_job_id(const Env& env) { return fmt::format("{:016x}{:016x}", env.random->next(), env.random->next()); }

}  // namespace

void WarmWorkerPool::refill() {
  {
    std::lock_guard lock(shelf_->mutex);
    if (shelf_->worker.line || shelf_->is_starting) return;
    shelf_->is_starting = true;
  }
  shelf_->host.env.executor->submit(Executor::Pool::State, [shelf = shelf_] {
    auto worker = start(shelf->host);
    std::lock_guard lock(shelf->mutex);
    shelf->is_starting = false;
    if (worker) shelf->worker = *std::move(worker);
  });
}

WarmWorker WarmWorkerPool::take() {
  WarmWorker worker;
  {
    std::lock_guard lock(shelf_->mutex);
    worker = std::exchange(shelf_->worker, {});
  }
  if (!worker.line) worker.job_id = new_job_id(shelf_->host.env);
  return worker;
}

void WarmWorkerPool::put_back(WarmWorker worker) {
  std::lock_guard lock(shelf_->mutex);
  if (!shelf_->worker.line) shelf_->worker = std::move(worker);
}

Result<WarmWorker> WarmWorkerPool::start(const JobHost& host) {
  WarmWorker worker{new_job_id(host.env), nullptr};
  SLUICE_DO(host.store->prepare(worker.job_id));
  runtime::SpawnOptions spawn;
  spawn.executable = host.executable;
  spawn.directory = host.store->directory_of(worker.job_id);
  spawn.job_id = worker.job_id;
  spawn.preloads = true;
  SLUICE_DO(runtime::spawn_worker(spawn));
  runtime::WorkerClientOptions line;
  line.env = host.env;
  line.directory = spawn.directory;
  line.job_id = worker.job_id;
  SLUICE_TRY(worker.line, runtime::WorkerClient::connect(std::move(line)));
  return worker;
}

}  // namespace sluice::gateway
