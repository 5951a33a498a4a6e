#include "runtime/connectors/row_batch.h"
#include "runtime/connectors/values/connector.h"

namespace sluice::runtime {
namespace {

// Stages the changes of a checkpoint under "checkpoint/subtask"; the key is the committable.
class ValuesWriter final : public SinkWriter {
 public:
  ValuesWriter(std::string sink, RowSchema schema, ValuesStore& values, uint32_t subtask)
      : sink_(std::move(sink)), schema_(std::move(schema)), values_(values), subtask_(subtask) {}

  bool has_room() const override { return true; }
  Status write(const Batch& batch) override {
    for (TableChange& change : changes_of(batch, schema_)) changes_.push_back(std::move(change));
    return Done{};
  }
  void prepare(CheckpointId id, std::function<void(Result<std::string>)> done) override {
    std::string key = fmt::format("{}/{}", id, subtask_);
    values_.stage(sink_, key, std::move(changes_));
    changes_.clear();
    done(key);
  }

 private:
  std::string sink_;
  RowSchema schema_;
  ValuesStore& values_;
  uint32_t subtask_;
  std::vector<TableChange> changes_;
};

class ValuesSink final : public SinkConnector {
 public:
  ValuesSink(std::string sink, RowSchema schema, const ConnectorContext& context)
      : sink_(std::move(sink)), schema_(std::move(schema)), context_(context) {}

  Result<std::unique_ptr<SinkWriter>> open(SinkSubtask subtask, std::function<void()>) override {
    return std::unique_ptr<SinkWriter>(std::make_unique<ValuesWriter>(sink_, schema_, *context_.values, subtask.index));
  }
  bool is_transactional() const override { return true; }
  Status publish(CheckpointId, const std::vector<std::string>& committables) override {
    for (const std::string& key : committables) context_.values->publish(sink_, key);
    return Done{};
  }
  // What the restored checkpoint prepared was published before this call.
  Status recover(CheckpointId) override {
    context_.values->drop_staged(sink_);
    return Done{};
  }

 private:
  std::string sink_;
  RowSchema schema_;
  ConnectorContext context_;
};

}  // namespace

Result<std::unique_ptr<SinkConnector>> make_values_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                        const ConnectorContext& context) {
  if (context.values == nullptr) {
    return fail(ErrorCode::ConnectorUnavailable, "`values` tables hold rows only while tests run");
  }
  return std::unique_ptr<SinkConnector>(std::make_unique<ValuesSink>(sink.table.path, input, context));
}

}  // namespace sluice::runtime
