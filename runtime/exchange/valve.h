#pragma once
// Brings the control elements of several inputs together: what may be forwarded, and when. Rows do not pass through it.
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/exchange/channel.h"

namespace sluice::runtime {

// Inputs here are the channels of one operator input, or the inputs of one operator.
//
// | element   | forwarded                                                                                          |
// |-----------|----------------------------------------------------------------------------------------------------|
// | Watermark | the minimum over the inputs that are active and have caught up, whenever it grows                   |
// | Idle      | when the last active input goes idle; before it the largest watermark if that input held it back    |
// | Active    | when the first input wakes up; its watermark counts again once it reached what was forwarded        |
// | Flush     | the minimum over all inputs that have not ended, whenever it grows                                  |
// | Barrier   | when every input that has not ended has sent it                                                     |
// | End       | when every input has sent it                                                                        |
class Valve {
 public:
  explicit Valve(size_t inputs) : inputs_(inputs) {}

  // Appends what is to be forwarded, in order. Never a Batch.
  void take(size_t input, const Element& element, std::vector<Element>& out);

  bool is_ended() const { return ended_ == inputs_.size(); }
  bool is_ended(size_t input) const { return inputs_[input].ended; }
  // Has sent the barrier that is being aligned: must not be read from until it is complete.
  bool is_blocked(size_t input) const { return inputs_[input].blocked; }
  TimestampMs watermark() const { return watermark_; }

 private:
  struct Input {
    TimestampMs watermark = kWatermarkMin;
    int64_t flush = INT64_MIN;
    bool idle = false;
    bool caught_up = true;
    bool ended = false;
    bool blocked = false;
  };
  void on_watermark(Input& input, TimestampMs watermark, std::vector<Element>& out);
  void on_idle(Input& input, std::vector<Element>& out);
  void on_active(Input& input, std::vector<Element>& out);
  void advance(TimestampMs watermark, std::vector<Element>& out);
  void advance_to_minimum(std::vector<Element>& out);
  void advance_flush(std::vector<Element>& out);
  void complete_barrier(std::vector<Element>& out);

  std::vector<Input> inputs_;
  TimestampMs watermark_ = kWatermarkMin;
  int64_t flush_ = INT64_MIN;
  std::optional<CheckpointId> barrier_;
  size_t ended_ = 0;
  bool is_idle_ = false;
};

}  // namespace sluice::runtime
