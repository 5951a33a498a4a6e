#pragma once
// What flows between tasks, and the bounded channel it flows through.
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/abi/batch.h"
#include "runtime/operators/operator.h"

namespace sluice::runtime {

// Order is meaning: everything before a barrier belongs to its checkpoint, everything before a watermark is not late
// by it, nothing follows End.
struct Element {
  enum class Kind : uint8_t { Batch, Watermark, Idle, Active, Flush, Barrier, End };
  Kind kind = Kind::End;
  int64_t value = 0;  // Watermark: milliseconds. Flush: the mini-batch it closes. Barrier: the checkpoint.
  Batch batch;

  static Element of(Batch batch) { return {Kind::Batch, 0, std::move(batch)}; }
  static Element watermark(TimestampMs time) { return {Kind::Watermark, time, {}}; }
  static Element flush(int64_t mini_batch) { return {Kind::Flush, mini_batch, {}}; }
  static Element barrier(CheckpointId id) { return {Kind::Barrier, static_cast<int64_t>(id), {}}; }
  static Element idle() { return {Kind::Idle, 0, {}}; }
  static Element active() { return {Kind::Active, 0, {}}; }
  static Element end() { return {Kind::End, 0, {}}; }
};

// Someone who sleeps until there is something to do. May be called on any thread, and too often.
class Wakeable {
 public:
  virtual ~Wakeable() = default;
  virtual void wake() = 0;
};

// From one task to one other: a ring with one writer and one reader. Its capacity counts batches and control elements
// alike; a writer may go beyond it by a few control elements, because it asks for room once per event that it handles.
class Channel {
 public:
  explicit Channel(uint32_t capacity);
  void connect(Wakeable* producer, Wakeable* consumer);

  // The writer's side. Where there is no room, the producer is woken when there is again.
  bool has_room() const;
  void push(Element element);

  // The reader's side. Null when there is nothing; then the consumer is woken when there is again.
  Element* front();
  void pop();

 private:
  static constexpr uint32_t kControlRoom = 16;

  const uint32_t capacity_;
  std::vector<Element> ring_;
  const uint64_t mask_;
  Wakeable* producer_ = nullptr;
  Wakeable* consumer_ = nullptr;
  alignas(64) std::atomic<uint64_t> head_{0};
  alignas(64) std::atomic<uint64_t> tail_{0};
  alignas(64) mutable std::atomic<bool> is_producer_waiting_{false};
};

}  // namespace sluice::runtime
