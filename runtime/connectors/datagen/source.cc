#include "runtime/connectors/datagen/source.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "runtime/connectors/datagen/value_generator.h"
#include "runtime/connectors/row_batch.h"

namespace sluice::runtime {
namespace {

using datagen::ValueGenerator;

// One generator per physical column of the table; null where nobody reads it.
using Generators = std::vector<std::unique_ptr<ValueGenerator>>;

// Split i of n makes the rows i, i + n, i + 2n, ...; its position is "rows done:random state".
struct SplitPlace {
  uint32_t index = 0, count = 1;
  uint64_t done = 0;
  uint64_t random = 0;
};

Result<SplitPlace> parse_split(const Split& split) {
  SplitPlace place;
  unsigned long long done = 0, random = 0;
  bool good = std::sscanf(split.id.c_str(), "%u/%u", &place.index, &place.count) == 2 && place.index < place.count &&
              std::sscanf(split.position.c_str(), "%llu:%llu", &done, &random) == 2;
  if (!good)
    return fail(ErrorCode::CorruptCheckpoint, "datagen split `{}` at `{}` is malformed", split.id, split.position);
  place.done = done;
  place.random = random;
  return place;
}

class DatagenReader final : public SplitReader {
 public:
  DatagenReader(SplitPlace place, uint64_t rows_max, double rows_per_second, std::shared_ptr<const Generators> columns,
                const jobgraph::Source& source, RowSchema output, const ConnectorContext& context,
                std::function<void()> wake)
      : place_(place),
        rows_max_(rows_max),
        rows_per_ns_(rows_per_second / place.count / 1e9),
        columns_(std::move(columns)),
        paths_(source.paths),
        output_(std::move(output)),
        context_(context),
        wake_(std::move(wake)),
        arena_(*context.buffers),
        first_(place.done),
        started_ns_(context.env.clock->monotonic_ns()) {}

  Result<Poll> poll(uint32_t rows_max) override {
    Poll poll;
    if (place_.done >= rows_max_) {
      poll.state = Poll::State::End;
      return poll;
    }
    uint64_t due = std::min(rows_max_, first_ + rows_due());
    if (place_.done >= due) return idle();
    auto rows = static_cast<uint32_t>(std::min<uint64_t>({due - place_.done, rows_max, kBatchRowsMax}));
    poll.state = Poll::State::Rows;
    poll.rows = make_rows(rows);
    return poll;
  }

  std::string position() const override { return fmt::format("{}:{}", place_.done, place_.random); }

 private:
  // The first row is due at once.
  uint64_t rows_due() const {
    int64_t elapsed = context_.env.clock->monotonic_ns() - started_ns_;
    return 1 + static_cast<uint64_t>(static_cast<double>(elapsed) * rows_per_ns_);
  }

  Poll idle() {
    double next_ns = static_cast<double>(place_.done - first_) / rows_per_ns_;
    context_.env.executor->submit_at(started_ns_ + static_cast<int64_t>(next_ns) + 1'000'000, wake_);
    return {};
  }

  Batch make_rows(uint32_t rows) {
    SplitMix random{place_.random};
    int64_t now_ms = context_.env.clock->wall_ms();
    std::vector<TableChange> changes(rows);
    for (TableChange& change : changes) {
      uint64_t row = place_.done++ * place_.count + place_.index;
      for (const auto& column : *columns_) {
        change.row.push_back(column ? column->make(row, random, now_ms) : Value::null());
      }
    }
    place_.random = random.state;
    return batch_of(changes, paths_, output_, *context_.buffers, arena_, context_.session);
  }

  SplitPlace place_;
  const uint64_t rows_max_;
  const double rows_per_ns_;
  std::shared_ptr<const Generators> columns_;
  std::vector<jobgraph::FieldPath> paths_;
  RowSchema output_;
  ConnectorContext context_;
  std::function<void()> wake_;
  Arena arena_;
  const uint64_t first_;
  const int64_t started_ns_;
};

class DatagenSource final : public SourceConnector {
 public:
  DatagenSource(DatagenOptions options, uint64_t rows_max, std::shared_ptr<const Generators> columns,
                const jobgraph::Source& source, RowSchema output, const ConnectorContext& context)
      : options_(options),
        rows_max_(rows_max),
        columns_(std::move(columns)),
        source_(source),
        output_(std::move(output)),
        context_(context) {}

  bool is_bounded() const override { return rows_max_ != UINT64_MAX; }

  Result<std::vector<Split>> enumerate(uint32_t parallelism) override {
    std::vector<Split> splits;
    for (uint32_t i = 0; i < parallelism; ++i) {
      splits.push_back({fmt::format("{}/{}", i, parallelism), fmt::format("0:{}", context_.env.random->next())});
    }
    return splits;
  }

  Result<std::unique_ptr<SplitReader>> open(const Split& split, std::function<void()> wake) override {
    SLUICE_TRY(SplitPlace place, parse_split(split));
    uint64_t mine = rows_max_ == UINT64_MAX ? UINT64_MAX : (rows_max_ + place.count - 1 - place.index) / place.count;
    return std::unique_ptr<SplitReader>(
        std::make_unique<DatagenReader>(place, mine, static_cast<double>(options_.rows_per_second), columns_, source_,
                                        output_, context_, std::move(wake)));
  }

 private:
  const DatagenOptions options_;
  const uint64_t rows_max_;
  const std::shared_ptr<const Generators> columns_;
  const jobgraph::Source source_;
  const RowSchema output_;
  const ConnectorContext context_;
};

}  // namespace

Result<std::unique_ptr<SourceConnector>> make_datagen_source(const jobgraph::Source& source, const RowSchema& output,
                                                             const ConnectorContext& context) {
  if (!source.pushed_filters.empty()) {
    return fail(ErrorCode::InvalidJobGraph, "the connector of `{}` takes no filters", source.table.path);
  }
  SLUICE_TRY(DatagenOptions options, read_options<DatagenOptions>(source.table.options));
  if (options.rows_per_second <= 0) {
    return fail(ErrorCode::BadOptionValue, "option `rows-per-second` must be positive, it is {}",
                options.rows_per_second);
  }
  std::set<uint32_t> read;
  for (const jobgraph::FieldPath& path : source.paths) read.insert(path[0]);
  auto columns = std::make_shared<Generators>();
  uint64_t rows_max = options.number_of_rows >= 0 ? static_cast<uint64_t>(options.number_of_rows) : UINT64_MAX;
  for (uint32_t i = 0; i < source.table.columns.size(); ++i) {
    const RowField& column = source.table.columns[i];
    SLUICE_TRY(auto field, read_options<DatagenFieldOptions>(source.table.options, "fields." + column.name + "."));
    SLUICE_TRY(auto generator, datagen::make_generator(column.name, column.type, field));
    rows_max = std::min(rows_max, generator->rows_max());  // A sequence ends the source, read or not.
    columns->push_back(read.contains(i) ? std::move(generator) : nullptr);
  }
  return std::unique_ptr<SourceConnector>(
      std::make_unique<DatagenSource>(options, rows_max, std::move(columns), source, output, context));
}

}  // namespace sluice::runtime
