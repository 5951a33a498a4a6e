// What the operator contract costs: Nexmark's q17 with kernels written by hand behind the C ABI, through chains, a
// channel, slots with a dirty list, and an output that can suspend. Compared with the hand-written limit in one run.
//
//   contract_bench LIMIT_PROGRAM [EVENTS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/env/real_env.h"
#include "runtime/connectors/nexmark/event_batch.h"
#include "runtime/connectors/nexmark/source.h"
#include "runtime/task/chain.h"
#include "runtime/task/stateless_operators.h"

namespace sluice::runtime {
namespace {

// Slots of the accumulators: the packed row of layout_of({BIGINT, INT, 7 x BIGINT}) with the dirty epoch behind it.
struct Slot {
  uint64_t nulls;
  int64_t auction;
  int32_t day;
  int32_t epoch;
  int64_t count, low, middle, high, min, max, sum;
};

// ---- Kernels, as generated code would be: behind the C ABI, over columns and selections.

// Column 0 auction, 1 price, 2 time; computes the day.
uint32_t day_of_time(const void*, KernelContext*, const ColumnView* columns, uint32_t rows, uint32_t*,
                     MutableColumn* out) {
  auto* time = static_cast<const int64_t*>(columns[2].values);
  auto* day = static_cast<int32_t*>(out[0].values);
  for (uint32_t i = 0; i < rows; ++i) day[i] = static_cast<int32_t>(time[i] / 86'400'000);
  return rows;
}

// Columns behind the exchange: 0 auction, 1 day, 2 price.
void hash_key(const void*, const ColumnView* columns, const uint32_t*, uint32_t count, uint64_t* hashes) {
  auto* auction = static_cast<const int64_t*>(columns[0].values);
  auto* day = static_cast<const int32_t*>(columns[1].values);
  for (uint32_t i = 0; i < count; ++i) {
    uint64_t hash = hash_field(kKeyHashSeed, static_cast<uint64_t>(auction[i]));
    hashes[i] = hash_field(hash, static_cast<uint32_t>(day[i]));
  }
}

void equal_key(const void*, const ColumnView* columns, const uint32_t*, uint32_t count, const uint8_t* const* slots,
               uint8_t* equal) {
  auto* auction = static_cast<const int64_t*>(columns[0].values);
  auto* day = static_cast<const int32_t*>(columns[1].values);
  for (uint32_t i = 0; i < count; ++i) {
    auto* slot = reinterpret_cast<const Slot*>(slots[i]);
    equal[i] = slot->auction == auction[i] && slot->day == day[i];
  }
}

void add_rows(const void*, KernelContext*, const ColumnView* columns, const int8_t*, const uint32_t*, uint32_t count,
              uint8_t* const* slots, StateHeap*) {
  auto* prices = static_cast<const int64_t*>(columns[2].values);
  for (uint32_t i = 0; i < count; ++i) {
    auto* slot = reinterpret_cast<Slot*>(slots[i]);
    int64_t price = prices[i];
    if (slot->count == 0) slot->min = slot->max = price;
    ++slot->count;
    slot->low += price < 10'000;
    slot->middle += price >= 10'000 && price < 1'000'000;
    slot->high += price >= 1'000'000;
    slot->min = std::min(slot->min, price);
    slot->max = std::max(slot->max, price);
    slot->sum += price;
  }
}

void write_results(const void*, KernelContext*, const uint8_t* const* slots, uint32_t count, const uint32_t* positions,
                   MutableColumn* out) {
  auto column = [&](int c) { return static_cast<int64_t*>(out[c].values); };
  for (uint32_t i = 0; i < count; ++i) {
    auto* slot = reinterpret_cast<const Slot*>(slots[i]);
    uint32_t at = positions[i];
    column(0)[at] = slot->auction, static_cast<int32_t*>(out[1].values)[at] = slot->day;
    column(2)[at] = slot->count, column(3)[at] = slot->low, column(4)[at] = slot->middle, column(5)[at] = slot->high;
    column(6)[at] = slot->min, column(7)[at] = slot->max, column(8)[at] = slot->sum / slot->count;
    column(9)[at] = slot->sum;
  }
}

// ---- Operators

class DayCalc final : public Operator {
 public:
  DayCalc(BufferPool& pool, KernelContext& kernels)
      : kernels_(kernels), builder_(pool, RowSchema{{"day", Type::integer().not_null()}}) {}
  Status open(OperatorContext&) override { return Done{}; }
  Step on_batch(uint32_t, Batch batch, Output& out) override {
    view_.assign(batch);
    const PipelineKernel* kernel = kernel_.load(std::memory_order_acquire);
    kernel->run(kernel->self, &kernels_, view_.columns(), batch.rows, nullptr, builder_.columns());
    Batch days = builder_.finish(batch.rows, nullptr);
    Batch result;
    result.rows = batch.rows;
    result.columns = {batch.columns[0], std::move(days.columns[0]), batch.columns[1]};
    return held_.write(std::move(result), out);
  }
  Step resume(Output& out) override { return held_.resume(out); }

 private:
  KernelContext& kernels_;
  PipelineKernel code_{nullptr, day_of_time};
  std::atomic<const PipelineKernel*> kernel_{&code_};
  BatchBuilder builder_;
  BatchView view_;
  HeldBatch held_;
};

const RowSchema kResult = {{"auction", Type::bigint().not_null()}, {"day", Type::integer().not_null()},
                           {"n", Type::bigint().not_null()},       {"low", Type::bigint().not_null()},
                           {"middle", Type::bigint().not_null()},  {"high", Type::bigint().not_null()},
                           {"min", Type::bigint().not_null()},     {"max", Type::bigint().not_null()},
                           {"avg", Type::bigint().not_null()},     {"sum", Type::bigint().not_null()}};

// Mini-batch: rows go into the slots at once; a slot that is touched first since the last flush is noted with its old
// bytes, and the flush writes -U and +U for all that were noted, as far as there is room.
class HandAggregate final : public Operator {
 public:
  HandAggregate(BufferPool& pool, KernelContext& kernels, uint64_t bundle_rows)
      : kernels_(kernels), bundle_rows_(bundle_rows), builder_(pool, kResult), index_(1 << 16) {}
  Status open(OperatorContext&) override { return Done{}; }

  Step on_batch(uint32_t, Batch batch, Output& out) override {
    view_.assign(batch);
    keys_.hash(nullptr, view_.columns(), nullptr, batch.rows, hashes_);
    find_slots(batch.rows);
    touch(batch.rows);
    aggregates_.add(nullptr, &kernels_, view_.columns(), nullptr, nullptr, batch.rows, slots_, nullptr);
    bundled_ += batch.rows;
    return bundled_ >= bundle_rows_ ? resume(out) : Step(Progress::Done);
  }
  Step on_end(Output& out) override { return resume(out); }

  Step resume(Output& out) override {
    while (next_ < touched_.size()) {
      if (!out.has_room()) return Progress::Pending;
      out.emit(write_changes());
    }
    touched_.clear();
    before_.clear();
    next_ = 0;
    bundled_ = 0;
    ++epoch_;
    return Progress::Done;
  }

 private:
  static constexpr uint32_t kChunkSlots = 4096;

  void find_slots(uint32_t rows) {
    if ((used_ + rows) * 2 > index_.size()) grow();
    uint64_t mask = index_.size() - 1;
    for (uint32_t i = 0; i < rows; ++i) __builtin_prefetch(&index_[hashes_[i] >> 20 & mask]);
    for (uint32_t i = 0; i < rows; ++i) slots_[i] = candidate(hashes_[i], mask);
    keys_.equal(nullptr, view_.columns(), nullptr, rows, slots_, equal_);
    for (uint32_t i = 0; i < rows; ++i) {
      if (!equal_[i]) slots_[i] = search(i, mask);
    }
  }

  struct Entry {
    uint64_t hash = 0;
    uint8_t* slot = nullptr;
  };
  uint8_t* candidate(uint64_t hash, uint64_t mask) {
    uint64_t at = hash >> 20 & mask;
    while (index_[at].slot && index_[at].hash != hash) at = (at + 1) & mask;
    uint8_t* slot = index_[at].slot ? index_[at].slot : reinterpret_cast<uint8_t*>(&nobody_);
    __builtin_prefetch(slot);
    return slot;
  }
  // The slow way: the candidate was another key's, or there was none. Equal 64-bit hashes of two keys are left out of
  // this prototype.
  uint8_t* search(uint32_t row, uint64_t mask) {
    uint64_t at = hashes_[row] >> 20 & mask;
    while (index_[at].slot && index_[at].hash != hashes_[row]) at = (at + 1) & mask;
    if (index_[at].slot) return index_[at].slot;
    if (chunk_used_ == kChunkSlots) {
      chunks_.push_back(std::make_unique<Slot[]>(kChunkSlots));
      chunk_used_ = 0;
    }
    Slot* slot = &chunks_.back()[chunk_used_++];
    slot->auction = static_cast<const int64_t*>(view_.columns()[0].values)[row];
    slot->day = static_cast<const int32_t*>(view_.columns()[1].values)[row];
    index_[at] = {hashes_[row], reinterpret_cast<uint8_t*>(slot)};
    ++used_;
    return index_[at].slot;
  }
  void grow() {
    std::vector<Entry> old(index_.size() * 2);
    old.swap(index_);
    uint64_t mask = index_.size() - 1;
    for (const Entry& entry : old) {
      if (!entry.slot) continue;
      uint64_t at = entry.hash >> 20 & mask;
      while (index_[at].slot) at = (at + 1) & mask;
      index_[at] = entry;
    }
  }

  void touch(uint32_t rows) {
    for (uint32_t i = 0; i < rows; ++i) {
      auto* slot = reinterpret_cast<Slot*>(slots_[i]);
      if (slot->epoch == epoch_) continue;
      slot->epoch = epoch_;
      touched_.push_back(slots_[i]);
      before_.push_back(*slot);
    }
  }

  Batch write_changes() {
    int8_t* kinds = builder_.kinds();
    uint32_t row = 0, olds = 0, news = 0;
    size_t begin = next_;
    for (; next_ < touched_.size() && row + 2 <= kBatchRowsMax; ++next_) {
      bool is_new = before_[next_].count == 0;
      if (!is_new) {
        old_slots_[olds] = reinterpret_cast<const uint8_t*>(&before_[next_]);
        old_positions_[olds++] = row;
        kinds[row++] = static_cast<int8_t>(RowKind::UpdateBefore);
      }
      new_positions_[news++] = row;
      kinds[row++] = static_cast<int8_t>(is_new ? RowKind::Insert : RowKind::UpdateAfter);
    }
    MutableColumn* columns = builder_.columns();
    aggregates_.result(nullptr, &kernels_, old_slots_, olds, old_positions_, columns);
    aggregates_.result(nullptr, &kernels_, touched_.data() + begin, news, new_positions_, columns);
    return builder_.finish(row, nullptr);
  }

  KernelContext& kernels_;
  KeyKernels keys_{nullptr, hash_key, equal_key, nullptr, nullptr};
  AggKernels aggregates_{nullptr, nullptr, add_rows, nullptr, write_results, nullptr};
  uint64_t bundle_rows_;
  uint64_t bundled_ = 0;
  BatchBuilder builder_;
  BatchView view_;
  std::vector<Entry> index_;
  uint64_t used_ = 0;
  Slot nobody_{};
  std::vector<std::unique_ptr<Slot[]>> chunks_;
  uint32_t chunk_used_ = kChunkSlots;
  int32_t epoch_ = 1;
  std::vector<uint8_t*> touched_;
  std::vector<Slot> before_;
  size_t next_ = 0;
  uint64_t hashes_[kBatchRowsMax];
  uint8_t* slots_[kBatchRowsMax];
  uint8_t equal_[kBatchRowsMax];
  const uint8_t* old_slots_[kBatchRowsMax];
  uint32_t old_positions_[kBatchRowsMax];
  uint32_t new_positions_[kBatchRowsMax];
};

class Generator final : public SourceOperator {
 public:
  explicit Generator(std::unique_ptr<SplitReader> reader) : reader_(std::move(reader)) {}
  void bind(ElementOutput& out) override { out_ = &out; }
  Status open(OperatorContext&) override { return Done{}; }
  Result<Outcome> poll() override {
    SLUICE_TRY(Poll poll, reader_->poll(kBatchRowsMax));
    if (poll.state == Poll::State::End) return Outcome::End;
    if (poll.rows.rows > 0) out_->emit(std::move(poll.rows));
    return Outcome::More;
  }

 private:
  std::unique_ptr<SplitReader> reader_;
  ElementOutput* out_ = nullptr;
};

class CountingSink final : public Operator {
 public:
  Status open(OperatorContext&) override { return Done{}; }
  Step on_batch(uint32_t, Batch batch, Output&) override {
    rows += batch.rows;
    return Progress::Done;
  }
  uint64_t rows = 0;
};

struct NullWakeable final : Wakeable {
  void wake() override {}
};

Result<std::unique_ptr<SplitReader>> nexmark_reader(SourceConnector& source) {
  SLUICE_TRY(std::vector<Split> splits, source.enumerate(1));
  return source.open(splits[0], [] {});
}

jobgraph::Source bids(int64_t events) {
  jobgraph::Source source;
  source.table.columns = {{"event_type", Type::integer()},
                          {"person", Type::row(nexmark::fields_of(nexmark::Kind::Person))},
                          {"auction", Type::row(nexmark::fields_of(nexmark::Kind::Auction))},
                          {"bid", Type::row(nexmark::fields_of(nexmark::Kind::Bid))}};
  source.table.options = {{"events.num", std::to_string(events)}, {"first-event.rate", "1000000"}};
  source.paths = {{3, 0}, {3, 2}, {3, 5}, {0}};
  Expr equals{Call{"=", 1, nullptr}, Type::boolean(), {}, {}};
  equals.args = {column(3, Type::integer()), literal({int64_t{2}}, Type::integer())};
  source.pushed_filters = {equals};
  return source;
}

struct Run {
  double seconds = 0;
  uint64_t rows_out = 0;
};

Chain::Node node(std::unique_ptr<Operator> op, Metrics& metrics, uint32_t inputs,
                 std::vector<Chain::Consumer> consumers, std::vector<EdgeWriter*> edges = {}) {
  return {std::move(op), inputs, std::move(consumers), std::move(edges), &metrics};
}

Run run(const Env& env, int64_t events, bool aggregates) {
  BufferPool pool;
  KernelContext kernels;
  ConnectorContext context;
  context.env = env;
  context.buffers = &pool;
  auto source = make_nexmark_source(bids(events), {}, context);
  SLUICE_CHECK(source.has_value());
  auto reader = nexmark_reader(**source);
  SLUICE_CHECK(reader.has_value());

  NullWakeable nobody;
  Channel channel(8);
  channel.connect(&nobody, &nobody);
  auto edge = make_edge_writer({&channel}, {});
  Metrics metrics[4];
  std::vector<Chain::Node> front, back;
  front.push_back(node(std::make_unique<Generator>(*std::move(reader)), metrics[0], 0, {{1, 0}}));
  front.push_back(node(std::make_unique<DayCalc>(pool, kernels), metrics[1], 1, {}, {edge->get()}));
  auto counting = std::make_unique<CountingSink>();
  CountingSink* sink = counting.get();
  if (aggregates) back.push_back(node(std::make_unique<HandAggregate>(pool, kernels, 50'000), metrics[2], 1, {{1, 0}}));
  back.push_back(node(std::move(counting), metrics[3], 1, {}));
  Chain first(std::move(front), &kernels), second(std::move(back), &kernels);

  auto begin = std::chrono::steady_clock::now();
  while (!second.is_ended()) {
    first.refill(128);
    while (!first.is_ended() && first.has_room()) first.poll(0);
    second.refill(128);
    while (!second.is_settled()) second.resume();
    while (Element* element = channel.front()) {
      Element taken = std::move(*element);
      channel.pop();
      second.deliver(0, 0, std::move(taken));
      while (!second.is_settled()) {
        second.refill(128);
        second.resume();
      }
    }
  }
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(), sink->rows};
}

// The limit's events per second, from its one line of JSON.
double limit_rate(const std::string& program, const char* query, int64_t events) {
  std::string command = "'" + program + "' " + query + " " + std::to_string(events);
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return 0;
  char line[1024] = {};
  size_t size = fread(line, 1, sizeof(line) - 1, pipe);
  pclose(pipe);
  line[size] = 0;
  const char* found = std::strstr(line, "\"events_per_second\": ");
  return found ? std::atof(found + std::strlen("\"events_per_second\": ")) : 0;
}

int main_with(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s LIMIT_PROGRAM [EVENTS]\n", argv[0]);
    return 2;
  }
  int64_t events = argc > 2 ? std::atoll(argv[2]) : 10'000'000;
  RealEnv env({.task_threads = 1});
  std::vector<double> shares;
  for (int round = 0; round < 3; ++round) {
    double limit = limit_rate(argv[1], "q17", events);
    double limit_gen = limit_rate(argv[1], "gen", events);
    Run generator = run(env.env(), events, false);
    Run whole = run(env.env(), events, true);
    double rate = static_cast<double>(events) / whole.seconds;
    shares.push_back(limit > 0 ? rate / limit : 0);
    std::printf(
        "{\"query\": \"q17\", \"events\": %lld, \"events_per_second\": %.0f, \"rows_out\": %llu, "
        "\"without_aggregate\": %.0f, \"limit\": %.0f, \"limit_generator\": %.0f, \"share_of_limit\": %.3f}\n",
        static_cast<long long>(events), rate, static_cast<unsigned long long>(whole.rows_out),
        static_cast<double>(events) / generator.seconds, limit, limit_gen, shares.back());
  }
  std::sort(shares.begin(), shares.end());
  std::printf("{\"median_share_of_limit\": %.3f}\n", shares[1]);
  return 0;
}

}  // namespace
}  // namespace sluice::runtime

int main(int argc, char** argv) { return sluice::runtime::main_with(argc, argv); }
