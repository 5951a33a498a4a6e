#pragma once
// Rows of a table as messages of a topic.
#include <memory>
#include <vector>

#include "catalog/functions/regex.h"
#include "runtime/connectors/connector.h"
#include "runtime/connectors/kafka/column_layout.h"
#include "runtime/connectors/kafka/outgoing.h"

namespace sluice::runtime::kafka {

// What every writer of a table needs to make its encoder.
struct EncoderPlan {
  ColumnLayout layout;
  RowSchema columns;       // Of the rows.
  int32_t timestamp = -1;  // Columns with metadata, by position; -1: none.
  int32_t headers = -1;
  int32_t topic = -1;
  // That rows may name; one: `topic` has no effect. None: those that match the pattern.
  std::vector<std::string> topics;
  std::shared_ptr<const Regex> pattern;
  // Of upsert tables; 0: every change is sent.
  size_t flush_rows_max = 0;
  int64_t flush_interval_ms = 0;
};

Result<EncoderPlan> plan_encoder(const jobgraph::Sink& sink, const RowSchema& input);

class RowEncoder {
 public:
  static Result<std::unique_ptr<RowEncoder>> make(const EncoderPlan& plan, const ConnectorContext& context);

  // Deletions are messages without a value in upsert tables.
  Status encode(const Batch& batch, Outgoing& out);

 private:
  RowEncoder(const EncoderPlan& plan, std::unique_ptr<Encoder> key, std::unique_ptr<Encoder> value)
      : plan_(plan), key_(std::move(key)), value_(std::move(value)) {}
  Status encode_values(const Batch& batch, const BatchView& view, Outgoing& out);
  Status encode_keys(const BatchView& view, Outgoing& out);
  void encode_headers(const ColumnView& column, Outgoing& out) const;
  Status take_topics(const ColumnView& column, Outgoing& out) const;
  Status check_topic(std::string_view name) const;
  Status take_times(const ColumnView& column, Outgoing& out) const;

  const EncoderPlan& plan_;
  std::unique_ptr<Encoder> key_;  // Null: messages have no key.
  std::unique_ptr<Encoder> value_;
  EncodedMessages messages_;
  std::vector<uint32_t> kept_;  // Rows that have a value.
};

}  // namespace sluice::runtime::kafka
