#pragma once
// A fragment on one subtask: an actor that the executor runs in bounded steps. A step takes events from channels,
// sources, timers and the mailbox and gives them to the chain, one at a time; it never blocks, and ends when there is
// nothing to do, no room for what there is to say, or when it is another task's turn.
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/state/task_state.h"
#include "runtime/task/chain.h"
#include "runtime/task/operator_context.h"
#include "runtime/task/sink_operator.h"

namespace sluice::runtime {

// What a task contributes to a checkpoint.
struct TaskSnapshot {
  TaskStateHandle state;
  std::vector<std::pair<std::string, std::string>> sinks;  // uid and committable
};

struct BarrierRequest {
  CheckpointId id = 0;
  bool stops_sources = false;  // Nothing is read behind this barrier: the job is to be stopped.
};

class Task;

// Who is told. Called on the task's thread, except for snapshots, which may arrive on any; must not block.
class TaskListener {
 public:
  virtual ~TaskListener() = default;
  virtual void on_opened(Task& task) = 0;
  virtual void on_failed(Task& task, Failure failure) = 0;
  virtual void on_ended(Task& task) = 0;
  virtual void on_snapshot(Task& task, CheckpointId id, Result<TaskSnapshot> snapshot) = 0;
  virtual void on_closed(Task& task) = 0;
};

using TaskStateFactory = std::function<Result<std::unique_ptr<TaskState>>(TaskStateOptions)>;

// The channels that feed one input of one operator of the chain.
struct TaskInput {
  uint32_t node = 0;
  uint32_t input = 0;
  std::vector<Channel*> channels;
};

// What a task's chain is made of. Edges are named by the nodes.
struct ChainParts {
  std::vector<Chain::Node> nodes;
  std::vector<std::unique_ptr<EdgeWriter>> edges;
};

struct TaskSetup {
  std::string name;  // "fragment-subtask", for people.
  uint32_t fragment = 0;
  uint32_t subtask = 0;
  Env env;
  BufferPool* buffers = nullptr;
  const SessionContext* session = nullptr;
  std::vector<TaskInput> inputs;
  std::vector<OperatorContext> contexts;  // Of the nodes; the task adds what is its own.
  // Runs on the task's thread, before anything is opened.
  std::function<Result<ChainParts>(Arena&)> make_chain;
  std::vector<uint32_t> sources;  // Nodes that are polled.
  TaskStateOptions state;
  TaskStateFactory make_state;
  TaskListener* listener = nullptr;
  std::shared_ptr<void> keeps_alive;  // What the pointers above point into.
};

class Task final : public Wakeable, public std::enable_shared_from_this<Task> {
 public:
  explicit Task(TaskSetup setup);
  ~Task() override;

  void start() { wake(); }
  void wake() override;
  // At sources that still run a barrier starts here; tasks that have ended answer at once. Any thread.
  void trigger(BarrierRequest request);
  // Ends in on_closed; nothing runs afterwards. Any thread.
  void cancel();

  const TaskSetup& setup() const { return setup_; }
  const TaskMetrics& metrics() const { return metrics_; }

 private:
  enum class RunState : uint8_t { Asleep, Scheduled, Running, Notified, Closed };
  enum class Outcome : uint8_t { More, Asleep, Blocked, Closed };
  struct Snapshot;
  // One event for the chain that comes from outside of its channels.
  struct Mail {
    std::optional<BarrierRequest> request;  // Else a completion.
    uint32_t node = 0;
    uint64_t token = 0;
  };
  // What is read in turn: a source, or a channel of an input.
  struct Polled {
    size_t input = 0;            // Of setup_.inputs.
    size_t index = 0;            // Of the input's channels.
    Channel* channel = nullptr;  // Null for a source.
    uint32_t node = 0;
    bool blocked = false;  // Sent its barrier.
    bool ended = false;
    bool quiet = false;  // A source that had nothing since this step began.
  };

  void submit();
  void run();
  Outcome step();
  Outcome handle_events();
  Outcome fail_task(Failure failure);
  Status open();
  void complete_context(uint32_t node);
  void close();

  // Nothing when the chain is ready for an event.
  std::optional<Outcome> settle_chain();
  Status finish_event();
  bool take_mail();
  bool fire_timer();
  bool poll();
  bool poll_source(Polled& polled);
  bool poll_channel(Polled& polled);
  void take_control(Polled& polled, const Element& element);
  void sleep_until_timer();
  void wake_at(int64_t due_ns);

  void on_trigger(BarrierRequest request);
  void check_alignment();
  void inject_barrier();
  Status snapshot(CheckpointId id);
  void post(Mail mail);

  TaskSetup setup_;
  Arena arena_;
  KernelContext kernels_;
  TaskMetrics metrics_;
  std::unique_ptr<TaskState> state_;
  std::vector<std::unique_ptr<EdgeWriter>> edges_;
  std::unique_ptr<Chain> chain_;
  std::vector<Operator*> operators_;                          // Of the chain.
  std::vector<std::pair<std::string, SinkOperator*>> sinks_;  // By uid.
  std::vector<Valve> valves_;                                 // Of the inputs; barriers do not pass through them.
  std::vector<Polled> polled_;
  size_t next_polled_ = 0;
  std::vector<Element> forwarded_;

  std::optional<CheckpointId> aligning_;  // Some of `polled_` have sent this barrier.
  std::optional<CheckpointId> passing_;   // It is on its way through the chain.
  bool stops_sources_ = false;            // With the barrier that is being aligned.
  bool are_sources_stopped_ = false;
  CheckpointId last_trigger_ = 0;
  CheckpointId last_snapshot_ = 0;
  bool is_packing_ = false;
  bool has_told_end_ = false;
  bool has_failed_ = false;

  std::set<std::pair<TimestampMs, uint32_t>> timers_;  // Due time and node.
  std::optional<int64_t> armed_ns_;
  uint64_t armed_id_ = 0;

  std::mutex mail_mutex_;
  std::deque<Mail> mail_;
  std::atomic<bool> has_mail_{false};

  std::atomic<RunState> run_state_{RunState::Asleep};
  std::atomic<bool> is_cancelled_{false};
  int64_t blocked_since_ns_ = 0;
};

}  // namespace sluice::runtime
