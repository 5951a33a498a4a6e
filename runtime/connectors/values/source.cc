#include <charconv>

#include "catalog/connectors/values.h"
#include "runtime/connectors/row_batch.h"
#include "runtime/connectors/values/connector.h"

namespace sluice::runtime {
namespace {

class ValuesReader final : public SplitReader {
 public:
  ValuesReader(std::string table, uint64_t next, const jobgraph::Source& source, RowSchema output,
               const ConnectorContext& context)
      : table_(std::move(table)),
        next_(next),
        paths_(source.paths),
        output_(std::move(output)),
        context_(context),
        arena_(*context.buffers) {}

  Result<Poll> poll(uint32_t rows_max) override {
    bool ended = false;
    std::vector<TableChange> changes = context_.values->read(table_, next_, std::min(rows_max, kBatchRowsMax), &ended);
    Poll poll;
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
  std::string table_;
  uint64_t next_;
  std::vector<jobgraph::FieldPath> paths_;
  RowSchema output_;
  ConnectorContext context_;
  Arena arena_;
};

// One split per table, because the order of its rows is part of what is tested.
class ValuesSource final : public SourceConnector {
 public:
  ValuesSource(std::string table, bool bounded, const jobgraph::Source& source, RowSchema output,
               const ConnectorContext& context)
      : table_(std::move(table)), bounded_(bounded), source_(source), output_(std::move(output)), context_(context) {}

  bool is_bounded() const override { return bounded_; }
  Result<std::vector<Split>> enumerate(uint32_t) override { return std::vector<Split>{{"rows", "0"}}; }

  Result<std::unique_ptr<SplitReader>> open(const Split& split, std::function<void()> wake) override {
    uint64_t next = 0;
    const std::string& text = split.position;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), next);
    if (!text.empty() && (error != std::errc{} || end != text.data() + text.size())) {
      return fail(ErrorCode::CorruptCheckpoint, "position `{}` of a values table is no number", text);
    }
    context_.values->subscribe(table_, std::move(wake));
    return std::unique_ptr<SplitReader>(std::make_unique<ValuesReader>(table_, next, source_, output_, context_));
  }

 private:
  std::string table_;
  bool bounded_;
  jobgraph::Source source_;
  RowSchema output_;
  ConnectorContext context_;
};

}  // namespace

Result<std::unique_ptr<SourceConnector>> make_values_source(const jobgraph::Source& source, const RowSchema& output,
                                                            const ConnectorContext& context) {
  if (!source.pushed_filters.empty()) {
    return fail(ErrorCode::InvalidJobGraph, "the connector of `{}` takes no filters", source.table.path);
  }
  if (context.values == nullptr) {
    return fail(ErrorCode::ConnectorUnavailable, "`values` tables hold rows only while tests run");
  }
  SLUICE_TRY(ValuesOptions options, read_options<ValuesOptions>(source.table.options));
  std::string table = options.data_id.empty() ? source.table.path : options.data_id;
  return std::unique_ptr<SourceConnector>(
      std::make_unique<ValuesSource>(std::move(table), options.bounded, source, output, context));
}

}  // namespace sluice::runtime
