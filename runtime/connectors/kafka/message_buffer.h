#pragma once
// Rows as messages; where an upsert table asks for it (`sink.buffer-flush.*`), held back so that of several changes of
// a key only the newest is sent.
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/connectors/kafka/row_encoder.h"

namespace sluice::runtime::kafka {

class MessageBuffer {
 public:
  struct Options {
    Env env;
    std::string topic;  // Of messages that name none.
    FixedPartitions partitions;
    std::function<void()> wake;  // Called when what is held back has become due.
  };
  MessageBuffer(std::unique_ptr<RowEncoder> encoder, const EncoderPlan& plan, Options options);
  ~MessageBuffer();
  MessageBuffer(const MessageBuffer&) = delete;

  // Messages that are to be sent now: of these rows and what was held back, or none.
  Result<Outgoing> add(const Batch& batch);
  bool is_due() const;
  // Everything that is held back, in the order in which keys first came.
  Outgoing flush();

 private:
  struct Change {
    std::string key;
    bool has_value = false;
    std::string value, headers, topic;
    int64_t timestamp_ms = OutgoingMessage::kNow;
  };
  bool holds_back() const { return rows_max_ > 0; }
  void place(Outgoing& outgoing) const;
  void merge(const Outgoing& outgoing);
  void arm();

  std::unique_ptr<RowEncoder> encoder_;
  const size_t rows_max_;
  const int64_t interval_ns_;
  const Options options_;
  std::vector<Change> changes_;
  std::unordered_map<std::string, size_t> by_key_;
  int64_t due_ns_ = 0;  // 0: nothing is held back.
  uint64_t timer_ = 0;
};

}  // namespace sluice::runtime::kafka
