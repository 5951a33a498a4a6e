#pragma once
// Reads one partition. librdkafka fetches ahead on its own threads, up to a bounded number of bytes; the task's thread
// takes what is there and decodes it.
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "runtime/connectors/connector.h"
#include "runtime/connectors/kafka/client.h"
#include "runtime/connectors/kafka/partition_position.h"
#include "runtime/connectors/kafka/row_decoder.h"
#include "runtime/formats/letter_flush.h"

namespace sluice::runtime::kafka {

class PartitionReader final : public SplitReader {
 public:
  struct Options {
    std::shared_ptr<Client> client;
    PartitionId id;
    PartitionPosition position;
    bool has_known_end = true;  // The end was there when reading began; else messages up to it may be to come.
    const DecoderPlan* plan = nullptr;
    std::shared_ptr<DeadLetters> letters;  // Null unless the table has dead letters.
    ConnectorContext context;
    std::function<void()> wake;
  };
  static Result<std::unique_ptr<SplitReader>> open(Options options);
  ~PartitionReader() override;
  PartitionReader(const PartitionReader&) = delete;

  Result<Poll> poll(uint32_t rows_max) override;
  std::string position() const override;
  DecodeCounts malformed() const override { return decoder_->messages().counts(); }
  std::optional<int64_t> lag() const override;

 private:
  // What librdkafka's threads call when the queue is no longer empty.
  struct Wakeup {
    std::function<void()> wake;
    std::atomic<bool> is_armed = false;
  };

  PartitionReader(Options options, std::unique_ptr<RowDecoder> decoder);
  Status start();
  Result<Poll> read();
  Result<bool> decode_some();
  // False: not one more for now.
  bool take_message(const rd_kafka_message_t& message);
  Status decode(const rd_kafka_message_t& message);
  Status on_error(const rd_kafka_message_t& message);
  bool is_at_end() const { return position_.end != PartitionPosition::kNoEnd && position_.offset >= position_.end; }
  void expect_more();
  Status check_end() const;
  Batch take();

  Options options_;
  std::unique_ptr<RowDecoder> decoder_;
  std::unique_ptr<Wakeup> wakeup_ = std::make_unique<Wakeup>();
  rd_kafka_topic_t* topic_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;

  std::optional<Failure> failure_;  // Of the message that was decoded last.
  PartitionPosition position_;      // Behind the last message that was decoded.
  // Of the last message that was decoded, and how many rows came before its own.
  int64_t decoded_offset_ = 0;
  uint64_t rows_before_ = 0;
  uint64_t rows_taken_ = 0;
  uint64_t rows_to_skip_ = 0;
  bool has_decoded_ = false;
  std::optional<int64_t> short_since_ns_;  // Since then the partition ends before its end.
  Arena arena_;
  std::optional<RowAppender> appender_;

  LetterFlush flush_;
  Poll held_;  // Comes behind the flush.
  std::string held_position_;
};

}  // namespace sluice::runtime::kafka
