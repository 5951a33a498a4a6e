#pragma once
// The operators of one fragment on one subtask: a graph without cycles through which events flow by direct calls. The
// chain keeps operator.h's promises: what returned Pending is resumed before it sees anything else, and control
// elements are forwarded after the operator is done with them.
//
// Whoever drives the chain gives it an event only while it `is_settled`, and calls `resume` until it is.
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/exchange/edge_writer.h"
#include "runtime/exchange/valve.h"
#include "runtime/operators/operator.h"
#include "runtime/task/metrics.h"

namespace sluice {
struct KernelContext;
}

namespace sluice::runtime {

// An output that takes control elements as well, for operators that make them.
class ElementOutput : public Output {
 public:
  virtual void control(const Element& element) = 0;
};

// An operator that makes control elements, on its own account. `bind` comes before `open`.
class ControlOperator : public Operator {
 public:
  virtual void bind(ElementOutput& out) = 0;
};

// An operator without inputs, asked for rows.
class SourceOperator : public ControlOperator {
 public:
  enum class Outcome : uint8_t { More, Idle, End };
  // Writes a bounded amount; only while there is room. After Idle somebody wakes the task. End comes behind the last
  // watermark, which is the source's to write.
  virtual Result<Outcome> poll() = 0;
  Step on_batch(uint32_t input, Batch batch, Output& out) final;
};

class Chain {
 public:
  struct Consumer {
    uint32_t node = 0;
    uint32_t input = 0;
  };
  // Inputs before consumers, as in the fragment. `inputs` counts those from inside and outside; 0 for sources.
  struct Node {
    std::unique_ptr<Operator> op;
    uint32_t inputs = 0;
    std::vector<Consumer> consumers;
    std::vector<EdgeWriter*> edges;
    Metrics* metrics = nullptr;
  };

  Chain(std::vector<Node> nodes, KernelContext* kernels);
  ~Chain();
  Chain(const Chain&) = delete;

  // The number of batches that may be written until `refill`; then outputs claim to be full, so that an operator that
  // has much to say lets others run.
  void refill(uint32_t batches) { budget_ = batches; }
  bool is_out_of_budget() const { return budget_ == 0; }

  // Nothing is pending: the next event may come.
  bool is_settled() const { return unsettled_ == 0 || failure_; }
  // All edges to other tasks have room.
  bool has_room() const;
  const std::optional<Failure>& failure() const { return failure_; }

  // A batch only while settled. Control elements that follow from one event may come at once: they queue.
  void deliver(uint32_t node, uint32_t input, Element element);
  SourceOperator::Outcome poll(uint32_t node);
  void on_timer(uint32_t node, TimestampMs time);
  void on_completion(uint32_t node, uint64_t token);
  // Continues what is pending, the end of the chain first, as far as there is room. True when a call came to its end,
  // so that another try may get further.
  bool resume();

  // Barriers follow, one at every head that has not ended. `has_passed_barrier` is true when every operator is done
  // with it; ended ones are, from the start.
  void begin_barrier();
  void deliver_barrier_to_source(uint32_t node, CheckpointId id);
  bool has_passed_barrier() const { return barrier_left_ == 0; }

  bool is_ended(uint32_t node) const;
  bool is_ended() const { return live_ == 0; }

 private:
  struct Call {
    enum class Kind : uint8_t { None, Batch, Timer, Completion, Watermark, Idle, Active, Flush, Barrier, End };
    Kind kind = Kind::None;
    int64_t value = 0;
  };
  struct State;
  class NodeOutput;

  void take_batch(State& node, uint32_t input, Batch batch);
  void take_control(State& node, uint32_t input, const Element& element);
  void enqueue(State& node, uint32_t input, const Element& element);
  void run(State& node);
  void start(State& node, Call call);
  Step invoke(State& node, Call call);
  void after(State& node, Call call, Step step);
  void complete(State& node, Call call);
  void forward(State& node, const Element& element);
  void settle(State& node);
  void fail_with(Failure failure);

  std::vector<std::unique_ptr<State>> nodes_;
  KernelContext* kernels_;
  std::vector<Element> scratch_;
  uint32_t unsettled_ = 0;  // Nodes that are busy.
  uint32_t budget_ = 0;
  size_t live_;
  size_t barrier_left_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace sluice::runtime
