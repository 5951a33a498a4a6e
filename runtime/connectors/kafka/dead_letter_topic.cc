#include "runtime/connectors/kafka/dead_letter_topic.h"

#include <utility>

#include "catalog/types/text_form.h"
#include "catalog/types/time_math.h"
#include "runtime/connectors/kafka/client_properties.h"

namespace sluice::runtime::kafka {
namespace {

void append_part(std::string_view part, Outgoing& out, uint64_t& at, int32_t& size) {
  at = out.bytes.size();
  if (part.data() == nullptr) return;
  size = static_cast<int32_t>(part.size());
  out.bytes += part;
}

}  // namespace

Result<std::shared_ptr<DeadLetterTopic>> DeadLetterTopic::make(const Env& env,
                                                               const std::map<std::string, std::string>& properties,
                                                               const std::string& topic) {
  SLUICE_TRY(ClientSettings settings, producer_settings(properties));
  SLUICE_TRY(auto producer, Producer::make(env, settings, topic));
  auto queue = std::make_shared<SendQueue>(env, std::move(producer), nullptr);
  return std::shared_ptr<DeadLetterTopic>(new DeadLetterTopic(std::move(queue)));
}

void DeadLetterTopic::add(const DeadLetter& letter) {
  char time[kTextMax];
  std::string partition = std::to_string(letter.origin.partition), offset = std::to_string(letter.origin.offset);
  std::lock_guard lock(mutex_);
  OutgoingMessage& message = letters_.messages.emplace_back();
  append_part(letter.key, letters_, message.key_at, message.key_size);
  append_part(letter.value, letters_, message.value_at, message.value_size);
  message.headers_at = letters_.bytes.size();
  for (const auto& [name, value] :
       {std::pair{kLetterSource, letter.origin.source}, std::pair{kLetterPartition, std::string_view(partition)},
        std::pair{kLetterOffset, std::string_view(offset)}, std::pair{kLetterFault, name_of(letter.fault)},
        std::pair{kLetterReason, letter.reason},
        std::pair{kLetterTime, std::string_view(time, write_iso_instant(time, {letter.time_ms, 0, 0}))}}) {
    append_header(name, value, letters_.bytes);
  }
  message.headers_size = static_cast<uint32_t>(letters_.bytes.size() - message.headers_at);
  letters_.is_plain = false;
}

void DeadLetterTopic::flush(std::function<void(Status)> done) {
  Waiting waiting;
  Outgoing letters;
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(done));
    if (std::exchange(is_flushing_, true)) return;
    waiting.swap(waiting_);
    std::swap(letters, letters_);
  }
  send(std::move(waiting), std::move(letters));
}

void DeadLetterTopic::send(Waiting waiting, Outgoing letters) {
  if (Status sent = queue_->send(std::move(letters)); !sent) return on_acknowledged(waiting, sent);
  queue_->when_acknowledged([self = shared_from_this(), waiting = std::move(waiting)](const Status& status) {
    self->on_acknowledged(waiting, status);
  });
}

// Letters that came meanwhile go next.
void DeadLetterTopic::on_acknowledged(const Waiting& waiting, const Status& status) {
  for (const auto& done : waiting) done(status);
  Waiting next;
  Outgoing letters;
  {
    std::lock_guard lock(mutex_);
    next.swap(waiting_);
    std::swap(letters, letters_);
    is_flushing_ = !next.empty();
    if (next.empty()) {
      std::swap(letters, letters_);
      return;
    }
  }
  send(std::move(next), std::move(letters));
}

}  // namespace sluice::runtime::kafka
