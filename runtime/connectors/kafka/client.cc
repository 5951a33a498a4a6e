#include "runtime/connectors/kafka/client.h"

#include <array>
#include <utility>

#include "base/secrets.h"

namespace sluice::runtime::kafka {
namespace {

constexpr int kLogLevelWarning = 4;

void on_log(const rd_kafka_t* handle, int level, const char*, const char* text) {
  if (level > kLogLevelWarning || handle == nullptr) return;
  static_cast<ClientEvents*>(rd_kafka_opaque(handle))->complain(without_secrets(text));
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  // What was dropped on purpose, when a transaction was given up, is no failure.
  if (message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) return;
  const char* topic = message->rkt != nullptr ? rd_kafka_topic_name(message->rkt) : "";
  Failure failure = fail(code_of(message->err), "a message of {} bytes cannot be written to topic `{}`: {}",
                         message->len + message->key_len, topic, rd_kafka_err2str(message->err));
  static_cast<ClientEvents*>(opaque)->fail_delivery(std::move(failure.error));
}

// A password that is wrong is tried for ever; whoever waits should hear the reason.
void on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
  auto* events = static_cast<ClientEvents*>(opaque);
  if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
    events->refuse(reason);
  } else if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    events->complain(without_secrets(reason));
  }
}

struct ConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDeleter>;

Status apply(rd_kafka_conf_t* conf, const ClientSettings& settings) {
  std::array<char, 512> reason{};
  for (const auto& [key, value] : settings) {
    auto result = rd_kafka_conf_set(conf, key.c_str(), value.c_str(), reason.data(), reason.size());
    if (result == RD_KAFKA_CONF_OK) continue;
    if (result == RD_KAFKA_CONF_UNKNOWN) {
      return fail(ErrorCode::UnknownOption, "option `properties.{}` is not known to the Kafka client", key)
          .hint("Names are those of Kafka's Java client, or librdkafka's own.");
    }
    // The library's reason repeats the value.
    if (is_secret(key)) return fail(ErrorCode::BadOptionValue, "option `properties.{}` has no valid value", key);
    return fail(ErrorCode::BadOptionValue, "option `properties.{}` cannot be `{}`: {}", key, shown_value(key, value),
                without_secrets(reason.data()));
  }
  return Done{};
}

}  // namespace

std::string ClientEvents::last_complaint() const {
  std::lock_guard lock(mutex_);
  return complaint_;
}

void ClientEvents::complain(std::string text) {
  std::lock_guard lock(mutex_);
  complaint_ = std::move(text);
}

void ClientEvents::refuse(std::string reason) {
  std::lock_guard lock(mutex_);
  refusal_ = std::move(reason);
}

std::string ClientEvents::refusal() const {
  std::lock_guard lock(mutex_);
  return refusal_;
}

void ClientEvents::fail_delivery(Error error) {
  std::lock_guard lock(mutex_);
  if (!delivery_failure_) delivery_failure_ = std::move(error);
}

std::optional<Error> ClientEvents::delivery_failure() const {
  std::lock_guard lock(mutex_);
  return delivery_failure_;
}

Result<std::shared_ptr<Client>> Client::make(const Env& env, rd_kafka_type_t type, const ClientSettings& settings) {
  Conf conf(rd_kafka_conf_new());
  SLUICE_DO(apply(conf.get(), settings));
  auto events = std::make_unique<ClientEvents>();
  rd_kafka_conf_set_opaque(conf.get(), events.get());
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  std::array<char, 512> reason{};
  rd_kafka_t* handle = rd_kafka_new(type, conf.get(), reason.data(), reason.size());
  if (handle == nullptr) return fail(ErrorCode::BadOptionValue, "the Kafka client does not start: {}", reason.data());
  [[maybe_unused]] auto* taken = conf.release();
  return std::shared_ptr<Client>(new Client(env, handle, std::move(events)));
}

Result<std::shared_ptr<Client>> Client::consumer(const Env& env, const ClientSettings& settings) {
  return make(env, RD_KAFKA_CONSUMER, settings);
}

Result<std::shared_ptr<Client>> Client::producer(const Env& env, const ClientSettings& settings) {
  return make(env, RD_KAFKA_PRODUCER, settings);
}

// Ending waits for the library's threads. Where the pool takes no more work the process is about to end, and so do
// they.
Client::~Client() {
  env_.executor->submit(Executor::Pool::Io, [handle = handle_, events = events_.release()] {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    delete events;
  });
}

Failure Client::failure(ErrorCode code, const std::string& what, rd_kafka_resp_err_t error) const {
  rd_kafka_poll(handle_, 0);  // Calls `on_error`.
  if (std::string refusal = events_->refusal(); !refusal.empty()) {
    return fail(ErrorCode::ConnectorRefused, "{}: {}", what, refusal);
  }
  Failure failure = fail(code, "{}: {}", what, rd_kafka_err2str(error));
  std::string complaint = events_->last_complaint();
  bool says_more = error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__TIMED_OUT ||
                   error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
  if (says_more && !complaint.empty()) failure.error.message += fmt::format(" ({})", complaint);
  return failure;
}

ErrorCode code_of(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return ErrorCode::ConnectorRefused;
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return ErrorCode::BadOptionValue;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
      return ErrorCode::MessageTooLarge;
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
      return ErrorCode::ConnectorUnavailable;
    default:
      return ErrorCode::ConnectorUnavailable;
  }
}

}  // namespace sluice::runtime::kafka
