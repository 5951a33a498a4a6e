#include "tests/sim/broker_connector.h"

#include <algorithm>
#include <charconv>

#include "catalog/connectors/values.h"
#include "runtime/connectors/filesystem/sink.h"
#include "runtime/connectors/filesystem/source.h"
#include "runtime/connectors/row_batch.h"
#include "tests/sim/broker.h"
#include "tests/sim/transactional_sink.h"

namespace sluice::sim {
namespace {

using namespace runtime;

// Calls `work` after a while, unless the process dies before.
void after_ms(const ConnectorContext& context, int64_t ms, std::function<void()> work) {
  context.env.executor->submit_at(context.env.clock->monotonic_ns() + ms * 1'000'000, std::move(work));
}

class BrokerReader final : public SplitReader {
 public:
  BrokerReader(std::string topic, size_t partition, uint64_t next, const jobgraph::Source& source, RowSchema output,
               const ConnectorContext& context, std::function<void()> wake)
      : topic_(std::move(topic)),
        partition_(partition),
        next_(next),
        paths_(source.paths),
        output_(std::move(output)),
        context_(context),
        arena_(*context.buffers),
        wake_(std::move(wake)) {}

  Result<Poll> poll(uint32_t rows_max) override {
    SimNetwork& network = network_of(context_.env);
    if (!network.is_alive() || network.faults.fires("source.poll_error")) return unreachable();
    Poll poll;
    if (network.faults.fires("source.pause")) {
      constexpr int64_t kPauseMsMax = 300;
      after_ms(context_, network.faults.between(1, kPauseMsMax), wake_);
      return poll;
    }
    bool ended = false;
    auto max = static_cast<uint32_t>(network.faults.between(1, std::min(rows_max, kBatchRowsMax)));
    std::vector<TableChange> changes = network.broker.read(topic_, partition_, next_, max, &ended);
    if (changes.empty()) {
      poll.state = ended ? Poll::State::End : Poll::State::Idle;
      return poll;
    }
    next_ += changes.size();
    poll.state = Poll::State::Rows;
    poll.rows = batch_of(changes, paths_, output_, *context_.buffers, arena_, context_.session);
    return poll;
  }
  std::string position() const override { return std::to_string(next_); }

 private:
  std::string topic_;
  size_t partition_;
  uint64_t next_;
  std::vector<jobgraph::FieldPath> paths_;
  RowSchema output_;
  ConnectorContext context_;
  Arena arena_;
  std::function<void()> wake_;
};

class BrokerSource final : public SourceConnector {
 public:
  BrokerSource(const jobgraph::Source& source, RowSchema output, bool bounded, const ConnectorContext& context)
      : source_(source), output_(std::move(output)), bounded_(bounded), context_(context) {}

  bool is_bounded() const override { return bounded_; }
  Result<std::vector<Split>> enumerate(uint32_t) override {
    std::vector<Split> splits;
    size_t count = network_of(context_.env).broker.partitions(source_.table.path);
    for (size_t i = 0; i < count; ++i) splits.push_back({std::to_string(i), ""});
    return splits;
  }
  Result<std::unique_ptr<SplitReader>> open(const Split& split, std::function<void()> wake) override {
    SimNetwork& network = network_of(context_.env);
    if (!network.is_alive()) return unreachable();
    auto number = [](const std::string& text) {
      uint64_t value = 0;
      std::from_chars(text.data(), text.data() + text.size(), value);
      return value;
    };
    size_t partition = number(split.id);
    network.broker.subscribe(source_.table.path, partition, wake);
    return std::unique_ptr<SplitReader>(std::make_unique<BrokerReader>(
        source_.table.path, partition, number(split.position), source_, output_, context_, std::move(wake)));
  }

 private:
  jobgraph::Source source_;
  RowSchema output_;
  bool bounded_;
  ConnectorContext context_;
};

// Prepares in the background: the transaction is staged some time after the call, and then answered for.
class BrokerWriter final : public SinkWriter {
 public:
  BrokerWriter(std::string sink, RowSchema schema, const ConnectorContext& context, std::function<void()> wake)
      : sink_(std::move(sink)), schema_(std::move(schema)), context_(context), wake_(std::move(wake)) {}

  bool has_room() const override { return context_.env.clock->monotonic_ns() >= blocked_until_ns_; }

  Status write(const Batch& batch) override {
    SimNetwork& network = network_of(context_.env);
    if (!network.is_alive() || network.faults.fires("sink.write_error")) return unreachable();
    for (TableChange& change : changes_of(batch, schema_)) changes_.push_back(std::move(change));
    if (network.faults.fires("sink.blocked")) {
      constexpr int64_t kBlockMsMax = 500;
      int64_t ms = network.faults.between(1, kBlockMsMax);
      blocked_until_ns_ = context_.env.clock->monotonic_ns() + ms * 1'000'000;
      after_ms(context_, ms, wake_);
    }
    return Done{};
  }

  Status on_watermark(TimestampMs watermark) override {
    if (watermark < watermark_) {
      network_of(context_.env)
          .broker.note_violation(fmt::format("{}: the watermark falls from {} to {}", sink_, watermark_, watermark));
    }
    watermark_ = watermark;
    return Done{};
  }

  void prepare(CheckpointId id, std::function<void(Result<std::string>)> done) override {
    SimNetwork& network = network_of(context_.env);
    auto finish = [network = &network, sink = sink_, attempt = context_.attempt, id, changes = std::move(changes_),
                   done = std::move(done)]() mutable {
      if (!network->is_alive() || network->faults.fires("sink.prepare_error")) return done(unreachable());
      done(network->broker.stage(sink, {network->process(), attempt, id, std::move(changes)}));
    };
    changes_.clear();
    constexpr int64_t kDelayMsMax = 1500;
    if (network.faults.fires("sink.slow_prepare")) {
      after_ms(context_, network.faults.between(1, kDelayMsMax), std::move(finish));
    } else {
      context_.env.executor->submit(Executor::Pool::Io, std::move(finish));
    }
  }

 private:
  std::string sink_;
  RowSchema schema_;
  ConnectorContext context_;
  std::function<void()> wake_;
  std::vector<TableChange> changes_;
  int64_t blocked_until_ns_ = 0;
  TimestampMs watermark_ = kWatermarkMin;
};

class BrokerSink final : public SinkConnector {
 public:
  BrokerSink(std::string sink, RowSchema schema, const ConnectorContext& context)
      : sink_(std::move(sink)), schema_(std::move(schema)), context_(context) {}

  Result<std::unique_ptr<SinkWriter>> open(SinkSubtask, std::function<void()> wake) override {
    return std::unique_ptr<SinkWriter>(std::make_unique<BrokerWriter>(sink_, schema_, context_, std::move(wake)));
  }
  bool is_transactional() const override { return true; }

  // Errors leave nothing, a part, or everything done, and the caller cannot know which.
  Status publish(CheckpointId, const std::vector<std::string>& committables) override {
    SimNetwork& network = network_of(context_.env);
    if (!network.is_alive() || network.faults.fires("sink.publish_error_before")) return unreachable();
    for (const std::string& name : committables) {
      network.broker.publish(sink_, name);
      if (network.faults.fires("sink.publish_error_between")) return unreachable();
    }
    if (network.faults.fires("sink.publish_error_after")) return unreachable();
    return Done{};
  }
  Status recover(CheckpointId) override {
    SimNetwork& network = network_of(context_.env);
    if (!network.is_alive()) return unreachable();
    network.broker.abort(sink_);
    return Done{};
  }

 private:
  std::string sink_;
  RowSchema schema_;
  ConnectorContext context_;
};

Result<std::unique_ptr<SourceConnector>> make_source(const jobgraph::Source& source, const RowSchema& output,
                                                     const ConnectorContext& context) {
  SLUICE_TRY(ValuesOptions options, read_options<ValuesOptions>(source.table.options));
  return std::unique_ptr<SourceConnector>(std::make_unique<BrokerSource>(source, output, options.bounded, context));
}

Result<std::unique_ptr<SinkConnector>> make_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                 const ConnectorContext& context) {
  if (network_of(context.env).broker.sinks_use_producers)
    return make_transactional_sink(sink.table.path, input, context);
  return std::unique_ptr<SinkConnector>(std::make_unique<BrokerSink>(sink.table.path, input, context));
}

}  // namespace

const std::vector<ConnectorFactory>& simulated_connectors() {
  static const std::vector<ConnectorFactory> table = {
      {"values", make_source, make_sink},
      {"filesystem", make_filesystem_source, make_filesystem_sink},
  };
  return table;
}

}  // namespace sluice::sim
