#pragma once
// A client instance of librdkafka: one connection to a cluster, with its own threads. The one place that makes and ends
// them.
#include <librdkafka/rdkafka.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/env/env.h"
#include "base/result.h"

namespace sluice::runtime::kafka {

using ClientSettings = std::map<std::string, std::string>;

// What librdkafka's threads may touch; outlives the instance.
class ClientEvents {
 public:
  // What went wrong last, for people; empty when nothing did.
  std::string last_complaint() const;
  void complain(std::string text);

  // The login was refused, with the brokers' reason; empty when it was not.
  std::string refusal() const;
  void refuse(std::string reason);

  // A message that was produced and cannot be delivered. Only the first is kept.
  void fail_delivery(Error error);
  std::optional<Error> delivery_failure() const;

 private:
  mutable std::mutex mutex_;
  std::string complaint_;
  std::string refusal_;
  std::optional<Error> delivery_failure_;
};

class Client {
 public:
  // Settings that librdkafka does not know, or whose values are wrong, are the user's error.
  static Result<std::shared_ptr<Client>> consumer(const Env& env, const ClientSettings& settings);
  static Result<std::shared_ptr<Client>> producer(const Env& env, const ClientSettings& settings);
  ~Client();  // Does not block: the instance ends on the Io pool.
  Client(const Client&) = delete;

  rd_kafka_t* handle() const { return handle_; }
  ClientEvents& events() const { return *events_; }
  // "what: why", with the last complaint of the library where that says more.
  Failure failure(ErrorCode code, const std::string& what, rd_kafka_resp_err_t error) const;

 private:
  Client(const Env& env, rd_kafka_t* handle, std::unique_ptr<ClientEvents> events)
      : env_(env), handle_(handle), events_(std::move(events)) {}
  static Result<std::shared_ptr<Client>> make(const Env& env, rd_kafka_type_t type, const ClientSettings& settings);

  Env env_;
  rd_kafka_t* handle_;
  std::unique_ptr<ClientEvents> events_;
};

// Whether a failure with this code will still be there when the same is tried again.
ErrorCode code_of(rd_kafka_resp_err_t error);

}  // namespace sluice::runtime::kafka
