#include "runtime/connectors/blackhole/sink.h"

namespace sluice::runtime {
namespace {

class BlackholeWriter final : public SinkWriter {
 public:
  bool has_room() const override { return true; }
  Status write(const Batch&) override { return Done{}; }
  void prepare(CheckpointId, std::function<void(Result<std::string>)> done) override { done(std::string()); }
};

class BlackholeSink final : public SinkConnector {
 public:
  Result<std::unique_ptr<SinkWriter>> open(SinkSubtask, std::function<void()>) override {
    return std::unique_ptr<SinkWriter>(std::make_unique<BlackholeWriter>());
  }
  bool is_transactional() const override { return false; }
  Status publish(CheckpointId, const std::vector<std::string>&) override { return Done{}; }
  Status recover(CheckpointId) override { return Done{}; }
};

}  // namespace

Result<std::unique_ptr<SinkConnector>> make_blackhole_sink(const jobgraph::Sink&, const RowSchema&,
                                                           const ConnectorContext&) {
  return std::unique_ptr<SinkConnector>(std::make_unique<BlackholeSink>());
}

}  // namespace sluice::runtime
