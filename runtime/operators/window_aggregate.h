#pragma once
// GROUP BY over TUMBLE: one table of accumulators per window, dropped whole when the window has gone out.
//
// | input                      | effect                                                                               |
// |----------------------------|--------------------------------------------------------------------------------------|
// | +I, +U                     | one more in its window                                                               |
// | -U, -D                     | one less, also where nothing was added before                                        |
// | a row behind the watermark | dropped and counted as late: its window is out                                       |
// | NULL as time               | fails the job                                                                        |
// | watermark W                | every window whose last millisecond is <= W sends one +I per group, in the order in  |
// |                            | which the groups came, and goes                                                      |
//
// A group whose rows were all taken back sends nothing; one with more taken back than added sends its negative count,
// as in Flink. Windows that end before 1970 send nothing, as in Flink. In processing time a row belongs to the window
// of its arrival, and a timer takes the watermark's part; windows that are open when the input ends send nothing, as in
// Flink.
//
// Flink collects rows twice, in a local phase and in a global one. Each hands on all it has when the watermark passes a
// multiple of the window's size, counted from 1970 without regard to the window's offset or (in a zone without daylight
// saving) the zone's, if the oldest of its windows is out by then. Windows whose bounds are others lose what is handed
// on after they went out, and so do those that end before 1970. Rows of such windows wait here in the same two places;
// for all other windows this makes no difference.
//
// The watermark is state, as in Flink: what was late stays late after a restart. At another parallelism every subtask
// goes on from the least one.
//
// Bounds of windows over TIMESTAMP_LTZ are wall-clock values of the session's zone.
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "catalog/types/time_zone.h"
#include "runtime/operators/accumulation.h"
#include "runtime/operators/emission_queue.h"
#include "runtime/operators/operator.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class WindowAggregate final : public Operator {
 public:
  explicit WindowAggregate(const jobgraph::WindowAggregate& op) : op_(op) {}
  Status open(OperatorContext& context) override;
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step on_watermark(TimestampMs watermark, Output& out) override;
  Step on_timer(TimestampMs time, Output& out) override;
  Step on_barrier(CheckpointId id, Output& out) override;
  void on_snapshot(CheckpointId id) override;
  Step on_end(Output& out) override { return on_watermark(kWatermarkMax, out); }
  Step resume(Output& out) override { return send_closed(out); }

 private:
  Status check() const;
  int64_t to_local(int64_t instant_ms) const { return zone_ == nullptr ? instant_ms : zone_->to_local(instant_ms); }
  int64_t to_instant(int64_t local_ms) const { return zone_ == nullptr ? local_ms : zone_->to_utc(local_ms); }
  // The end of the window that holds a local time.
  int64_t window_end(int64_t local_ms) const;
  Status restore_watermark();
  // The time that a watermark (a processing time) must reach for the window to go out: of a local time that occurs
  // twice the later instant, of one that does not occur the end of the gap.
  TimestampMs close_time(int64_t end) const;
  bool is_closed(int64_t end, TimestampMs progress) const { return close_time(end) <= progress; }
  // The watermark behind `now` at which a phase looks whether to hand on.
  TimestampMs next_look(TimestampMs now) const;
  // Whether rows of a window may be handed on too late.
  bool waits(int64_t end) const { return !is_aligned_ || end <= 0; }
  void hand_on_to_global();
  // `fired` is the watermark up to which windows went out: what comes behind it never does.
  Status hand_on_to_state(TimestampMs fired);
  Status assign_windows(const Batch& batch);
  Status add_to_window(const Batch& batch, int64_t end, const std::vector<uint32_t>& rows);
  Step send_closed(Output& out);
  Step send_window(int64_t end, Output& out);
  Result<Batch> results_of(int64_t end, std::span<uint8_t* const> groups);
  void write_properties(int64_t end, uint32_t count, MutableColumn* out) const;

  jobgraph::WindowAggregate op_;
  OperatorContext* context_ = nullptr;
  const TimeZone* zone_ = nullptr;  // Null: bounds are the time attribute's own.
  Accumulation windows_;
  ListState* watermark_ = nullptr;        // Of event time: `progress_` at the last checkpoint.
  TimestampMs progress_ = kWatermarkMin;  // Watermark or processing time up to which windows are closed.
  // The groups of the window that goes out, from `next_group_` on: slots stay while this operator has not said Done.
  std::optional<std::vector<uint8_t*>> going_out_;
  size_t next_group_ = 0;
  // Rows that wait in a phase. Handed on before a barrier, as in Flink.
  struct Waiting {
    Batch batch;
    int64_t end = 0;
    std::vector<uint32_t> rows;
  };
  struct Phase {
    std::vector<Waiting> rows;
    int64_t first_end = INT64_MAX;
    TimestampMs next_look = 0;
    void add(Waiting waiting);
    std::vector<Waiting> take();
  };
  // Whether the phase hands on now; moves its next look.
  bool hands_on(Phase& phase, TimestampMs watermark) const;
  bool is_aligned_ = true;
  Phase local_, global_;

  BatchView view_;
  std::vector<uint64_t> hashes_;
  std::map<int64_t, std::vector<uint32_t>> rows_by_window_;
};

}  // namespace sluice::runtime
