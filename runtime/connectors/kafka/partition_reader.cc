#include "runtime/connectors/kafka/partition_reader.h"

#include <algorithm>
#include <utility>

namespace sluice::runtime::kafka {
namespace {

// A new leader may not know for a moment how far the old one had come.
constexpr int64_t kShortNsMax = 10'000'000'000;

}  // namespace

PartitionReader::PartitionReader(Options options, std::unique_ptr<RowDecoder> decoder)
    : options_(std::move(options)),
      decoder_(std::move(decoder)),
      position_(options_.position),
      rows_to_skip_(options_.position.rows),
      arena_(*options_.context.buffers) {}

Result<std::unique_ptr<SplitReader>> PartitionReader::open(Options options) {
  SLUICE_TRY(auto decoder, RowDecoder::make(*options.plan, options.context, options.letters));
  std::unique_ptr<PartitionReader> reader(new PartitionReader(std::move(options), std::move(decoder)));
  if (!reader->is_at_end()) SLUICE_DO(reader->start());
  return std::unique_ptr<SplitReader>(std::move(reader));
}

Status PartitionReader::start() {
  rd_kafka_t* handle = options_.client->handle();
  topic_ = rd_kafka_topic_new(handle, options_.id.topic.c_str(), nullptr);
  if (topic_ == nullptr) {
    return fail(ErrorCode::BadOptionValue, "`{}` cannot be the name of a topic", options_.id.topic);
  }
  queue_ = rd_kafka_queue_new(handle);
  wakeup_->wake = options_.wake;
  auto on_messages = [](rd_kafka_t*, void* opaque) {
    auto* wakeup = static_cast<Wakeup*>(opaque);
    if (wakeup->is_armed.exchange(false)) wakeup->wake();
  };
  rd_kafka_queue_cb_event_enable(queue_, on_messages, wakeup_.get());
  if (rd_kafka_consume_start_queue(topic_, options_.id.partition, position_.offset, queue_) == 0) return Done{};
  auto error = rd_kafka_last_error();
  return options_.client->failure(
      code_of(error), fmt::format("`{}`, partition {}, cannot be read", options_.id.topic, options_.id.partition),
      error);
}

// Stopping waits for the library's threads, so it is left to the Io pool.
PartitionReader::~PartitionReader() {
  if (queue_ != nullptr) rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
  if (topic_ == nullptr) return;
  const Env& env = options_.context.env;
  env.executor->submit(Executor::Pool::Io, [client = std::move(options_.client), topic = topic_, queue = queue_,
                                            partition = options_.id.partition] {
    rd_kafka_consume_stop(topic, partition);
    if (queue != nullptr) rd_kafka_queue_destroy(queue);
    rd_kafka_topic_destroy(topic);
  });
}

Result<Poll> PartitionReader::poll(uint32_t rows_max) {
  if (!appender_) {  // The first call decides how large batches are.
    appender_.emplace(*options_.context.buffers, options_.plan->output, options_.context.session,
                      std::min(rows_max, kBatchRowsMax));
  }
  if (flush_.is_under_way()) {
    SLUICE_TRY(bool is_flushed, flush_.take_end());
    if (!is_flushed) return Poll{};
    Poll held = std::exchange(held_, Poll{});
    if (held.state != Poll::State::Idle) return held;
  }
  if (options_.letters == nullptr) return read();
  held_position_ = position();
  SLUICE_TRY(Poll poll, read());
  if (!decoder_->messages().has_letters()) return poll;
  held_ = std::move(poll);
  flush_.begin(decoder_->messages(), options_.wake);
  return Poll{};
}

Result<Poll> PartitionReader::read() {
  while (!appender_->has_full_batch()) {
    SLUICE_TRY(bool progressed, decode_some());
    if (!progressed) break;
  }
  Poll poll;
  poll.rows = take();
  if (poll.rows.rows > 0) {
    poll.state = Poll::State::Rows;
  } else if (is_at_end()) {
    poll.state = Poll::State::End;
  } else {
    SLUICE_DO(check_end());
  }
  return poll;
}

// Decodes what is there until a batch is full. False when nothing was there: messages that arrive between a look into
// the empty queue and the moment at which the wake-up is armed are seen by the second look. The library takes all
// messages off its queue at once, calls back for each, and puts what is left back, which costs less than taking one by
// one.
Result<bool> PartitionReader::decode_some() {
  if (is_at_end()) return false;
  auto on_message = [](rd_kafka_message_t* message, void* opaque) {
    auto* reader = static_cast<PartitionReader*>(opaque);
    if (!reader->take_message(*message)) rd_kafka_yield(reader->options_.client->handle());
  };
  for (bool is_armed : {false, true}) {
    if (is_armed) wakeup_->is_armed = true;
    int count = rd_kafka_consume_callback_queue(queue_, 0, on_message, this);
    if (failure_) return *std::exchange(failure_, std::nullopt);
    if (count <= 0) continue;
    wakeup_->is_armed = false;
    return true;
  }
  return false;
}

bool PartitionReader::take_message(const rd_kafka_message_t& message) {
  Status taken = message.err == RD_KAFKA_RESP_ERR_NO_ERROR ? decode(message) : on_error(message);
  if (!taken) failure_ = std::move(taken).as_failure();
  return !failure_ && !is_at_end() && !appender_->has_full_batch();
}

Status PartitionReader::decode(const rd_kafka_message_t& message) {
  // The library leaves out what a set of messages has before the position it was told. Another offset than the one that
  // is next comes behind a gap, or after `auto.offset.reset`: the rest of a message that is no longer there does not
  // count as handed out.
  if (!has_decoded_ && message.offset != position_.offset) rows_to_skip_ = 0;
  has_decoded_ = true;
  short_since_ns_.reset();
  position_.offset = message.offset;
  if (is_at_end()) return Done{};
  decoded_offset_ = message.offset;
  rows_before_ = appender_->rows_committed();
  if (auto error = decoder_->decode(message, options_.id.topic, *appender_)) {
    return fail(ErrorCode::MalformedRecord, "topic `{}`, partition {}, offset {}: {}", options_.id.topic,
                options_.id.partition, message.offset, error->reason);
  }
  position_.offset = message.offset + 1;
  return Done{};
}

Status PartitionReader::on_error(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    // Behind the last message there may be marks of transactions, which nobody hands out. It may also be before the
    // position, which the broker no longer has.
    position_.offset = message.offset;
    if (!is_at_end()) expect_more();
    return Done{};
  }
  std::string what = fmt::format("topic `{}`, partition {}, cannot be read", options_.id.topic, options_.id.partition);
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message.err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    return fail(ErrorCode::ConnectorUnavailable, "{}: offset {} is no longer there", what, position_.offset)
        .hint(
            "Rows would be missing. `properties.auto.offset.reset` = `earliest` goes on with the oldest that are "
            "left.");
  }
  return options_.client->failure(code_of(message.err), what, message.err);
}

// Whoever is bounded by what was there when reading began waits for nothing that is still to be written.
void PartitionReader::expect_more() {
  if (!options_.has_known_end || position_.end == PartitionPosition::kNoEnd || short_since_ns_) return;
  const Env& env = options_.context.env;
  short_since_ns_ = env.clock->monotonic_ns();
  env.executor->submit_at(*short_since_ns_ + kShortNsMax, options_.wake);
}

Status PartitionReader::check_end() const {
  if (!short_since_ns_ || options_.context.env.clock->monotonic_ns() - *short_since_ns_ < kShortNsMax) return Done{};
  return fail(ErrorCode::ConnectorUnavailable,
              "topic `{}`, partition {}, ends at offset {}, and ended at {} when the job began to read it",
              options_.id.topic, options_.id.partition, position_.offset, position_.end)
      .hint("It was made anew or cut since. A job that begins anew reads what is there now.");
}

// The next batch without the rows that were handed out before a restart.
Batch PartitionReader::take() {
  Batch batch = appender_->take();
  rows_taken_ += batch.rows;
  if (rows_to_skip_ == 0 || batch.rows == 0) return batch;
  auto skipped = static_cast<uint32_t>(std::min<uint64_t>(rows_to_skip_, batch.rows));
  rows_to_skip_ -= skipped;
  std::vector<uint32_t> kept;
  for (uint32_t row = skipped; row < batch.rows; ++row) kept.push_back(row);
  return kept.empty() ? take() : gather(batch, options_.plan->output, kept, *options_.context.buffers, arena_);
}

// Messages behind the position that readers may see, as brokers said with the last answer; they send the end of what is
// there with every answer.
std::optional<int64_t> PartitionReader::lag() const {
  if (is_at_end()) return 0;
  int64_t low = RD_KAFKA_OFFSET_INVALID, high = RD_KAFKA_OFFSET_INVALID;
  auto error = rd_kafka_get_watermark_offsets(options_.client->handle(), options_.id.topic.c_str(),
                                              options_.id.partition, &low, &high);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0) return std::nullopt;
  if (position_.end != PartitionPosition::kNoEnd) high = std::min(high, position_.end);
  return std::max<int64_t>(high - std::max(position_.offset, low), 0);
}

// Rows that were decoded and not taken yet are of the last message, because nothing is decoded while a batch is full.
std::string PartitionReader::position() const {
  if (flush_.is_under_way()) return held_position_;  // Rows behind a letter wait until it is durable.
  PartitionPosition position = position_;
  position.rows = rows_to_skip_;
  if (appender_ && rows_taken_ < appender_->rows_committed()) {
    position.offset = decoded_offset_;
    position.rows = rows_taken_ - rows_before_;
  }
  return encode(position);
}

}  // namespace sluice::runtime::kafka
