#pragma once
// Messages of a topic as rows of a table: value, key and metadata of a message fill columns of one row.
#include <librdkafka/rdkafka.h>

#include <memory>
#include <optional>
#include <vector>

#include "runtime/connectors/connector.h"
#include "runtime/connectors/kafka/column_layout.h"
#include "runtime/connectors/kafka/message_metadata.h"
#include "runtime/formats/message_decoder.h"

namespace sluice::runtime::kafka {

// What every reader of a table needs to make its decoder.
struct DecoderPlan {
  ColumnLayout layout;
  DecoderSpec key, value;
  std::vector<MetadataColumn> metadata;
  DecodeOptions policy;
  RowSchema output;
};

Result<DecoderPlan> plan_decoder(const jobgraph::Source& source, const RowSchema& output);

class RowDecoder final : public RowCompletion {
 public:
  // `letters` may be null unless the table has dead letters.
  static Result<std::unique_ptr<RowDecoder>> make(const DecoderPlan& plan, const ConnectorContext& context,
                                                  std::shared_ptr<DeadLetters> letters);

  // Appends the rows of one message. As in Flink: a message without a key has no rows where the table has a key
  // format, and one without a value deletes in an upsert table and says nothing in others.
  std::optional<DecodeError> decode(const rd_kafka_message_t& message, std::string_view topic, RowAppender& out);
  MessageDecoder& messages() { return messages_; }
  const MessageDecoder& messages() const { return messages_; }

  void complete(MutableColumn* columns, uint32_t row, KernelContext& context) override;

 private:
  RowDecoder(const DecoderPlan& plan, MessageDecoder::Parts parts) : plan_(plan), messages_(std::move(parts)) {}

  const DecoderPlan& plan_;
  MessageDecoder messages_;
  const rd_kafka_message_t* message_ = nullptr;  // At hand.
};

}  // namespace sluice::runtime::kafka
