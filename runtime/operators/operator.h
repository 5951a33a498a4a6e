#pragma once
// What a task may ask of an operator, and what the operator may ask back.
//
// All calls arrive on one thread at a time, one after another, and none may block (a read of local state excepted). An
// operator writes while `out.has_room()`. When there is no room and work is left, it keeps a cursor and returns
// Progress::Pending; the task then calls `resume` when there is room, and no other event before that returned Done. The
// same holds for every call that has an Output. Before Done is returned from on_watermark, on_flush, on_barrier and
// on_end, everything that the event demands has been written; the task forwards the event itself afterwards.
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "runtime/abi/batch.h"

namespace sluice::runtime {

using TimestampMs = int64_t;  // Milliseconds since 1970, UTC: the unit of event time.
using CheckpointId = uint64_t;

inline constexpr TimestampMs kWatermarkMin = INT64_MIN;
inline constexpr TimestampMs kWatermarkMax = INT64_MAX;

enum class Progress : uint8_t { Done, Pending };
using Step = Result<Progress>;

class Output {
 public:
  virtual ~Output() = default;
  virtual bool has_room() const = 0;
  // Takes a non-empty batch; only while there is room.
  virtual void emit(Batch batch) = 0;
};

// What is there for an operator while it runs. Everything outlives the operator.
struct OperatorContext;  // runtime/task/operator_context.h

class Operator {
 public:
  virtual ~Operator() = default;

  // Once, before anything else. State of the checkpoint that is restored is already in the tables which the operator
  // asks the context for.
  virtual Status open(OperatorContext& context) = 0;

  virtual Step on_batch(uint32_t input, Batch batch, Output& out) = 0;
  // The watermark of all inputs together: no more rows with time <= watermark.
  virtual Step on_watermark(TimestampMs, Output&) { return Progress::Done; }
  // A timer that the operator registered for processing time.
  virtual Step on_timer(TimestampMs, Output&) { return Progress::Done; }
  // The mini-batch marker: everything that is buffered goes out.
  virtual Step on_flush(Output&) { return Progress::Done; }
  // Something that the operator started through the context has finished.
  virtual Step on_completion(uint64_t /*token*/, Output&) { return Progress::Done; }
  // Everything before checkpoint N has been seen. Buffers (bundles) are emptied into `out`; the tables are frozen by
  // the task right after Done.
  virtual Step on_barrier(CheckpointId, Output&) { return Progress::Done; }
  // Right before the tables are frozen for checkpoint N, after on_barrier and also long after the operator's end: what
  // it keeps outside of its tables goes to its list states.
  virtual void on_snapshot(CheckpointId) {}
  // No more input. Bounded operators emit what is left.
  virtual Step on_end(Output&) { return Progress::Done; }
  // Continues the call that returned Pending.
  virtual Step resume(Output&) { return Progress::Done; }
};

}  // namespace sluice::runtime
