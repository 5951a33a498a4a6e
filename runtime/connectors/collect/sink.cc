#include "runtime/connectors/collect/sink.h"

namespace sluice::runtime {
namespace {

class CollectWriter final : public SinkWriter {
 public:
  CollectWriter(ResultConsumer& results, uint32_t subtask) : results_(results), subtask_(subtask) {}
  bool has_room() const override { return results_.has_room(); }
  Status write(const Batch& batch) override {
    results_.consume(subtask_, batch);
    return Done{};
  }
  void prepare(CheckpointId, std::function<void(Result<std::string>)> done) override {
    done(results_.position_of(subtask_));
  }

 private:
  ResultConsumer& results_;
  uint32_t subtask_;
};

class CollectSink final : public SinkConnector {
 public:
  explicit CollectSink(const ConnectorContext& context) : results_(*context.results) {}
  Result<std::unique_ptr<SinkWriter>> open(SinkSubtask subtask, std::function<void()> wake) override {
    results_.on_room(subtask.index, std::move(wake));
    return std::unique_ptr<SinkWriter>(std::make_unique<CollectWriter>(results_, subtask.index));
  }
  bool is_transactional() const override { return false; }
  // Rows are handed over as they come, so there is nothing to publish; recovery hears of the checkpoint here.
  Status publish(CheckpointId id, const std::vector<std::string>& positions) override {
    published_ = {id, positions};
    return Done{};
  }
  Status recover(CheckpointId restored) override {
    bool is_known = restored != 0 && published_.first == restored;
    results_.on_restore(is_known ? published_.second : std::vector<std::string>());
    return Done{};
  }

 private:
  ResultConsumer& results_;
  std::pair<CheckpointId, std::vector<std::string>> published_;
};

}  // namespace

Result<std::unique_ptr<SinkConnector>> make_collect_sink(const jobgraph::Sink&, const RowSchema&,
                                                         const ConnectorContext& context) {
  if (context.results == nullptr) {
    return fail(ErrorCode::InvalidJobGraph, "the rows of this SELECT have nobody who reads them");
  }
  return std::unique_ptr<SinkConnector>(std::make_unique<CollectSink>(context));
}

}  // namespace sluice::runtime
