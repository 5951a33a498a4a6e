#pragma once
// What the engine asks of a connector. A source is an enumerator and splits; a sink is write, prepare, publish,
// recover. Connectors own no thread beyond their client library's and block nowhere but on the Io pool.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/abi/batch.h"
#include "runtime/abi/code_provider.h"
#include "runtime/formats/decode_fault.h"
#include "runtime/operators/operator.h"

namespace sluice::runtime {

// Where the rows of a SELECT go. Bounded: the sink waits while there is no room.
class ResultConsumer {
 public:
  virtual ~ResultConsumer() = default;
  virtual bool has_room() const = 0;
  // Any thread of the Task pool; batches of one subtask come in order.
  virtual void consume(uint32_t subtask, Batch batch) = 0;
  // `wake` is called whenever there is room again; one per subtask.
  virtual void on_room(uint32_t subtask, std::function<void()> wake) = 0;
  // What belongs to a checkpoint: how far this subtask has come. Called at each barrier, on the subtask's thread.
  virtual std::string position_of(uint32_t) const { return {}; }
  // Before the rows of an attempt: where the checkpoint it goes on from stood, as `position_of` said; empty: there is
  // none, or it is a savepoint. Also called for the first attempt. On the Io pool.
  virtual void on_restore(const std::vector<std::string>& /*positions*/) {}
};

struct ConnectorContext {
  Env env;
  BufferPool* buffers = nullptr;
  const SessionContext* session = nullptr;
  uint32_t subtask = 0;
  uint32_t parallelism = 1;
  std::string job_name;
  std::string job_id;  // Unique per job, kept over restarts; names transactions and staged files.
  std::string operator_uid;
  std::string staging_directory;  // Of this operator, for files that belong to checkpoints; empty: none are taken.
  uint64_t attempt = 0;
  const std::map<std::string, std::string>* settings = nullptr;  // The job's.
  ResultConsumer* results = nullptr;                             // For `$collect`; outlives the job.
  class ValuesStore* values = nullptr;                           // Rows of `values` tables: tests only.
  // Writes whole lines where the process shows what `print` tables say; any thread.
  std::function<void(std::string_view lines, bool to_standard_error)> print;
};

// ---- Sources

struct Split {
  std::string id;        // Stable: the same part of the input has the same id after a restart.
  std::string position;  // Opaque; empty is the beginning. What `SplitReader::position` returned.
};

struct Poll {
  enum class State : uint8_t {
    Rows,  // `rows` is not empty; poll again.
    Idle,  // Nothing now; `wake` will be called.
    End,   // Nothing ever again.
  };
  State state = State::Idle;
  Batch rows;  // Columns as Source::paths asks, at most `rows_max` rows.
  // Where pushed filters dropped rows that the watermark must see: one row whose watermark is the largest of all rows
  // read so far.
  std::optional<Batch> progress;
};

// Reads one split. Calls come from the task's thread.
class SplitReader {
 public:
  virtual ~SplitReader() = default;
  virtual Result<Poll> poll(uint32_t rows_max) = 0;
  // Behind the last row that was handed out.
  virtual std::string position() const = 0;
  // Messages so far that the table's policy let pass though they could not be read.
  virtual DecodeCounts malformed() const { return {}; }
  // Messages behind the position that are there already, where this is known. Cheap.
  virtual std::optional<int64_t> lag() const { return std::nullopt; }
};

class SourceConnector {
 public:
  virtual ~SourceConnector() = default;
  virtual bool is_bounded() const = 0;
  // The splits of the whole source, known now. Every subtask gets those whose index modulo parallelism is its own,
  // except splits that a checkpoint has placed.
  virtual Result<std::vector<Split>> enumerate(uint32_t parallelism) = 0;
  // The same for a job that runs or goes on: what it does not know yet has turned up since, and is read from its
  // beginning.
  virtual Result<std::vector<Split>> discover(uint32_t parallelism) { return enumerate(parallelism); }
  // How long until `discover` is worth asking again; 0 for never.
  virtual int64_t discovery_interval_ms() const { return 0; }
  // `wake` may be called on any thread whenever an Idle reader has something to say.
  virtual Result<std::unique_ptr<SplitReader>> open(const Split& split, std::function<void()> wake) = 0;
  // A checkpoint with these positions is complete and published. For people who watch from outside: nothing depends on
  // it. On the Io pool.
  virtual void on_checkpoint(const std::vector<Split>& /*positions*/) {}
};

// ---- Sinks

// Writes on behalf of one subtask. Calls come from the task's thread and do not block: bytes go to buffers which the
// Io pool empties.
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  virtual bool has_room() const = 0;  // `wake` is called when it becomes true again.
  virtual Status write(const Batch& batch) = 0;
  virtual Status on_watermark(TimestampMs) { return Done{}; }
  // Somebody called `wake`, for whatever reason.
  virtual Status on_wake() { return Done{}; }
  // No more rows will come: everything that is held open may be closed. Called before the last prepare.
  virtual void on_end() {}
  // Everything written so far belongs to checkpoint N. `done` is called on any thread with what `publish` needs, once
  // it survives a crash; it is part of the manifest.
  virtual void prepare(CheckpointId id, std::function<void(Result<std::string> committable)> done) = 0;
};

// Whom a writer works for.
struct SinkSubtask {
  uint32_t index = 0;
  uint32_t parallelism = 1;
};

// What the manifest that a job goes on from says about a sink.
struct RestoredSink {
  CheckpointId id = 0;
  std::string job_id;  // Of the job that took the checkpoint.
  const std::vector<std::string>& committables;
  bool is_published = false;  // A note beside the manifest says so. Without it nobody knows.
};

// One per attempt of a job: its writers, and `publish` for all of them together.
class SinkConnector {
 public:
  virtual ~SinkConnector() = default;
  // Once per subtask, on the subtask's thread; after `recover`. The writer does not outlive the connector.
  virtual Result<std::unique_ptr<SinkWriter>> open(SinkSubtask subtask, std::function<void()> wake) = 0;
  // Whether rows become visible only by publish. Decides about the default interval of checkpoints of
  // unbounded jobs.
  virtual bool is_transactional() const = 0;
  // Whether a bounded job must end with a checkpoint: its last rows are out only when `prepare` has said so.
  virtual bool needs_final_checkpoint() const { return is_transactional(); }
  // Whether the system it writes to may forget that a checkpoint was published: then a note is kept beside the
  // manifest.
  virtual bool needs_publish_note() const { return false; }
  // What the author of a job should hear before it starts.
  virtual std::vector<std::string> warnings(int64_t /*checkpoint_interval_ms*/) const { return {}; }
  // Makes the rows of checkpoint N visible: all committables of all subtasks, after the manifest is durable.
  // Idempotent: recovery calls it again without knowing whether it had been done. Runs on the Io pool and may block.
  virtual Status publish(CheckpointId id, const std::vector<std::string>& committables) = 0;
  // Instead of `publish` before `recover`: the rows of the checkpoint that is restored must become visible if they are
  // not. Whoever wrote them is gone, or believes that it is not.
  virtual Status publish_restored(const RestoredSink& restored) { return publish(restored.id, restored.committables); }
  // Before anything is written after a restart: `restored` is the checkpoint restored (0: none). Removes what later,
  // unfinished checkpoints left behind. Runs on the Io pool, once per attempt, after publish_restored.
  virtual Status recover(CheckpointId restored) = 0;
};

// ---- The table of connectors

struct ConnectorFactory {
  std::string name;
  Result<std::unique_ptr<SourceConnector>> (*source)(const jobgraph::Source&, const RowSchema& output,
                                                     const ConnectorContext&) = nullptr;
  Result<std::unique_ptr<SinkConnector>> (*sink)(const jobgraph::Sink&, const RowSchema& input,
                                                 const ConnectorContext&) = nullptr;
};

// All connectors of this process; each has its folder and one row in the table (connectors.cc).
const std::vector<ConnectorFactory>& connectors();

}  // namespace sluice::runtime
