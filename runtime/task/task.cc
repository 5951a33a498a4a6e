#include "runtime/task/task.h"

#include <utility>

#include "base/check.h"

namespace sluice::runtime {
namespace {

// Of one step: enough to outweigh being scheduled, little enough to let others run.
constexpr uint32_t kEventsPerStep = 32;
constexpr uint32_t kBatchesPerStep = 128;
// The same for operators that take long: other tasks wait for the thread, among them those whose barriers are due.
constexpr int64_t kStepNsMax = 10'000'000;
// Of background work on state, per step.
constexpr int64_t kStateBudgetNs = 1'000'000;
// How long a task with nothing else to do waits before it goes on packing a snapshot.
constexpr int64_t kPackingPauseNs = 200'000;

// By which an operator's state is known.
std::string state_uid_of(const jobgraph::Operator& op) {
  return op.uid.empty() ? fmt::format("operator-{}", op.id) : op.uid;
}

}  // namespace

// Collects the parts of one task's contribution, which arrive on any thread.
struct Task::Snapshot {
  std::weak_ptr<Task> owner;  // Its state holds this: a strong reference would keep both for ever.
  CheckpointId id = 0;
  std::mutex mutex;
  size_t parts_left = 0;
  TaskSnapshot result;
  std::optional<Failure> failure;

  void add(const std::function<void()>& part) {
    {
      std::lock_guard lock(mutex);
      part();
      if (--parts_left > 0) return;
    }
    std::shared_ptr<Task> task = owner.lock();
    if (!task) return;
    TaskListener* listener = task->setup_.listener;
    if (failure) return listener->on_snapshot(*task, id, std::move(*failure));
    listener->on_snapshot(*task, id, std::move(result));
  }
};

Task::Task(TaskSetup setup) : setup_(std::move(setup)), arena_(*setup_.buffers) {
  kernels_.arena = &arena_;
  kernels_.session = setup_.session;
  for (size_t i = 0; i < setup_.inputs.size(); ++i) {
    TaskInput& input = setup_.inputs[i];
    valves_.emplace_back(input.channels.size());
    for (size_t c = 0; c < input.channels.size(); ++c) polled_.push_back({i, c, input.channels[c], input.node});
  }
  for (uint32_t node : setup_.sources) polled_.push_back({0, 0, nullptr, node});
}

Task::~Task() = default;

// ---- Scheduling

// The fence orders what the caller has written (a channel's tail) before the look at the state: either this sees that
// the task is going to sleep, or the task sees what was written.
void Task::wake() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  RunState state = run_state_.load(std::memory_order_relaxed);
  for (;;) {
    if (state == RunState::Asleep) {
      if (!run_state_.compare_exchange_weak(state, RunState::Scheduled)) continue;
      return submit();
    }
    if (state != RunState::Running) return;
    if (run_state_.compare_exchange_weak(state, RunState::Notified)) return;
  }
}

void Task::submit() {
  setup_.env.executor->submit(Executor::Pool::Task, [self = shared_from_this()] { self->run(); });
}

void Task::run() {
  run_state_.exchange(RunState::Running);
  int64_t begin = setup_.env.clock->monotonic_ns();
  if (blocked_since_ns_ != 0) metrics_.back_pressured_ns.add(static_cast<uint64_t>(begin - blocked_since_ns_));
  Outcome outcome = step();
  int64_t end = setup_.env.clock->monotonic_ns();
  metrics_.busy_ns.add(static_cast<uint64_t>(end - begin));
  blocked_since_ns_ = outcome == Outcome::Blocked ? end : 0;
  if (outcome == Outcome::Closed) {
    run_state_.store(RunState::Closed);
    return setup_.listener->on_closed(*this);
  }
  RunState running = RunState::Running;
  if (outcome != Outcome::More && run_state_.compare_exchange_strong(running, RunState::Asleep)) return;
  run_state_.store(RunState::Scheduled);
  submit();
}

void Task::cancel() {
  is_cancelled_.store(true);
  wake();
}

void Task::post(Mail mail) {
  {
    std::lock_guard lock(mail_mutex_);
    mail_.push_back(std::move(mail));
    has_mail_.store(true);
  }
  wake();
}

void Task::trigger(BarrierRequest request) { post({request, 0, 0}); }

// ---- Life

Status Task::open() {
  for (const OperatorContext& context : setup_.contexts) setup_.state.uids.insert(state_uid_of(*context.op));
  SLUICE_TRY(state_, setup_.make_state(setup_.state));
  SLUICE_TRY(ChainParts parts, setup_.make_chain(arena_));
  edges_ = std::move(parts.edges);
  for (Chain::Node& node : parts.nodes) operators_.push_back(node.op.get());
  auto chain = std::make_unique<Chain>(std::move(parts.nodes), &kernels_);
  for (uint32_t node = 0; node < operators_.size(); ++node) {
    complete_context(node);
    if (auto* sink = dynamic_cast<SinkOperator*>(operators_[node])) {
      sinks_.emplace_back(setup_.contexts[node].op->uid, sink);
    }
    SLUICE_DO(operators_[node]->open(setup_.contexts[node]));
  }
  chain_ = std::move(chain);
  return Done{};
}

void Task::complete_context(uint32_t node) {
  OperatorContext& context = setup_.contexts[node];
  context.arena = &arena_;
  context.kernels = &kernels_;
  context.state = &state_->operator_state(state_uid_of(*context.op));
  context.register_timer = [this, node](TimestampMs time) { timers_.emplace(time, node); };
  context.make_completion = [this, node](uint64_t token) -> std::function<void()> {
    return [task = weak_from_this(), node, token] {
      if (auto alive = task.lock()) alive->post({std::nullopt, node, token});
    };
  };
}

void Task::close() {
  if (armed_ns_) setup_.env.executor->cancel(armed_id_);
  sinks_.clear();
  operators_.clear();
  chain_.reset();
  edges_.clear();
  state_.reset();
  for (OperatorContext& context : setup_.contexts) context.state = nullptr;
}

Task::Outcome Task::fail_task(Failure failure) {
  has_failed_ = true;
  setup_.listener->on_failed(*this, std::move(failure));
  return Outcome::Asleep;
}

// ---- One step

Task::Outcome Task::step() {
  if (is_cancelled_.load()) {
    close();
    return Outcome::Closed;
  }
  if (has_failed_) return Outcome::Asleep;
  if (!chain_) {
    Status opened = open();
    if (!opened) return fail_task(std::move(opened).as_failure());
    setup_.listener->on_opened(*this);
  }
  if (is_packing_) is_packing_ = !state_->pack_some(kStateBudgetNs);
  Outcome outcome = handle_events();
  // A checkpoint does not wait for whoever reads what this task writes.
  if (outcome == Outcome::Blocked && is_packing_) wake_at(setup_.env.clock->monotonic_ns() + kPackingPauseNs);
  return outcome;
}

Task::Outcome Task::handle_events() {
  chain_->refill(kBatchesPerStep);
  int64_t end_ns = setup_.env.clock->monotonic_ns() + kStepNsMax;
  for (Polled& polled : polled_) polled.quiet = false;
  for (uint32_t i = 0; i < kEventsPerStep; ++i) {
    if (std::optional<Outcome> unsettled = settle_chain()) return *unsettled;
    if (Status finished = finish_event(); !finished) return fail_task(std::move(finished).as_failure());
    if (passing_ || !chain_->is_settled()) continue;
    // Only while no operator is in the middle of a call: rows may move out of memory.
    if (Status maintained = state_->maintain(kStateBudgetNs); !maintained) {
      return fail_task(std::move(maintained).as_failure());
    }
    bool takes_long = i > 0 && setup_.env.clock->monotonic_ns() >= end_ns;
    if (chain_->is_out_of_budget() || takes_long) return Outcome::More;
    if (!chain_->has_room()) return Outcome::Blocked;
    if (take_mail() || fire_timer() || poll()) continue;
    sleep_until_timer();
    return Outcome::Asleep;
  }
  return Outcome::More;
}

std::optional<Task::Outcome> Task::settle_chain() {
  while (!chain_->is_settled()) {
    if (!chain_->resume()) return chain_->is_out_of_budget() ? Outcome::More : Outcome::Blocked;
  }
  if (chain_->failure()) return fail_task(*chain_->failure());
  return std::nullopt;
}

// What follows from the event before: the snapshot behind a barrier, the barrier behind its alignment, the end.
Status Task::finish_event() {
  if (passing_) {
    SLUICE_CHECK(chain_->has_passed_barrier());
    SLUICE_DO(snapshot(*std::exchange(passing_, std::nullopt)));
  }
  if (chain_->is_ended() && !has_told_end_) {
    has_told_end_ = true;
    setup_.listener->on_ended(*this);
  }
  // Asked for while rows were still coming, and no barrier came before the end of the last input.
  if (has_told_end_ && last_trigger_ > last_snapshot_) return snapshot(last_trigger_);
  check_alignment();
  return Done{};
}

bool Task::take_mail() {
  if (!has_mail_.load()) return false;
  Mail mail;
  {
    std::lock_guard lock(mail_mutex_);
    mail = std::move(mail_.front());
    mail_.pop_front();
    if (mail_.empty()) has_mail_.store(false);
  }
  if (mail.request) {
    on_trigger(*mail.request);
  } else {
    chain_->on_completion(mail.node, mail.token);
  }
  return true;
}

bool Task::fire_timer() {
  if (timers_.empty()) return false;
  auto [time, node] = *timers_.begin();
  if (time > setup_.env.clock->wall_ms()) return false;
  timers_.erase(timers_.begin());
  chain_->on_timer(node, time);
  return true;
}

bool Task::poll() {
  for (size_t i = 0; i < polled_.size(); ++i) {
    Polled& polled = polled_[next_polled_++ % polled_.size()];
    if (polled.blocked || polled.ended) continue;
    if (polled.channel == nullptr ? poll_source(polled) : poll_channel(polled)) return true;
  }
  return false;
}

bool Task::poll_source(Polled& polled) {
  if (polled.quiet || are_sources_stopped_) return false;
  SourceOperator::Outcome outcome = chain_->poll(polled.node);
  polled.quiet = outcome == SourceOperator::Outcome::Idle;
  polled.ended = outcome == SourceOperator::Outcome::End;
  return true;
}

bool Task::poll_channel(Polled& polled) {
  Element* next = polled.channel->front();
  if (next == nullptr) return false;
  Element element = std::move(*next);
  polled.channel->pop();
  if (element.kind == Element::Kind::Batch) {
    chain_->deliver(polled.node, setup_.inputs[polled.input].input, std::move(element));
  } else {
    take_control(polled, element);
  }
  return true;
}

void Task::take_control(Polled& polled, const Element& element) {
  if (element.kind == Element::Kind::Barrier) {
    auto id = static_cast<CheckpointId>(element.value);
    SLUICE_CHECK(!aligning_ || *aligning_ == id);
    aligning_ = id;
    polled.blocked = true;
    return;
  }
  polled.ended = element.kind == Element::Kind::End;
  forwarded_.clear();
  valves_[polled.input].take(polled.index, element, forwarded_);
  for (const Element& next : forwarded_) chain_->deliver(polled.node, setup_.inputs[polled.input].input, next);
}

// Timers are wall-clock times, wake-ups monotonic ones.
void Task::sleep_until_timer() {
  Clock& clock = *setup_.env.clock;
  std::optional<int64_t> due;
  if (!timers_.empty()) due = clock.monotonic_ns() + (timers_.begin()->first - clock.wall_ms()) * 1'000'000;
  if (is_packing_) due = clock.monotonic_ns() + kPackingPauseNs;
  if (due) wake_at(*due);
}

void Task::wake_at(int64_t due_ns) {
  if (armed_ns_ && *armed_ns_ <= due_ns && *armed_ns_ > setup_.env.clock->monotonic_ns()) return;
  if (armed_ns_) setup_.env.executor->cancel(armed_id_);
  armed_ns_ = due_ns;
  armed_id_ = setup_.env.executor->submit_at(due_ns, [task = weak_from_this()] {
    if (auto alive = task.lock()) alive->wake();
  });
}

// ---- Barriers

void Task::on_trigger(BarrierRequest request) {
  if (request.id <= last_snapshot_) return;
  last_trigger_ = request.id;
  stops_sources_ = request.stops_sources;
  for (Polled& polled : polled_) {
    if (polled.channel != nullptr || polled.ended) continue;
    polled.blocked = true;
    aligning_ = request.id;
  }
}

void Task::check_alignment() {
  if (!aligning_) return;
  for (const Polled& polled : polled_) {
    if (!polled.blocked && !polled.ended) return;
  }
  inject_barrier();
}

void Task::inject_barrier() {
  CheckpointId id = *std::exchange(aligning_, std::nullopt);
  passing_ = id;
  chain_->begin_barrier();
  are_sources_stopped_ = stops_sources_;
  for (Polled& polled : polled_) {
    if (polled.channel == nullptr && polled.blocked) chain_->deliver_barrier_to_source(polled.node, id);
    polled.blocked = false;
  }
  for (size_t i = 0; i < valves_.size(); ++i) {
    if (valves_[i].is_ended()) continue;
    chain_->deliver(setup_.inputs[i].node, setup_.inputs[i].input, Element::barrier(id));
  }
}

// State and sinks as of now, those of operators that have ended included. The answer goes out when all of them survive
// a crash.
Status Task::snapshot(CheckpointId id) {
  SLUICE_FAULT("checkpoint.before_freeze");
  last_snapshot_ = id;
  for (Operator* op : operators_) op->on_snapshot(id);
  auto collected = std::make_shared<Snapshot>();
  collected->owner = weak_from_this();
  collected->id = id;
  collected->parts_left = 1 + sinks_.size();
  for (auto& [uid, sink] : sinks_) {
    sink->prepare(id, [collected, uid = uid](Result<std::string> committable) {
      collected->add([&] {
        if (!committable) {
          collected->failure = std::move(committable).as_failure();
        } else {
          collected->result.sinks.emplace_back(uid, *std::move(committable));
        }
      });
    });
  }
  is_packing_ = true;
  return state_->freeze(id, [collected](Result<TaskStateHandle> handle) {
    collected->add([&] {
      if (!handle) {
        collected->failure = std::move(handle).as_failure();
      } else {
        collected->result.state = *std::move(handle);
      }
    });
  });
}

}  // namespace sluice::runtime
