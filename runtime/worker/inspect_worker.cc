#include "runtime/worker/job_directory.h"
#include "runtime/worker/wire.h"
#include "runtime/worker/worker_client.h"

namespace sluice::runtime {

// The lock is looked at first: a worker that goes in between has written its files before.
Result<WorkerTrace> inspect_worker(const Env& env, const std::string& path) {
  JobDirectory directory(env, path);
  WorkerTrace trace;
  SLUICE_TRY(bool is_alive, directory.is_locked());
  SLUICE_TRY(trace.attempt, directory.attempt());
  SLUICE_TRY(std::optional<wire::FinalStatus> final, directory.read_final());
  // That of an attempt before this one says nothing about it.
  trace.has_final = final && final->attempt() == trace.attempt;
  if (trace.has_final) {
    SLUICE_TRY(trace.final, read_report(final->report()));
  }
  if (is_alive) {
    trace.life = WorkerLife::Alive;
  } else if (trace.has_final) {
    trace.life = WorkerLife::Ended;
  } else {
    trace.life = trace.attempt == 0 ? WorkerLife::None : WorkerLife::Dead;
  }
  return trace;
}

}  // namespace sluice::runtime
