#include "runtime/exchange/valve.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::runtime {

void Valve::take(size_t index, const Element& element, std::vector<Element>& out) {
  Input& input = inputs_[index];
  SLUICE_CHECK(!input.ended);
  switch (element.kind) {
    case Element::Kind::Watermark:
      return on_watermark(input, element.value, out);
    case Element::Kind::Idle:
      return on_idle(input, out);
    case Element::Kind::Active:
      return on_active(input, out);
    case Element::Kind::Flush:
      input.flush = std::max(input.flush, element.value);
      return advance_flush(out);
    case Element::Kind::Barrier:
      SLUICE_CHECK(!barrier_ || *barrier_ == static_cast<CheckpointId>(element.value));
      barrier_ = static_cast<CheckpointId>(element.value);
      input.blocked = true;
      return complete_barrier(out);
    case Element::Kind::End:
      input.ended = true;
      ++ended_;
      complete_barrier(out);
      if (!is_ended()) return advance_flush(out);
      out.push_back(Element::end());
      return;
    case Element::Kind::Batch:
      break;
  }
  SLUICE_UNREACHABLE("rows do not pass through a valve");
}

void Valve::advance(TimestampMs watermark, std::vector<Element>& out) {
  if (watermark <= watermark_) return;
  watermark_ = watermark;
  out.push_back(Element::watermark(watermark));
}

void Valve::advance_to_minimum(std::vector<Element>& out) {
  TimestampMs minimum = kWatermarkMax;
  bool any = false;
  for (const Input& input : inputs_) {
    if (input.idle || !input.caught_up) continue;
    minimum = std::min(minimum, input.watermark);
    any = true;
  }
  if (any) advance(minimum, out);
}

void Valve::on_watermark(Input& input, TimestampMs watermark, std::vector<Element>& out) {
  if (input.idle || watermark <= input.watermark) return;
  input.watermark = watermark;
  if (watermark >= watermark_) input.caught_up = true;
  advance_to_minimum(out);
}

void Valve::on_idle(Input& input, std::vector<Element>& out) {
  if (input.idle) return;
  input.idle = true;
  input.caught_up = false;
  bool held_back = input.watermark == watermark_;
  bool all_idle = std::all_of(inputs_.begin(), inputs_.end(), [](const Input& other) { return other.idle; });
  if (!all_idle) {
    if (held_back) advance_to_minimum(out);
    return;
  }
  if (held_back) {
    TimestampMs largest = kWatermarkMin;
    for (const Input& other : inputs_) largest = std::max(largest, other.watermark);
    advance(largest, out);
  }
  is_idle_ = true;
  out.push_back(Element::idle());
}

void Valve::on_active(Input& input, std::vector<Element>& out) {
  if (!input.idle) return;
  input.idle = false;
  input.caught_up = input.watermark >= watermark_;
  if (!is_idle_) return;
  is_idle_ = false;
  out.push_back(Element::active());
}

void Valve::advance_flush(std::vector<Element>& out) {
  int64_t minimum = INT64_MAX;
  for (const Input& input : inputs_) {
    if (!input.ended) minimum = std::min(minimum, input.flush);
  }
  if (minimum <= flush_ || minimum == INT64_MAX) return;
  flush_ = minimum;
  out.push_back(Element::flush(minimum));
}

void Valve::complete_barrier(std::vector<Element>& out) {
  if (!barrier_) return;
  for (const Input& input : inputs_) {
    if (!input.ended && !input.blocked) return;
  }
  for (Input& input : inputs_) input.blocked = false;
  out.push_back(Element::barrier(*barrier_));
  barrier_.reset();
}

}  // namespace sluice::runtime
