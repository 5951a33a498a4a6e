#pragma once
// A source on one subtask: reads its splits in turn, and turns what they say into rows, watermarks and idleness.
//
// Watermarks are computed per split over all rows. On-periodic emission looks every `interval_ms` whether the combined
// one grew; on-event emission cuts batches behind every row that moves it, so that the size of batches cannot be
// observed. Idleness counts only while a reader says that it has nothing: a source that waits for room is not idle.
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/connectors/connector.h"
#include "runtime/task/chain.h"
#include "runtime/task/operator_context.h"
#include "runtime/task/split_watermarks.h"
#include "runtime/task/watermark_alignment.h"
#include "runtime/task/watermark_column.h"

namespace sluice::runtime {

// The splits of the whole source as its connector enumerated them once, before any subtask started.
using SplitList = std::shared_ptr<const std::vector<Split>>;

class SourceReader final : public SourceOperator {
 public:
  // Lists of the operator's state. The second is not empty once the splits were enumerated, and says so of a source
  // that had none: what turns up later is discovered then, and not enumerated anew.
  static constexpr const char* kPositionsList = "splits";
  static constexpr const char* kEnumeratedList = "enumerated";

  struct Options {
    std::shared_ptr<SourceConnector> connector;
    SplitList splits;
    uint32_t rows_max = kBatchRowsMax;  // Of one poll.
    SourceAlignment::Options alignment = {};
  };
  SourceReader(const jobgraph::Source& spec, Options options)
      : spec_(spec), options_(std::move(options)), alignment_(options_.alignment) {}

  void bind(ElementOutput& out) override { out_ = &out; }
  Status open(OperatorContext& context) override;
  Result<Outcome> poll() override;
  Step on_timer(TimestampMs time, Output& out) override;
  Step on_completion(uint64_t token, Output& out) override;
  Step on_barrier(CheckpointId id, Output& out) override;
  void on_snapshot(CheckpointId id) override;
  Step resume(Output& out) override;

 private:
  struct Reading {
    Split split;
    std::unique_ptr<SplitReader> reader;  // Null once read to the end.
    bool waiting = false;                 // Said Idle; its completion is to come.
    int64_t waiting_since_ms = 0;
    DecodeCounts malformed{};  // As the reader said last.
  };
  // Rows that on-event emission has still to write, from `next` on.
  struct Cut {
    Batch batch;
    size_t split = 0;
    std::vector<TimestampMs> watermarks;
    uint32_t next = 0;
  };
  // What an enumeration on the Io pool found.
  struct Discovery {
    std::mutex mutex;
    std::optional<Result<std::vector<Split>>> found;
  };

  Status assign_splits();
  Status add_split(Split split, bool is_ended);
  Status add_discovered(const std::vector<Split>& found);
  size_t next_ready();
  Status take(size_t index, Poll poll);
  void count_malformed(Reading& reading);
  void measure_lags();
  Status take_rows(size_t index, Batch rows);
  Status observe(size_t index, const Batch& batch);
  bool write_cut();
  bool has_ended() const;

  int64_t now_ms() const { return context_->env.clock->wall_ms(); }
  bool is_per_event() const { return spec_.watermark && spec_.watermark->per_event; }
  void emit_watermark();
  void update_idleness();
  void tick_if_due(int64_t now);
  void arm_tick();
  void align();
  void arm_discovery();
  void start_discovery();

  const jobgraph::Source& spec_;
  Options options_;
  OperatorContext* context_ = nullptr;
  ElementOutput* out_ = nullptr;
  ListState* positions_ = nullptr;
  ListState* enumerated_ = nullptr;
  std::vector<Reading> splits_;
  std::set<std::string> known_ids_;  // Of the whole source.
  size_t next_ = 0;

  WatermarkColumn column_;
  SplitWatermarks watermarks_;
  TimestampMs emitted_ = kWatermarkMin;
  bool is_idle_ = false;
  int64_t next_tick_ms_ = 0;
  int64_t next_lags_ns_ = 0;
  bool is_tick_armed_ = false;
  std::optional<Cut> cut_;
  SourceAlignment alignment_;
  int64_t next_alignment_ms_ = 0;

  int64_t next_discovery_ms_ = 0;  // 0: never.
  std::shared_ptr<Discovery> discovery_;
};

}  // namespace sluice::runtime
