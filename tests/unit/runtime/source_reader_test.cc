#include "runtime/task/source_reader.h"

#include <algorithm>
#include <deque>

#include <gtest/gtest.h>

#include "runtime/interp/interpreter_provider.h"
#include "runtime/task/split_entry.h"
#include "tests/sim/sim_env.h"

namespace sluice::runtime {
namespace {

const RowSchema kSchema = {{"ts", Type::timestamp(3)}};

class FakeList final : public ListState {
 public:
  const std::vector<std::string>& restored() const override { return from_checkpoint; }
  void set(std::vector<std::string> next) override { entries = std::move(next); }
  std::vector<std::string> from_checkpoint;
  std::vector<std::string> entries;
};

class FakeState final : public OperatorState {
 public:
  Result<ValueTable*> value_table(const TableSpec&) override { return none(); }
  Result<OrderedTable*> ordered_table(const std::string&) override { return none(); }
  Result<SliceTables*> slice_tables(const TableSpec&) override { return none(); }
  Result<ListState*> list_state(const std::string& name) override { return name == "splits" ? &list : &enumerated; }
  FakeList list;
  FakeList enumerated;

 private:
  static Failure none() { return fail(ErrorCode::NotSupportedYet, "lists only"); }
};

// Splits that say what the test tells them: times of rows, a pause, the end.
class FakeSource final : public SourceConnector {
 public:
  explicit FakeSource(BufferPool& pool) : pool_(pool) {}
  struct Lane {
    std::deque<std::vector<TimestampMs>> batches;
    bool ended = false;
    int64_t read = 0;
    std::function<void()> wake;
  };

  bool is_bounded() const override { return false; }
  int64_t discovery_interval_ms() const override { return discovery_ms; }
  Result<std::vector<Split>> enumerate(uint32_t) override { return std::vector<Split>(); }
  Result<std::unique_ptr<SplitReader>> open(const Split& split, std::function<void()> wake) override {
    Lane& lane = lanes[split.id];
    lane.wake = std::move(wake);
    opened.push_back(split.id + "@" + split.position);
    return std::unique_ptr<SplitReader>(std::make_unique<Reader>(pool_, lane));
  }

  int64_t discovery_ms = 0;
  std::map<std::string, Lane> lanes;
  std::vector<std::string> opened;

 private:
  class Reader final : public SplitReader {
   public:
    Reader(BufferPool& pool, Lane& lane) : pool_(pool), lane_(lane) {}
    Result<Poll> poll(uint32_t) override {
      Poll poll;
      if (lane_.batches.empty()) {
        poll.state = lane_.ended ? Poll::State::End : Poll::State::Idle;
        return poll;
      }
      std::vector<TimestampMs> times = lane_.batches.front();
      lane_.batches.pop_front();
      lane_.read += static_cast<int64_t>(times.size());
      BatchBuilder builder(pool_, kSchema);
      auto* values = static_cast<int64_t*>(builder.columns()[0].values);
      for (uint32_t i = 0; i < times.size(); ++i) {
        values[i] = times[i];
        set_valid(builder.columns()[0].validity, i, true);
      }
      poll.state = Poll::State::Rows;
      poll.rows = builder.finish(static_cast<uint32_t>(times.size()), nullptr);
      return poll;
    }
    std::string position() const override { return std::to_string(lane_.read); }

   private:
    BufferPool& pool_;
    Lane& lane_;
  };
  BufferPool& pool_;
};

// Writes down what the source says; may be told to be full.
class Recorder final : public ElementOutput {
 public:
  bool has_room() const override { return room > 0; }
  void emit(Batch batch) override {
    --room;
    auto* times = reinterpret_cast<const int64_t*>(batch.columns[0].values.data());
    std::string text;
    for (uint32_t i = 0; i < batch.rows; ++i) text += (i ? "," : "") + std::to_string(times[i]);
    log.push_back(text);
  }
  void control(const Element& element) override {
    switch (element.kind) {
      case Element::Kind::Watermark:
        log.push_back(element.value == kWatermarkMax ? "W max" : "W " + std::to_string(element.value));
        break;
      case Element::Kind::Idle:
        log.push_back("idle");
        break;
      case Element::Kind::Active:
        log.push_back("active");
        break;
      default:
        log.push_back("?");
    }
  }
  std::vector<std::string> take() { return std::exchange(log, {}); }

  int room = 1'000'000;
  std::vector<std::string> log;
};
using Log = std::vector<std::string>;

class SourceReaderTest : public testing::Test {
 protected:
  void open(std::vector<std::string> splits, bool per_event, int64_t idle_timeout_ms, uint32_t subtask = 0,
            uint32_t parallelism = 1) {
    spec_.watermark = jobgraph::Watermark{column(0, Type::timestamp(3)), per_event, 200, idle_timeout_ms};
    op_.output = kSchema;
    auto list = std::make_shared<std::vector<Split>>();
    for (const std::string& id : splits) list->push_back({id, "0"});
    source_ = std::make_shared<FakeSource>(pool_);
    source_->discovery_ms = discovery_ms_;
    for (const std::string& id : splits) source_->lanes[id];
    reader_ = std::make_unique<SourceReader>(spec_, SourceReader::Options{source_, list, kBatchRowsMax, alignment_});
    kernels_.arena = &arena_;
    context_.env = env_.env();
    context_.buffers = &pool_;
    context_.arena = &arena_;
    context_.kernels = &kernels_;
    context_.code = &code_;
    context_.state = &state_;
    context_.op = &op_;
    context_.subtask = subtask;
    context_.parallelism = parallelism;
    context_.register_timer = [this](TimestampMs time) { timers_.insert(time); };
    context_.make_completion = [this](uint64_t token) {
      return [this, token] { ASSERT_TRUE(reader_->on_completion(token, out_)); };
    };
    reader_->bind(out_);
    Status opened = reader_->open(context_);
    ASSERT_TRUE(opened) << opened.error().message;
  }
  SourceOperator::Outcome poll() {
    auto outcome = reader_->poll();
    EXPECT_TRUE(outcome);
    return *outcome;
  }
  void poll_until_idle() {
    while (poll() == SourceOperator::Outcome::More) {}
  }
  // Moves the clock and fires what is due.
  void advance(int64_t ms) {
    env_.clock().now_ns += ms * 1'000'000;
    while (!timers_.empty() && *timers_.begin() <= env_.clock().wall_ms()) {
      TimestampMs time = *timers_.begin();
      timers_.erase(timers_.begin());
      ASSERT_TRUE(reader_->on_timer(time, out_));
    }
  }

  BufferPool pool_;
  Arena arena_{pool_};
  KernelContext kernels_;
  sim::SimEnv env_{1};
  InterpreterProvider code_;
  FakeState state_;
  jobgraph::Operator op_;
  jobgraph::Source spec_;
  OperatorContext context_;
  SourceAlignment::Options alignment_;
  int64_t discovery_ms_ = 0;
  std::set<TimestampMs> timers_;
  std::shared_ptr<FakeSource> source_;
  std::unique_ptr<SourceReader> reader_;
  Recorder out_;
};

TEST_F(SourceReaderTest, PeriodicWatermarksComeWithTheClock) {
  open({"a"}, false, 0);
  source_->lanes["a"].batches = {{5, 3}, {9}};
  poll_until_idle();
  EXPECT_EQ(out_.take(), (Log{"5,3", "9"}));
  advance(199);
  EXPECT_EQ(out_.take(), Log());
  advance(1);
  EXPECT_EQ(out_.take(), (Log{"W 9"}));
  EXPECT_TRUE(timers_.empty());  // Nothing new to say: no timer.
  source_->lanes["a"].ended = true;
  source_->lanes["a"].wake();
  EXPECT_EQ(poll(), SourceOperator::Outcome::More);
  EXPECT_EQ(poll(), SourceOperator::Outcome::End);
  EXPECT_EQ(out_.take(), (Log{"W max"}));
}

TEST_F(SourceReaderTest, PerEventWatermarksCutBatchesAndWaitForRoom) {
  open({"a"}, true, 0);
  source_->lanes["a"].batches = {{5, 3, 4, 9, 9, 10}};
  out_.room = 2;
  poll();
  EXPECT_EQ(out_.take(), (Log{"5", "W 5", "3,4,9", "W 9"}));
  // A barrier comes behind all rows that were polled before it.
  auto step = reader_->on_barrier(1, out_);
  EXPECT_EQ(*step, Progress::Pending);
  EXPECT_EQ(*reader_->resume(out_), Progress::Pending);
  out_.room = 5;
  EXPECT_EQ(*reader_->resume(out_), Progress::Done);
  EXPECT_EQ(out_.take(), (Log{"9,10", "W 10"}));
  reader_->on_snapshot(1);
  EXPECT_EQ(decode_split_entry(state_.list.entries[0])->split.position, "6");
}

TEST_F(SourceReaderTest, TheSlowestSplitHoldsBackUnlessItIsIdle) {
  open({"a", "b"}, false, 1000);
  source_->lanes["a"].batches = {{100}};
  source_->lanes["b"].batches = {{50}};
  poll_until_idle();
  advance(200);
  EXPECT_EQ(out_.take(), (Log{"100", "50", "W 50"}));
  source_->lanes["a"].batches = {{200}};
  source_->lanes["a"].wake();
  poll_until_idle();
  advance(800);
  EXPECT_EQ(out_.take(), (Log{"200", "W 200"}));  // b said nothing for a second.
  advance(400);
  EXPECT_EQ(out_.take(), (Log{"idle"}));
  source_->lanes["b"].batches = {{150, 300}};
  source_->lanes["b"].wake();
  poll_until_idle();
  advance(200);
  EXPECT_EQ(out_.take(), (Log{"active", "150,300", "W 300"}));
  source_->lanes["a"].ended = source_->lanes["b"].ended = true;
  source_->lanes["a"].wake();
  source_->lanes["b"].wake();
  advance(5000);
  out_.take();
  poll_until_idle();
  EXPECT_EQ(out_.take().back(), "W max");
}

TEST_F(SourceReaderTest, SplitsAreDealtInTurnAndRestoredOnesByName) {
  open({"a", "b", "c"}, false, 0, 1, 2);
  EXPECT_EQ(source_->opened, (Log{"b@0"}));
  state_.list.from_checkpoint = {encode({{"c", "7"}, false}), encode({{"a", "3"}, true}), encode({{"b", "5"}, false})};
  open({"a", "b", "c", "d"}, false, 0, 0, 2);
  EXPECT_EQ(source_->opened, (Log{"c@7"}));  // a was read to its end; d is not discovered, the source is bounded.
  open({"a", "b", "c", "d"}, false, 0, 1, 2);
  EXPECT_EQ(source_->opened, (Log{"b@5"}));
}

// Each is read by one subtask, which its name chooses.
TEST_F(SourceReaderTest, ASourceThatHadNoSplitsDiscoversThem) {
  discovery_ms_ = 1000;
  open({}, false, 0);
  reader_->on_snapshot(1);
  EXPECT_TRUE(state_.list.entries.empty());
  state_.enumerated.from_checkpoint = state_.enumerated.entries;
  Log opened;
  for (uint32_t subtask = 0; subtask < 2; ++subtask) {
    open({"b", "d"}, false, 0, subtask, 2);
    opened.insert(opened.end(), source_->opened.begin(), source_->opened.end());
  }
  std::ranges::sort(opened);
  EXPECT_EQ(opened, (Log{"b@0", "d@0"}));
  discovery_ms_ = 0;
  open({"b", "d"}, false, 0);  // A source whose splits are named after the parallelism has others after a change of it.
  EXPECT_TRUE(source_->opened.empty());
}

TEST_F(SourceReaderTest, ASubtaskWithoutSplitsEndsAtOnce) {
  open({"a"}, false, 0, 1, 2);
  EXPECT_EQ(poll(), SourceOperator::Outcome::End);
  EXPECT_EQ(out_.take(), (Log{"W max"}));
}

TEST_F(SourceReaderTest, ASourceFarAheadWaitsForTheOthersOfItsGroup) {
  alignment_ = {std::make_shared<AlignmentGroup>(), 100, 1000};
  size_t other = alignment_.group->join();
  open({"a"}, false, 0);
  source_->lanes["a"].batches = {{50}, {500}, {600}, {700}};
  poll_until_idle();
  EXPECT_EQ(out_.take(), (Log{"50"}));  // The other one has said nothing yet.
  alignment_.group->report(other, 450);
  advance(1000);
  poll_until_idle();
  EXPECT_EQ(out_.take(), (Log{"W 50", "500", "600"}));
  advance(1000);
  poll_until_idle();
  EXPECT_EQ(out_.take(), (Log{"W 600"}));
  alignment_.group->report(other, kWatermarkMax);
  advance(1000);
  poll_until_idle();
  EXPECT_EQ(out_.take(), (Log{"700"}));
}

TEST_F(SourceReaderTest, SplitsFarAheadWaitForTheOthersAndAreNotIdle) {
  alignment_ = {std::make_shared<AlignmentGroup>(), 100, 1000};
  open({"a", "b"}, false, 1500);
  source_->lanes["a"].batches = {{50}, {120}};
  source_->lanes["b"].batches = {{500}, {600}};
  poll_until_idle();
  EXPECT_EQ(out_.take(), (Log{"50", "500", "120"}));
  advance(1000);
  poll_until_idle();
  EXPECT_EQ(out_.take(), (Log{"W 120"}));
  advance(1000);  // Now a is idle, and holds nobody back.
  poll_until_idle();
  advance(1000);
  poll_until_idle();
  EXPECT_EQ(out_.take(), (Log{"W 500", "600"}));
}

TEST(SplitEntryTest, RoundTripAndDamage) {
  SplitEntry entry{{"part/1", std::string("\0\1position", 10)}, true};
  EXPECT_EQ(*decode_split_entry(encode(entry)), entry);
  EXPECT_FALSE(decode_split_entry(encode(entry).substr(0, 8)));
  EXPECT_FALSE(decode_split_entry(""));
}

}  // namespace
}  // namespace sluice::runtime
