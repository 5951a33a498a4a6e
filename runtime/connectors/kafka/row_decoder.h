#pragma once
// Messages of a topic as rows of a table: value, key and metadata of a message fill columns of one row.
#include <librdkafka/rdkafka.h>

#include <memory>
#include <optional>
#include <vector>

#include "runtime/connectors/connector.h"
#include "runtime/connectors/kafka/column_layout.h"
#include "runtime/connectors/kafka/message_metadata.h"

namespace sluice::runtime::kafka {

// What every reader of a table needs to make its decoder.
struct DecoderPlan {
  ColumnLayout layout;
  DecoderSpec key, value;
  std::vector<MetadataColumn> metadata;
  RowSchema output;
};

Result<DecoderPlan> plan_decoder(const jobgraph::Source& source, const RowSchema& output);

class RowDecoder final : public RowCompletion {
 public:
  static Result<std::unique_ptr<RowDecoder>> make(const DecoderPlan& plan, const ConnectorContext& context);

  // Appends the rows of one message. As in Flink: a message without a key has no rows where the table has a key
  // format, and one without a value deletes in an upsert table and says nothing in others.
  std::optional<DecodeError> decode(const rd_kafka_message_t& message, RowAppender& out);

  void complete(MutableColumn* columns, uint32_t row, KernelContext& context) override;

 private:
  RowDecoder(const DecoderPlan& plan, std::unique_ptr<Decoder> key, std::unique_ptr<Decoder> value)
      : plan_(plan), key_(std::move(key)), value_(std::move(value)) {}
  std::optional<DecodeError> decode_key(uint32_t& rows);
  void put_deletion(RowAppender& out);

  const DecoderPlan& plan_;
  std::unique_ptr<Decoder> key_;  // Null: the key is not looked at.
  std::unique_ptr<Decoder> value_;
  // Of the message at hand.
  const rd_kafka_message_t* message_ = nullptr;
  RowAppender* out_ = nullptr;
  uint32_t rows_ = 0;
};

}  // namespace sluice::runtime::kafka
