#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/env/real_env.h"

namespace sluice {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

SteadyTime time_point_of(int64_t monotonic_ns) { return SteadyTime(std::chrono::nanoseconds(monotonic_ns)); }

// Threads with a queue each and one for all. Work that a thread of the pool submits goes to its own queue: a task that
// goes on and whoever it wakes stay on the core whose caches hold their rows. A thread takes what has waited longest in
// its own queue and in that for all; one that finds nothing there, or another's queue longer by two, or work that has
// waited long behind another thread, takes that.
class ThreadPool {
 public:
  ThreadPool(const char* name, uint32_t threads) : workers_(threads) {
    for (uint32_t i = 0; i < threads; ++i) {
      workers_[i].thread = std::thread([this, i] { loop(i); });
      pthread_setname_np(workers_[i].thread.native_handle(), name);
    }
  }
  // After `stop`, work that is submitted is dropped.
  void stop() {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Worker& worker : workers_) worker.ready.notify_all();
  }
  void join() {
    for (Worker& worker : workers_) worker.thread.join();
  }
  void drop_queued() {
    std::vector<std::deque<Entry>> dropped(1 + workers_.size());
    std::lock_guard lock(mutex_);
    dropped[0].swap(queue_);
    for (size_t i = 0; i < workers_.size(); ++i) dropped[1 + i].swap(workers_[i].queue);
  }

  void submit(std::function<void()> work) {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    std::deque<Entry>& queue = this_worker.pool == this ? workers_[this_worker.index].queue : queue_;
    queue.push_back({++last_, std::move(work)});
    auto idle = std::ranges::find(workers_, true, &Worker::is_idle);
    if (idle == workers_.end()) return;
    idle->is_idle = false;
    idle->ready.notify_one();
  }

 private:
  struct Place {
    const ThreadPool* pool = nullptr;
    uint32_t index = 0;
  };
  static thread_local Place this_worker;

  static constexpr uint64_t kSubmissionsPerThread = 16;  // That work lets pass before other threads take it.

  struct Entry {
    uint64_t number = 0;  // In the order of submission.
    std::function<void()> work;
  };
  struct Worker {
    std::thread thread;
    std::condition_variable ready;
    std::deque<Entry> queue;
    bool is_idle = false;
  };

  // Null when there is nothing to do.
  std::deque<Entry>* next_queue(Worker& self) {
    std::deque<Entry>& threads = next_of_threads(self);
    if (queue_.empty()) return threads.empty() ? nullptr : &threads;
    return threads.empty() || queue_.front().number < threads.front().number ? &queue_ : &threads;
  }

  std::deque<Entry>& next_of_threads(Worker& self) {
    std::deque<Entry>*longest = &self.queue, *oldest = &self.queue;
    for (Worker& other : workers_) {
      if (other.queue.empty()) continue;
      if (other.queue.size() > longest->size()) longest = &other.queue;
      if (oldest->empty() || other.queue.front().number < oldest->front().number) oldest = &other.queue;
    }
    if (self.queue.empty() || longest->size() >= self.queue.size() + 2) return *longest;
    // What waits behind a thread that is in a long piece of work.
    uint64_t patience = kSubmissionsPerThread * workers_.size();
    return oldest->front().number + patience < self.queue.front().number ? *oldest : self.queue;
  }

  void loop(uint32_t index) {
    this_worker = {this, index};
    Worker& self = workers_[index];
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      std::deque<Entry>* queue = next_queue(self);
      if (queue == nullptr) {
        self.is_idle = true;
        self.ready.wait(lock, [&] { return stopping_ || !self.is_idle; });
        continue;
      }
      std::function<void()> work = std::move(queue->front().work);
      queue->pop_front();
      lock.unlock();
      work();
      work = nullptr;  // What the work owned is released outside the lock.
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::deque<Entry> queue_;
  uint64_t last_ = 0;
  bool stopping_ = false;
  std::vector<Worker> workers_;
};

thread_local ThreadPool::Place ThreadPool::this_worker;

class RealExecutor final : public Executor {
 public:
  explicit RealExecutor(const RealEnvOptions& options)
      : task_threads_(options.task_threads != 0 ? options.task_threads
                                                : std::max(1U, std::thread::hardware_concurrency())),
        task_("sluice-task", task_threads_),
        state_("sluice-state", options.state_threads),
        io_("sluice-io", options.io_threads),
        compile_("sluice-compile", 1),
        timers_([this] { timer_loop(); }) {}

  // Work of one pool submits to the others, and what dropped work owns may do so, too: everything is there until the
  // last thread and the last piece of work are gone.
  ~RealExecutor() override {
    {
      std::lock_guard lock(timer_mutex_);
      stopping_ = true;
    }
    timer_changed_.notify_all();
    timers_.join();
    for (ThreadPool* pool : pools()) pool->stop();
    for (ThreadPool* pool : pools()) pool->join();
    for (ThreadPool* pool : pools()) pool->drop_queued();
    decltype(due_) dropped;
    std::lock_guard lock(timer_mutex_);
    dropped.swap(due_);
  }

  void submit(Pool pool, std::function<void()> work) override { pool_of(pool).submit(std::move(work)); }

  uint64_t submit_at(int64_t monotonic_ns, std::function<void()> work) override {
    std::lock_guard lock(timer_mutex_);
    if (stopping_) return 0;
    uint64_t id = ++last_timer_;
    auto place = due_.emplace(std::pair{monotonic_ns, id}, std::move(work)).first;
    deadline_of_.emplace(id, monotonic_ns);
    if (place == due_.begin()) timer_changed_.notify_all();
    return id;
  }

  void cancel(uint64_t id) override {
    decltype(due_)::node_type dropped;  // Destroyed without the mutex.
    std::lock_guard lock(timer_mutex_);
    auto found = deadline_of_.find(id);
    if (found == deadline_of_.end()) return;
    dropped = due_.extract({found->second, id});
    deadline_of_.erase(found);
  }

  uint32_t task_threads() const override { return task_threads_; }

 private:
  std::array<ThreadPool*, 4> pools() { return {&task_, &state_, &io_, &compile_}; }
  ThreadPool& pool_of(Pool pool) {
    switch (pool) {
      case Pool::Task:
        return task_;
      case Pool::State:
        return state_;
      case Pool::Io:
        return io_;
      case Pool::Compile:
        return compile_;
    }
    return task_;
  }

  void timer_loop() {
    std::unique_lock lock(timer_mutex_);
    while (!stopping_) {
      if (due_.empty()) {
        timer_changed_.wait(lock);
        continue;
      }
      SteadyTime first = time_point_of(due_.begin()->first.first);
      if (std::chrono::steady_clock::now() < first) {
        timer_changed_.wait_until(lock, first);
        continue;
      }
      auto node = due_.extract(due_.begin());
      deadline_of_.erase(node.key().second);
      task_.submit(std::move(node.mapped()));
    }
  }

  uint32_t task_threads_;
  ThreadPool task_, state_, io_, compile_;

  std::mutex timer_mutex_;
  std::condition_variable timer_changed_;
  std::map<std::pair<int64_t, uint64_t>, std::function<void()>> due_;
  std::unordered_map<uint64_t, int64_t> deadline_of_;
  uint64_t last_timer_ = 0;
  bool stopping_ = false;
  std::thread timers_;
};

}  // namespace

std::unique_ptr<Executor> make_real_executor(const RealEnvOptions& options) {
  return std::make_unique<RealExecutor>(options);
}

}  // namespace sluice
