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
};

class SourceConnector {
 public:
  virtual ~SourceConnector() = default;
  virtual bool is_bounded() const = 0;
  // The splits of the whole source, known now. Every subtask gets those whose index modulo parallelism is its own,
  // except splits that a checkpoint has placed.
  virtual Result<std::vector<Split>> enumerate(uint32_t parallelism) = 0;
  // How long until `enumerate` is worth asking again; 0 for never.
  virtual int64_t discovery_interval_ms() const { return 0; }
  // `wake` may be called on any thread whenever an Idle reader has something to say.
  virtual Result<std::unique_ptr<SplitReader>> open(const Split& split, std::function<void()> wake) = 0;
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
  // No more rows will come: everything that is held open may be closed. Called before the last prepare.
  virtual void on_end() {}
  // Everything written so far belongs to checkpoint N. `done` is called on any thread with what `publish` needs, once
  // it survives a crash; it is part of the manifest.
  virtual void prepare(CheckpointId id, std::function<void(Result<std::string> committable)> done) = 0;
};

class SinkConnector {
 public:
  virtual ~SinkConnector() = default;
  virtual Result<std::unique_ptr<SinkWriter>> open(std::function<void()> wake) = 0;
  // Whether rows become visible only by publish. Decides about the final checkpoint of bounded jobs and about the
  // default interval of unbounded ones.
  virtual bool is_transactional() const = 0;
  // Makes the rows of checkpoint N visible: all committables of all subtasks, after the manifest is durable.
  // Idempotent: recovery calls it again without knowing whether it had been done. Runs on the Io pool and may block.
  virtual Status publish(CheckpointId id, const std::vector<std::string>& committables) = 0;
  // Before anything is written after a restart: `restored` is the checkpoint restored (0: none). Removes what later,
  // unfinished checkpoints left behind. Runs on the Io pool, once per job, after publish(restored).
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
