#include "runtime/connectors/nexmark/source.h"

#include <algorithm>
#include <cstdio>

#include "runtime/connectors/nexmark/event_batch.h"

namespace sluice::runtime {
namespace {

using nexmark::EventBatch;
using nexmark::Generator;
using nexmark::GeneratorPosition;
using nexmark::OutputColumn;
using nexmark::Texts;

constexpr int64_t kEndless = int64_t{1} << 56;  // Events of a source without end.

// Split i of n, as text "i/n"; its position as "event:random:base time".
struct SplitPlace {
  uint32_t index = 0, count = 1;
  GeneratorPosition position;
  int64_t base_time_ms = 0;
};

std::string position_text(const SplitPlace& place) {
  return fmt::format("{}:{}:{}", place.position.event, place.position.random, place.base_time_ms);
}

Result<SplitPlace> parse_split(const Split& split) {
  SplitPlace place;
  unsigned long long random = 0;
  long long event = 0, base = 0;
  bool good = std::sscanf(split.id.c_str(), "%u/%u", &place.index, &place.count) == 2 && place.index < place.count &&
              std::sscanf(split.position.c_str(), "%lld:%llu:%lld", &event, &random, &base) == 3 && event >= 0;
  if (!good)
    return fail(ErrorCode::CorruptCheckpoint, "nexmark split `{}` at `{}` is malformed", split.id, split.position);
  place.position = {event, random};
  place.base_time_ms = base;
  return place;
}

class NexmarkReader final : public SplitReader {
 public:
  NexmarkReader(const NexmarkOptions& options, SplitPlace place, std::shared_ptr<const Texts> texts,
                std::vector<OutputColumn> columns, std::array<bool, 3> wanted, bool needs_progress,
                const ConnectorContext& context, std::function<void()> wake)
      : options_(options),
        place_(place),
        texts_(std::move(texts)),
        needs_progress_(needs_progress),
        env_(context.env),
        wake_(std::move(wake)),
        events_(*context.buffers, std::move(columns), wanted),
        generator_(options, *texts_, first_event_id(), place.base_time_ms, place.count, place.position) {}

  Result<Poll> poll(uint32_t rows_max) override {
    int64_t done = generator_.position().event;
    int64_t end = events_of_split();
    if (done >= end && !options_.keep_alive) return Poll{.state = Poll::State::End, .rows = {}, .progress = {}};
    if (options_.stop_at >= 0) end = std::min(end, options_.stop_at);
    if (!options_.max_emit_speed) end = std::min(end, generator_.events_due(env_.clock->wall_ms()));
    if (done >= end) return idle(done);

    Poll poll{.state = Poll::State::Rows, .rows = {}, .progress = {}};
    int64_t last_time = 0;
    poll.rows = events_.generate(generator_, *texts_, std::min(rows_max, nexmark::kEventRowsMax), end, &last_time);
    if (needs_progress_ && events_.drops_events()) poll.progress = events_.progress(last_time);
    if (poll.rows.rows == 0) poll.state = Poll::State::Idle, wake_();
    return poll;
  }

  std::string position() const override {
    SplitPlace now = place_;
    now.position = generator_.position();
    return position_text(now);
  }

 private:
  int64_t events_of_split() const {
    int64_t all = options_.events_num > 0 ? options_.events_num : kEndless;
    int64_t each = all / place_.count;
    return place_.index + 1 == place_.count ? all - each * (place_.count - 1) : each;
  }
  // Ids of the first split start at 2, because its event number 1 follows the id 1.
  int64_t first_event_id() const {
    int64_t all = options_.events_num > 0 ? options_.events_num : kEndless;
    return 1 + place_.index * (all / place_.count);
  }

  // Nothing is due: asks to be woken when the next event is, unless there is none.
  Poll idle(int64_t done) {
    bool waits_for_time = !options_.max_emit_speed && done < events_of_split();
    if (waits_for_time && (options_.stop_at < 0 || done < options_.stop_at)) {
      int64_t wait_ms = std::max<int64_t>(1, generator_.time_ms(done + 1) - env_.clock->wall_ms());
      env_.executor->submit_at(env_.clock->monotonic_ns() + wait_ms * 1'000'000, wake_);
    }
    return {.state = Poll::State::Idle, .rows = {}, .progress = {}};
  }

  const NexmarkOptions options_;
  const SplitPlace place_;
  std::shared_ptr<const Texts> texts_;
  bool needs_progress_;
  Env env_;
  std::function<void()> wake_;
  EventBatch events_;
  Generator generator_;
};

class NexmarkSource final : public SourceConnector {
 public:
  NexmarkSource(NexmarkOptions options, std::vector<OutputColumn> columns, std::array<bool, 3> wanted,
                bool has_watermark, const ConnectorContext& context)
      : options_(options),
        columns_(std::move(columns)),
        wanted_(wanted),
        has_watermark_(has_watermark),
        context_(context) {}

  bool is_bounded() const override { return options_.events_num > 0 && !options_.keep_alive && options_.stop_at < 0; }

  Result<std::vector<Split>> enumerate(uint32_t parallelism) override {
    SplitPlace place;
    place.base_time_ms = options_.base_time_ms >= 0 ? options_.base_time_ms : context_.env.clock->wall_ms();
    std::vector<Split> splits;
    for (uint32_t i = 0; i < parallelism; ++i) {
      place.position = {0, static_cast<uint64_t>(options_.seed) + i * 0x9e3779b97f4a7c15ULL};
      splits.push_back({fmt::format("{}/{}", i, parallelism), position_text(place)});
    }
    return splits;
  }

  Result<std::unique_ptr<SplitReader>> open(const Split& split, std::function<void()> wake) override {
    SLUICE_TRY(SplitPlace place, parse_split(split));
    if (!texts_) texts_ = std::make_shared<const Texts>(*context_.buffers, static_cast<uint64_t>(options_.seed) ^ 7);
    return std::unique_ptr<SplitReader>(std::make_unique<NexmarkReader>(options_, place, texts_, columns_, wanted_,
                                                                        has_watermark_, context_, std::move(wake)));
  }

 private:
  const NexmarkOptions options_;
  const std::vector<OutputColumn> columns_;
  const std::array<bool, 3> wanted_;
  const bool has_watermark_;
  const ConnectorContext context_;
  std::shared_ptr<const Texts> texts_;
};

Status check_options(const NexmarkOptions& options) {
  auto positive = [](const char* key, int64_t value) -> Status {
    if (value <= 0) return fail(ErrorCode::BadOptionValue, "option `{}` must be positive, it is {}", key, value);
    return Done{};
  };
  SLUICE_DO(positive("first-event.rate", options.first_event_rate));
  SLUICE_DO(positive("person.proportion", options.person_proportion));
  SLUICE_DO(positive("auction.proportion", options.auction_proportion));
  SLUICE_DO(positive("bid.hot-ratio.auctions", options.bid_hot_ratio_auctions));
  SLUICE_DO(positive("bid.hot-ratio.bidders", options.bid_hot_ratio_bidders));
  SLUICE_DO(positive("auction.hot-ratio.sellers", options.auction_hot_ratio_sellers));
  if (options.bid_proportion < 0 || options.events_num < 0) {
    return fail(ErrorCode::BadOptionValue, "options `bid.proportion` and `events.num` must not be negative");
  }
  return Done{};
}

}  // namespace

Result<std::unique_ptr<SourceConnector>> make_nexmark_source(const jobgraph::Source& source, const RowSchema&,
                                                             const ConnectorContext& context) {
  SLUICE_TRY(NexmarkOptions options, read_options<NexmarkOptions>(source.table.options));
  SLUICE_DO(check_options(options));
  SLUICE_TRY(std::vector<OutputColumn> columns, nexmark::resolve_columns(source));
  SLUICE_TRY(auto wanted, nexmark::resolve_filters(source, columns));
  return std::unique_ptr<SourceConnector>(
      std::make_unique<NexmarkSource>(options, std::move(columns), wanted, source.watermark.has_value(), context));
}

}  // namespace sluice::runtime
