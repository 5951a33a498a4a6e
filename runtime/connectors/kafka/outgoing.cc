#include "runtime/connectors/kafka/outgoing.h"

#include <cstring>
#include <type_traits>

#include "runtime/checkpoint/checksum.h"

namespace sluice::runtime::kafka {
namespace {

struct FrameHead {
  uint64_t messages = 0;
  uint64_t bytes = 0;
  uint64_t is_plain = 0;
  uint64_t checksum = 0;  // Of what follows.
};
static_assert(std::is_trivially_copyable_v<OutgoingMessage> && sizeof(OutgoingMessage) == 56);

}  // namespace

void append_header(std::string_view name, std::optional<std::string_view> value, std::string& out) {
  auto add = [&](int64_t size, std::string_view text) {
    auto narrow = static_cast<int32_t>(size);
    out.append(reinterpret_cast<const char*>(&narrow), sizeof(narrow));
    out += text;
  };
  add(static_cast<int64_t>(name.size()), name);
  add(value ? static_cast<int64_t>(value->size()) : OutgoingMessage::kNull, value.value_or(""));
}

void append(const Outgoing& from, Outgoing& to) {
  uint64_t shift = to.bytes.size();
  to.bytes += from.bytes;
  for (OutgoingMessage message : from.messages) {
    message.key_at += shift;
    message.value_at += shift;
    message.headers_at += shift;
    message.topic_at += static_cast<uint32_t>(shift);
    to.messages.push_back(message);
  }
  to.is_plain &= from.is_plain;
}

void append_frame(const Outgoing& outgoing, std::string& out) {
  size_t begin = out.size();
  size_t messages = outgoing.messages.size() * sizeof(OutgoingMessage);
  out.resize(begin + sizeof(FrameHead));
  out.append(reinterpret_cast<const char*>(outgoing.messages.data()), messages);
  out += outgoing.bytes;
  FrameHead head{outgoing.messages.size(), outgoing.bytes.size(), outgoing.is_plain ? 1U : 0U,
                 checksum_of(std::string_view(out).substr(begin + sizeof(FrameHead)))};
  std::memcpy(out.data() + begin, &head, sizeof(head));
}

Result<bool> take_frame(std::string_view& bytes, Outgoing& out) {
  FrameHead head;
  if (bytes.size() < sizeof(head)) return false;
  std::memcpy(&head, bytes.data(), sizeof(head));
  std::string_view rest = bytes.substr(sizeof(head));
  if (head.messages > rest.size() / sizeof(OutgoingMessage)) return false;
  size_t messages = head.messages * sizeof(OutgoingMessage);
  if (head.bytes > rest.size() - messages) return false;
  if (checksum_of(rest.substr(0, messages + head.bytes)) != head.checksum) {
    return fail(ErrorCode::CorruptCheckpoint, "staged rows of a Kafka sink are damaged");
  }
  out.messages.resize(head.messages);
  std::memcpy(out.messages.data(), rest.data(), messages);
  out.bytes = rest.substr(messages, head.bytes);
  out.is_plain = head.is_plain != 0;
  bytes = rest.substr(messages + head.bytes);
  return true;
}

}  // namespace sluice::runtime::kafka
