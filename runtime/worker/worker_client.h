#pragma once
// A gateway's end of the line to one worker process.
//
//   SLUICE_TRY(auto client, WorkerClient::connect({env, directory, "job-7", attempt}));   // after spawn_worker()
//   SLUICE_DO(client->deploy({.job_graph = jobgraph::encode(graph), .parallelism = 2}));
//   SLUICE_DO(client->read_result(0));
//   for (;;) { SLUICE_TRY(ResultItem item, client->next_result(100)); ...; client->acknowledge(position); }
//
// Calls block their thread until the worker has answered or `timeout_ms` has passed; they may come from any thread,
// side by side, but not from the Io pool of the Env handed in, which carries the answers. The object may go at any
// time: the worker goes on, and what was not acknowledged is sent again to the next reader.
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"
#include "catalog/types/type.h"
#include "runtime/connectors/values/store.h"
#include "runtime/worker/worker_report.h"

namespace sluice::runtime {

struct WorkerWelcome {
  bool is_deployed = false;
  uint64_t pid = 0;
  bool has_result = false;   // The job is a SELECT; known once it is deployed.
  RowSchema result_columns;  // Its columns.
  WorkerReport report;
};

struct DeployRequest {
  std::string job_graph;       // jobgraph::encode()
  uint32_t parallelism = 0;    // 0: `parallelism.default` of the graph's settings.
  std::string restore_from;    // Empty or "none", "latest", or a path of a checkpoint or savepoint.
  std::string object_cache;    // Directory of compiled objects; empty: kept in memory only.
  int64_t result_keep_ms = 0;  // How long an unread result keeps the worker after the job's end; 0: five minutes.
};

// ---- The stream of a result

// Changes of one subtask in their order; `position` is that of the first, counted over all subtasks.
struct ResultRows {
  uint64_t position = 0;
  uint32_t subtask = 0;
  std::vector<TableChange> changes;
};
// The job has gone back to a checkpoint: of the rows of subtask i that came before, the first kept[i] count (0 for
// those behind the end of `kept`), and the others come again. Positions go on.
struct ResultRestarted {
  uint64_t position = 0;
  std::vector<uint64_t> kept;
};
struct ResultEnd {
  uint64_t position = 0;  // Behind the last row. The worker goes when all rows are acknowledged up to here.
};
struct NothingYet {};  // The time has passed.
using ResultItem = std::variant<NothingYet, ResultRows, ResultRestarted, ResultEnd>;

struct WorkerClientOptions {
  Env env;
  std::string directory;  // The job's.
  std::string job_id;
  uint64_t attempt = 1;
  int64_t timeout_ms = 10'000;  // Of calls without a limit of their own.
  // How often the worker reports unasked, and the sign of life: a connection that was silent for ten times as long is
  // taken for lost.
  uint32_t heartbeat_ms = 1000;
  // Called for every report that was not asked for: heartbeats and changes of state, the last one included. On the Io
  // pool; must not block, and not call the client.
  std::function<void(const WorkerReport&)> on_report;
  // Called once, when no answer will come any more: the worker is gone, hung, or has a newer attempt
  // (ErrorCode::Fenced). On the Io pool; must not block, and not call the client. Not called by the destructor.
  std::function<void(const Error&)> on_lost;
};

class WorkerClient {
 public:
  // Connects and says hello. A lower attempt than the worker has seen fails with Fenced, a worker of another job or
  // none at all with WorkerLost.
  static Result<std::unique_ptr<WorkerClient>> connect(WorkerClientOptions options);
  virtual ~WorkerClient() = default;

  virtual const WorkerWelcome& welcome() const = 0;  // As it was at hello.

  // Once in a worker's life. Returns when the job has been taken on; it fails when the graph cannot run here.
  virtual Status deploy(const DeployRequest& request) = 0;
  virtual Result<WorkerReport> report() = 0;
  // Returns when the checkpoint is complete.
  virtual Result<CheckpointId> trigger_checkpoint(int64_t timeout_ms) = 0;
  // Returns the path when the savepoint is complete; the job ends behind it (see on_report). An empty directory is
  // `execution.checkpointing.savepoint-dir`. A time-out leaves the job stopping.
  virtual Result<std::string> stop_with_savepoint(const std::string& directory, int64_t timeout_ms) = 0;
  // Returns when the worker has heard it; the end is seen in a report.
  virtual Status cancel() = 0;

  // ---- The result of a SELECT: one reader per worker; a new one takes over from the one before, whose next_result()
  // fails with Fenced. At most `window_rows` rows lie between worker and caller; a caller that does not call
  // next_result() pauses the job.
  static constexpr uint64_t kFirstKept = UINT64_MAX;
  // Rows from this position on. Fails when they are not kept any more: they have been acknowledged.
  virtual Status read_result(uint64_t from, uint64_t window_rows = 8192) = 0;
  virtual Result<ResultItem> next_result(int64_t timeout_ms) = 0;
  // Rows below `position` need not be kept. Without it the worker's buffer fills up, and the job pauses.
  virtual void acknowledge(uint64_t position) = 0;
};

// ---- Without a connection

// How a worker's life ended, or that it goes on; works without a connection.
enum class WorkerLife : uint8_t {
  None,   // No worker has been here.
  Alive,  // It holds its lock.
  Ended,  // Its job has ended; `final` says how.
  Dead,   // It died without a word: kill -9, power, a broken invariant (see `worker.log`).
};
struct WorkerTrace {
  WorkerLife life = WorkerLife::None;
  uint64_t attempt = 0;  // The highest that has been seen in this directory.
  WorkerReport final;    // Of Ended; may be there when Alive, too: the worker waits for its reader.
  bool has_final = false;
};
// Looks at the lock and the files of a job's directory.
Result<WorkerTrace> inspect_worker(const Env& env, const std::string& directory);

struct SpawnOptions {
  std::string executable;  // `sluice`; "/proc/self/exe" when the caller is it.
  std::string directory;   // Made with mode 0700 when missing.
  std::string job_id;
  uint64_t attempt = 1;  // Higher than every one before in this directory.
  int64_t timeout_ms = 10'000;
  bool preloads = false;  // The code generator is loaded before there is a job that wants it.
};
// Starts a worker in the directory, detached from this process (own session, no inherited descriptors), and returns
// when it listens. Fails with WorkerLost when another one holds the lock, with Fenced when a higher attempt was here.
// The worker keeps the working directory of the caller, so relative paths in scripts mean the same.
Status spawn_worker(const SpawnOptions& options);

}  // namespace sluice::runtime
