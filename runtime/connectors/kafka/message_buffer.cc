#include "runtime/connectors/kafka/message_buffer.h"

#include <utility>

namespace sluice::runtime::kafka {
namespace {

std::string_view part(const Outgoing& outgoing, uint64_t at, int64_t size) {
  return std::string_view(outgoing.bytes).substr(at, size < 0 ? 0 : static_cast<size_t>(size));
}

}  // namespace

MessageBuffer::MessageBuffer(std::unique_ptr<RowEncoder> encoder, const EncoderPlan& plan, Options options)
    : encoder_(std::move(encoder)),
      rows_max_(plan.flush_rows_max),
      interval_ns_(plan.flush_interval_ms * 1'000'000),
      options_(std::move(options)) {}

MessageBuffer::~MessageBuffer() {
  if (timer_ != 0) options_.env.executor->cancel(timer_);
}

Result<Outgoing> MessageBuffer::add(const Batch& batch) {
  Outgoing outgoing;
  SLUICE_DO(encoder_->encode(batch, outgoing));
  if (!holds_back()) {
    place(outgoing);
    return outgoing;
  }
  merge(outgoing);
  if (changes_.size() >= rows_max_ || is_due()) return flush();
  arm();
  return Outgoing();
}

void MessageBuffer::place(Outgoing& outgoing) const {
  if (options_.partitions.empty()) return;
  for (OutgoingMessage& message : outgoing.messages) {
    std::string_view topic = message.topic_size == 0 ? options_.topic : outgoing.topic(message);
    message.partition = options_.partitions.find(topic)->second;
  }
}

bool MessageBuffer::is_due() const { return due_ns_ != 0 && options_.env.clock->monotonic_ns() >= due_ns_; }

void MessageBuffer::arm() {
  if (due_ns_ != 0 || changes_.empty()) return;
  due_ns_ = options_.env.clock->monotonic_ns() + interval_ns_;
  timer_ = options_.env.executor->submit_at(due_ns_, options_.wake);
}

void MessageBuffer::merge(const Outgoing& outgoing) {
  for (const OutgoingMessage& message : outgoing.messages) {
    std::string key(part(outgoing, message.key_at, message.key_size));
    auto [found, is_new] = by_key_.emplace(key, changes_.size());
    if (is_new) changes_.push_back({std::move(key), false, {}, {}, {}, OutgoingMessage::kNow});
    Change& change = changes_[found->second];
    change.has_value = message.value_size >= 0;
    change.value = part(outgoing, message.value_at, message.value_size);
    change.headers = part(outgoing, message.headers_at, message.headers_size);
    change.topic = outgoing.topic(message);
    change.timestamp_ms = message.timestamp_ms;
  }
}

Outgoing MessageBuffer::flush() {
  Outgoing outgoing;
  auto append = [&](const std::string& text) {
    outgoing.bytes += text;
    return outgoing.bytes.size() - text.size();
  };
  for (const Change& change : changes_) {
    OutgoingMessage& message = outgoing.messages.emplace_back();
    message.key_at = append(change.key);
    message.key_size = static_cast<int32_t>(change.key.size());
    message.value_at = append(change.value);
    if (change.has_value) message.value_size = static_cast<int32_t>(change.value.size());
    message.headers_at = append(change.headers);
    message.headers_size = static_cast<uint32_t>(change.headers.size());
    message.topic_at = static_cast<uint32_t>(append(change.topic));
    message.topic_size = static_cast<uint32_t>(change.topic.size());
    message.timestamp_ms = change.timestamp_ms;
    outgoing.is_plain &= change.headers.empty() && change.topic.empty() && change.timestamp_ms == OutgoingMessage::kNow;
  }
  place(outgoing);
  changes_.clear();
  by_key_.clear();
  due_ns_ = 0;
  return outgoing;
}

}  // namespace sluice::runtime::kafka
