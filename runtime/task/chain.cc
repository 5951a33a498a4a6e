#include "runtime/task/chain.h"

#include <utility>

#include "base/check.h"
#include "base/kernel_context.h"

namespace sluice::runtime {

class Chain::NodeOutput final : public ElementOutput {
 public:
  NodeOutput(Chain& chain, State& node) : chain_(chain), node_(node) {}
  bool has_room() const override;
  void emit(Batch batch) override;
  void control(const Element& element) override;

 private:
  Chain& chain_;
  State& node_;
};

struct Chain::State {
  State(Chain& chain, Node from) : node(std::move(from)), valve(node.inputs), out(chain, *this) {}
  // Something has to be finished before another event may come.
  bool is_busy() const { return pending.kind != Call::Kind::None || !calls.empty() || !inbox.empty(); }

  Node node;
  Valve valve;
  NodeOutput out;
  Call pending;            // Returned Pending.
  std::deque<Call> calls;  // Follow from one control element and wait for the pending call.
  struct Inbound {
    uint32_t input;
    Element element;
  };
  std::deque<Inbound> inbox;  // Control elements that came while the node was busy.
  bool counted = false;       // In `unsettled_`.
  bool ended = false;
};

Step SourceOperator::on_batch(uint32_t, Batch, Output&) { SLUICE_UNREACHABLE("sources have no inputs"); }

// Control elements go on to the end of the chain at once, so room is needed there and not only in the next operator.
bool Chain::NodeOutput::has_room() const {
  if (chain_.budget_ == 0 || chain_.failure_) return false;
  for (const Consumer& consumer : node_.node.consumers) {
    const State& next = *chain_.nodes_[consumer.node];
    if (next.is_busy() || !next.out.has_room()) return false;
  }
  for (const EdgeWriter* edge : node_.node.edges) {
    if (!edge->has_room()) return false;
  }
  return true;
}

void Chain::NodeOutput::emit(Batch batch) {
  SLUICE_CHECK(batch.rows > 0);
  if (chain_.failure_) return;
  if (chain_.budget_ > 0) --chain_.budget_;
  node_.node.metrics->rows_out.add(batch.rows);
  size_t left = node_.node.consumers.size() + node_.node.edges.size();
  for (EdgeWriter* edge : node_.node.edges) {
    if (--left == 0) return edge->write(std::move(batch));
    edge->write(batch);
  }
  for (const Consumer& consumer : node_.node.consumers) {
    State& next = *chain_.nodes_[consumer.node];
    if (--left == 0) return chain_.take_batch(next, consumer.input, std::move(batch));
    chain_.take_batch(next, consumer.input, batch);
  }
}

void Chain::NodeOutput::control(const Element& element) { chain_.forward(node_, element); }

Chain::Chain(std::vector<Node> nodes, KernelContext* kernels) : kernels_(kernels), live_(nodes.size()) {
  for (Node& node : nodes) nodes_.push_back(std::make_unique<State>(*this, std::move(node)));
  for (auto& state : nodes_) {
    if (auto* maker = dynamic_cast<ControlOperator*>(state->node.op.get())) maker->bind(state->out);
  }
}

Chain::~Chain() = default;

bool Chain::has_room() const {
  for (const auto& state : nodes_) {
    for (const EdgeWriter* edge : state->node.edges) {
      if (!edge->has_room()) return false;
    }
  }
  return true;
}

bool Chain::is_ended(uint32_t node) const { return nodes_[node]->ended; }

void Chain::fail_with(Failure failure) {
  if (!failure_) failure_ = std::move(failure);
}

void Chain::deliver(uint32_t node, uint32_t input, Element element) {
  if (element.kind == Element::Kind::Batch) return take_batch(*nodes_[node], input, std::move(element.batch));
  take_control(*nodes_[node], input, element);
}

SourceOperator::Outcome Chain::poll(uint32_t index) {
  State& node = *nodes_[index];
  SLUICE_CHECK(is_settled());
  auto outcome = static_cast<SourceOperator&>(*node.node.op).poll();
  if (!outcome) {
    fail_with(std::move(outcome).as_failure());
    return SourceOperator::Outcome::Idle;
  }
  if (*outcome == SourceOperator::Outcome::End) start(node, {Call::Kind::End, 0});
  return *outcome;
}

void Chain::on_timer(uint32_t node, TimestampMs time) {
  SLUICE_CHECK(is_settled());
  if (!nodes_[node]->ended) start(*nodes_[node], {Call::Kind::Timer, time});
}

void Chain::on_completion(uint32_t node, uint64_t token) {
  SLUICE_CHECK(is_settled());
  if (!nodes_[node]->ended) start(*nodes_[node], {Call::Kind::Completion, static_cast<int64_t>(token)});
}

void Chain::begin_barrier() {
  SLUICE_CHECK(is_settled());
  barrier_left_ = live_;
}

void Chain::deliver_barrier_to_source(uint32_t node, CheckpointId id) {
  start(*nodes_[node], {Call::Kind::Barrier, static_cast<int64_t>(id)});
}

// What stands at the end makes room for what stands before it, so one pass backwards gets furthest.
bool Chain::resume() {
  bool any_done = false;
  for (size_t i = nodes_.size(); i-- > 0;) {
    State& node = *nodes_[i];
    if (node.pending.kind == Call::Kind::None || !node.out.has_room()) continue;
    Call call = std::exchange(node.pending, {});
    kernels_->watermark_ms = node.valve.watermark();
    after(node, call, node.node.op->resume(node.out));
    if (failure_) return true;
    any_done |= node.pending.kind == Call::Kind::None;
    run(node);
    settle(node);
  }
  return any_done;
}

void Chain::take_batch(State& node, uint32_t input, Batch batch) {
  SLUICE_CHECK(!node.is_busy());
  if (failure_) return;
  node.node.metrics->rows_in.add(batch.rows);
  kernels_->watermark_ms = node.valve.watermark();
  after(node, {Call::Kind::Batch, 0}, node.node.op->on_batch(input, std::move(batch), node.out));
  settle(node);
}

void Chain::take_control(State& node, uint32_t input, const Element& element) {
  if (failure_) return;
  if (node.is_busy()) {
    node.inbox.push_back({input, element});
  } else {
    enqueue(node, input, element);
    run(node);
  }
  settle(node);
}

void Chain::enqueue(State& node, uint32_t input, const Element& element) {
  std::vector<Element> forwarded = std::move(scratch_);
  forwarded.clear();
  node.valve.take(input, element, forwarded);
  for (const Element& next : forwarded) {
    switch (next.kind) {
      case Element::Kind::Watermark:
        node.calls.push_back({Call::Kind::Watermark, next.value});
        break;
      case Element::Kind::Idle:
        node.calls.push_back({Call::Kind::Idle, 0});
        break;
      case Element::Kind::Active:
        node.calls.push_back({Call::Kind::Active, 0});
        break;
      case Element::Kind::Flush:
        node.calls.push_back({Call::Kind::Flush, next.value});
        break;
      case Element::Kind::Barrier:
        node.calls.push_back({Call::Kind::Barrier, next.value});
        break;
      case Element::Kind::End:
        node.calls.push_back({Call::Kind::End, 0});
        break;
      case Element::Kind::Batch:
        SLUICE_UNREACHABLE("a valve forwards control elements only");
    }
  }
  scratch_ = std::move(forwarded);
}

// Until nothing is left to do or something is pending.
void Chain::run(State& node) {
  while (!failure_ && node.pending.kind == Call::Kind::None) {
    if (!node.calls.empty()) {
      Call call = node.calls.front();
      node.calls.pop_front();
      after(node, call, invoke(node, call));
    } else if (!node.inbox.empty()) {
      State::Inbound next = std::move(node.inbox.front());
      node.inbox.pop_front();
      enqueue(node, next.input, next.element);
    } else {
      return;
    }
  }
}

void Chain::start(State& node, Call call) {
  if (failure_) return;
  SLUICE_CHECK(!node.is_busy());
  after(node, call, invoke(node, call));
  settle(node);
}

Step Chain::invoke(State& node, Call call) {
  Operator& op = *node.node.op;
  kernels_->watermark_ms = node.valve.watermark();
  switch (call.kind) {
    case Call::Kind::Watermark:
      node.node.metrics->watermark.set(call.value);
      return op.on_watermark(call.value, node.out);
    case Call::Kind::Timer:
      return op.on_timer(call.value, node.out);
    case Call::Kind::Completion:
      return op.on_completion(static_cast<uint64_t>(call.value), node.out);
    case Call::Kind::Flush:
      return op.on_flush(node.out);
    case Call::Kind::Barrier:
      return op.on_barrier(static_cast<CheckpointId>(call.value), node.out);
    case Call::Kind::End:
      return op.on_end(node.out);
    case Call::Kind::Idle:
    case Call::Kind::Active:
    case Call::Kind::None:
    case Call::Kind::Batch:
      return Progress::Done;
  }
  SLUICE_UNREACHABLE("every call is listed");
}

void Chain::after(State& node, Call call, Step step) {
  if (!step) return fail_with(std::move(step).as_failure());
  if (failure_) return;
  if (*step == Progress::Pending) {
    node.pending = call;
  } else {
    complete(node, call);
  }
}

void Chain::complete(State& node, Call call) {
  switch (call.kind) {
    case Call::Kind::Watermark:
      return forward(node, Element::watermark(call.value));
    case Call::Kind::Idle:
      return forward(node, Element::idle());
    case Call::Kind::Active:
      return forward(node, Element::active());
    case Call::Kind::Flush:
      return forward(node, Element::flush(call.value));
    case Call::Kind::Barrier:
      --barrier_left_;
      return forward(node, Element::barrier(static_cast<CheckpointId>(call.value)));
    case Call::Kind::End:
      node.ended = true;
      --live_;
      return forward(node, Element::end());
    case Call::Kind::None:
    case Call::Kind::Batch:
    case Call::Kind::Timer:
    case Call::Kind::Completion:
      return;
  }
}

void Chain::forward(State& node, const Element& element) {
  for (EdgeWriter* edge : node.node.edges) edge->write_control(element);
  for (const Consumer& consumer : node.node.consumers) {
    take_control(*nodes_[consumer.node], consumer.input, element);
  }
}

void Chain::settle(State& node) {
  bool busy = node.is_busy();
  if (busy == node.counted) return;
  node.counted = busy;
  unsettled_ = busy ? unsettled_ + 1 : unsettled_ - 1;
}

}  // namespace sluice::runtime
