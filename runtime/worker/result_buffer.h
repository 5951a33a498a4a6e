#pragma once
// The rows of a `$collect` result between the job and its reader: encoded, numbered from 0 on, kept until they are
// acknowledged. Bounded: when it is full the job pauses.
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "runtime/connectors/connector.h"
#include "runtime/worker/result_rows.h"

namespace sluice::runtime {

// Consecutive rows of one subtask.
struct RowBlock {
  uint64_t position = 0;
  uint32_t subtask = 0;
  uint32_t count = 0;
  std::string bytes;
};
// The job went back: of each subtask's rows before `position` the first `kept` count.
struct RestartMark {
  uint64_t position = 0;
  std::map<uint32_t, uint64_t> kept;
};
struct EndMark {
  uint64_t position = 0;
};
using ResultElement = std::variant<std::monostate, RowBlock, RestartMark, EndMark>;

class ResultBuffer final : public ResultConsumer {
 public:
  // Full with either; what one batch goes beyond it is not counted.
  static constexpr size_t kBytesMax = 8U << 20;
  static constexpr uint64_t kRowsMax = 65'536;
  static constexpr size_t kBlockBytesMax = 256U << 10;  // Of what `take` returns, unless one row is longer.

  // `origin` marks positions in checkpoints as this buffer's own. `on_news` says that `take` has more to give; on any
  // thread.
  ResultBuffer(RowSchema columns, std::string origin, std::function<void()> on_news);

  bool has_room() const override;
  void consume(uint32_t subtask, Batch batch) override;
  void on_room(uint32_t subtask, std::function<void()> wake) override;
  std::string position_of(uint32_t subtask) const override;
  void on_restore(const std::vector<std::string>& positions) override;

  // Rows before the next barrier have room beyond the bounds, as much again at most: a paused job can be asked for a
  // checkpoint. Ends with the barrier of every subtask, or when it is not to come. May be called again meanwhile.
  void let_barrier_pass();
  void forget_barrier();

  void close();  // No more rows will come.
  void drop();   // Nobody wants the rows: what is kept goes, and the end is next.

  // The reader goes on from `position`. Fails below what has been acknowledged and above what was produced.
  Status seek(uint64_t position);
  // The next element for the reader, with rows below `until` only.
  ResultElement take(uint64_t until);
  // Rows below are not kept. True when the reader has been given the end and this is all.
  bool acknowledge(uint64_t position);

  uint64_t produced() const;
  uint64_t acknowledged() const;
  const RowSchema& columns() const { return columns_; }

 private:
  struct Stored {
    uint64_t position = 0;
    uint32_t subtask = 0;
    EncodedRows rows;         // Empty for a mark.
    bool is_restart = false;  // Stands before the row at `position`.
    std::map<uint32_t, uint64_t> kept;
    uint64_t end() const { return position + rows.ends.size(); }
  };

  bool is_below_bounds() const;
  RowBlock slice(const Stored& stored, uint64_t until) const;

  const RowSchema columns_;
  const std::string origin_;
  const std::function<void()> on_news_;

  mutable std::mutex mutex_;
  std::deque<Stored> stored_;
  uint64_t first_index_ = 0;  // Of stored_.front(), counted over all that were ever stored.
  uint64_t next_index_ = 0;   // Of what the reader gets next.
  uint64_t next_position_ = 0;
  uint64_t produced_ = 0, acknowledged_ = 0;
  size_t bytes_ = 0;
  std::map<uint32_t, uint64_t> produced_by_subtask_;
  std::map<uint32_t, std::function<void()>> wakes_;
  mutable std::set<uint32_t> awaited_barriers_;  // Subtasks whose barrier has been asked for; `position_of` is it.
  size_t barrier_bytes_max_ = 0;                 // Until they have come.
  uint64_t barrier_rows_max_ = 0;
  mutable bool is_waited_for_ = false;  // Somebody was told that there is no room.
  bool is_closed_ = false, is_end_taken_ = false;
};

}  // namespace sluice::runtime
