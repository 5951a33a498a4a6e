#include "runtime/connectors/print/sink.h"

#include "catalog/connectors/print.h"
#include "catalog/types/value_text.h"
#include "runtime/connectors/row_batch.h"

namespace sluice::runtime {
namespace {

// In front of every line, as in Flink: "name:2> ", with the subtask only where there are several.
std::string prefix_of(const PrintOptions& options, SinkSubtask of) {
  std::string subtask = of.parallelism > 1 ? std::to_string(of.index + 1) : "";
  std::string name = options.print_identifier;
  if (!name.empty() && !subtask.empty()) name += ":";
  name += subtask;
  return name.empty() ? name : name + "> ";
}

class PrintWriter final : public SinkWriter {
 public:
  PrintWriter(PrintOptions options, RowSchema schema, SinkSubtask subtask, const ConnectorContext& context)
      : options_(std::move(options)), schema_(std::move(schema)), subtask_(subtask), context_(context) {}

  bool has_room() const override { return true; }
  Status write(const Batch& batch) override {
    std::string prefix = prefix_of(options_, subtask_);
    std::string lines;
    for (const TableChange& change : changes_of(batch, schema_)) {
      lines += prefix;
      lines += text_of(change.kind);
      lines += '[';
      for (size_t i = 0; i < schema_.size(); ++i) {
        if (i > 0) lines += ", ";
        lines += changelog_text(change.row[i], schema_[i].type);
      }
      lines += "]\n";
    }
    context_.print(lines, options_.standard_error);
    return Done{};
  }
  void prepare(CheckpointId, std::function<void(Result<std::string>)> done) override { done(std::string()); }

 private:
  PrintOptions options_;
  RowSchema schema_;
  SinkSubtask subtask_;
  ConnectorContext context_;
};

class PrintSink final : public SinkConnector {
 public:
  PrintSink(PrintOptions options, RowSchema schema, const ConnectorContext& context)
      : options_(std::move(options)), schema_(std::move(schema)), context_(context) {}

  Result<std::unique_ptr<SinkWriter>> open(SinkSubtask subtask, std::function<void()>) override {
    return std::unique_ptr<SinkWriter>(std::make_unique<PrintWriter>(options_, schema_, subtask, context_));
  }
  bool is_transactional() const override { return false; }
  Status publish(CheckpointId, const std::vector<std::string>&) override { return Done{}; }
  Status recover(CheckpointId) override { return Done{}; }

 private:
  PrintOptions options_;
  RowSchema schema_;
  ConnectorContext context_;
};

}  // namespace

Result<std::unique_ptr<SinkConnector>> make_print_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                       const ConnectorContext& context) {
  if (!context.print) return fail(ErrorCode::ConnectorUnavailable, "this process has nowhere to print rows");
  SLUICE_TRY(PrintOptions options, read_options<PrintOptions>(sink.table.options));
  return std::unique_ptr<SinkConnector>(std::make_unique<PrintSink>(std::move(options), input, context));
}

}  // namespace sluice::runtime
