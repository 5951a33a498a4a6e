#pragma once
// Scripts for operators: rows, watermarks and marks go in, with the changes that must come out beside them. Every
// script runs in several modes (whole batches, batches of one row, random splits, an output with room for one batch),
// and the changelog must be the same, order included.
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/env/real_env.h"
#include "catalog/types/column_value.h"
#include "reference_state.h"
#include "runtime/interp/interpreter_provider.h"
#include "runtime/operators/checked_operator.h"
#include "runtime/operators/factory.h"
#include "runtime/state/state_memory.h"
#include "runtime/state/task_state.h"
#include "runtime/task/metrics.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

RowSchema schema_of(std::vector<Type> types);
// "+I[1, abc, null]"; timestamps and decimals as their stored integers.
std::string text_of_row(const Batch& batch, const RowSchema& schema, uint32_t row);

struct Event {
  enum class Kind : uint8_t { Rows, Watermark, Flush, Barrier, Timer, End };
  Kind kind = Kind::Rows;
  std::vector<std::string> rows;
  int64_t time = 0;
  std::vector<std::string> expected;
};
inline Event rows(std::vector<std::string> in, std::vector<std::string> out) {
  return {Event::Kind::Rows, std::move(in), 0, std::move(out)};
}
inline Event watermark(int64_t time, std::vector<std::string> out) {
  return {Event::Kind::Watermark, {}, time, std::move(out)};
}
inline Event flush(std::vector<std::string> out) { return {Event::Kind::Flush, {}, 0, std::move(out)}; }
inline Event barrier(std::vector<std::string> out) { return {Event::Kind::Barrier, {}, 0, std::move(out)}; }
inline Event timer(int64_t time, std::vector<std::string> out) {
  return {Event::Kind::Timer, {}, time, std::move(out)};
}
inline Event end(std::vector<std::string> out) { return {Event::Kind::End, {}, 0, std::move(out)}; }

// Which tables the operator gets: those of reference_state.h, or the product's.
enum class Tables : uint8_t { Reference, Memory };

// Runs one operator.
class OperatorRun final : public Output {
 public:
  OperatorRun(jobgraph::Operator op, RowSchema input, size_t room = 1000000, int64_t now_ms = 0,
              Tables tables = Tables::Reference);
  ~OperatorRun() override;

  // Feeds the event in batches of the given sizes (repeated; empty: one batch) and returns the changes.
  std::vector<std::string> feed(const Event& event, const std::vector<uint32_t>& batch_rows = {});
  std::vector<std::string> feed_batch(Batch batch);
  Batch parse(const std::vector<std::string>& rows);
  Metrics& metrics() { return metrics_; }
  OperatorContext& context() { return context_; }
  const std::vector<TimestampMs>& timers() const { return timers_; }
  const ReferenceState& reference_state() const { return state_; }
  Status opened = Done{};

  bool has_room() const override { return held_ < room_; }
  void emit(Batch batch) override;

 private:
  class FixedClock;
  std::vector<std::string> finish(Step step);

  jobgraph::Operator op_;
  RowSchema input_;
  size_t room_;
  size_t held_ = 0;
  BufferPool pool_;
  Arena arena_{pool_};
  SessionContext session_;
  KernelContext kernels_;
  InterpreterProvider code_;
  RealEnv env_;
  StateMemory memory_{0};
  std::unique_ptr<TaskState> task_state_;
  ReferenceState state_;
  Metrics metrics_;
  std::unique_ptr<Clock> clock_;
  OperatorContext context_;
  std::vector<TimestampMs> timers_;
  std::unique_ptr<CheckedOperator> operator_;
  std::vector<std::string> changes_;
};

// All modes. `now_ms` is the processing time.
void run_script(const jobgraph::Operator& op, const RowSchema& input, const std::vector<Event>& script,
                int64_t now_ms = 0);

}  // namespace sluice::runtime
