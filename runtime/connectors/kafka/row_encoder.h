#pragma once
// Rows of a table as messages of a topic.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/connectors/kafka.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/connectors/connector.h"
#include "runtime/connectors/kafka/outgoing.h"
#include "runtime/formats/format.h"

namespace sluice::runtime::kafka {

// What every writer of a table needs to make its encoder.
struct EncoderPlan {
  const FormatFactory* value_format = nullptr;
  RowSchema value_columns;
  std::vector<uint32_t> value_positions;  // In the input.
  std::map<std::string, std::string> value_options;
  bool is_upsert = false;
};

Result<EncoderPlan> plan_encoder(const jobgraph::Sink& sink, const RowSchema& input);

class RowEncoder {
 public:
  static Result<std::unique_ptr<RowEncoder>> make(const EncoderPlan& plan, const ConnectorContext& context);

  Status encode(const Batch& batch, Outgoing& out);

 private:
  explicit RowEncoder(std::unique_ptr<Encoder> value) : value_(std::move(value)) {}

  std::unique_ptr<Encoder> value_;
  EncodedMessages values_;
};

}  // namespace sluice::runtime::kafka
