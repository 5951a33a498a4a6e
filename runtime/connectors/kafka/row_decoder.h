#pragma once
// Messages of a topic as rows of a table: the value, the key and the metadata of a message fill columns of one row.
#include <librdkafka/rdkafka.h>

#include <memory>
#include <optional>
#include <string>

#include "catalog/connectors/kafka.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/connectors/connector.h"
#include "runtime/formats/format.h"

namespace sluice::runtime::kafka {

// What every reader of a table needs to make its decoder.
struct DecoderPlan {
  const FormatFactory* value_format = nullptr;
  DecoderSpec value;
  std::map<std::string, std::string> value_options;
  RowSchema output;
};

Result<DecoderPlan> plan_decoder(const jobgraph::Source& source, const RowSchema& output);

class RowDecoder {
 public:
  static Result<std::unique_ptr<RowDecoder>> make(const DecoderPlan& plan, const ConnectorContext& context);

  // Appends the rows of one message.
  std::optional<DecodeError> decode(const rd_kafka_message_t& message, RowAppender& out);

 private:
  explicit RowDecoder(std::unique_ptr<Decoder> value) : value_(std::move(value)) {}

  std::unique_ptr<Decoder> value_;
};

}  // namespace sluice::runtime::kafka
