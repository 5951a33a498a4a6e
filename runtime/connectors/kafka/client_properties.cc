#include "runtime/connectors/kafka/client_properties.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "catalog/connectors/kafka.h"

namespace sluice::runtime::kafka {
namespace {

constexpr std::string_view kPrefix = "properties.";

struct Renamed {
  std::string_view java;
  std::string_view librdkafka;
};

constexpr Renamed kRenamed[] = {
    {"fetch.max.wait.ms", "fetch.wait.max.ms"},
    {"max.request.size", "message.max.bytes"},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    {"send.buffer.bytes", "socket.send.buffer.bytes"},
    {"ssl.truststore.location", "ssl.ca.location"},
};

// Of the Java client or of Flink's connector; nothing here depends on them.
constexpr std::string_view kWithoutMeaning[] = {"key.deserializer",
                                                "value.deserializer",
                                                "key.serializer",
                                                "value.serializer",
                                                "enable.auto.commit",
                                                "auto.commit.interval.ms",
                                                "max.poll.records",
                                                "default.api.timeout.ms",
                                                "max.block.ms",
                                                "buffer.memory",
                                                "interceptor.classes",
                                                "metric.reporters",
                                                "metrics.num.samples",
                                                "metrics.recording.level",
                                                "metrics.sample.window.ms",
                                                "partition.assignment.strategy",
                                                "partitioner.class",
                                                "exclude.internal.topics",
                                                "ssl.truststore.password",
                                                "ssl.truststore.type",
                                                "ssl.keystore.type",
                                                "ssl.protocol",
                                                "ssl.enabled.protocols",
                                                "ssl.provider",
                                                "ssl.trustmanager.algorithm",
                                                "ssl.keymanager.algorithm",
                                                "client.id.prefix",
                                                "partition.discovery.interval.ms",
                                                "register.consumer.metrics",
                                                "commit.offsets.on.checkpoint",
                                                "allow.auto.create.topics",
                                                "client.dns.lookup",
                                                "request.timeout.ms"};

// `NAME="..."` of a login module's options.
std::optional<std::string> jaas_option(std::string_view config, std::string_view name) {
  for (size_t at = config.find(name); at != std::string_view::npos; at = config.find(name, at + 1)) {
    size_t equals = config.find_first_not_of(' ', at + name.size());
    if (equals == std::string_view::npos || config[equals] != '=') continue;
    size_t quote = config.find_first_not_of(' ', equals + 1);
    if (quote == std::string_view::npos || (config[quote] != '"' && config[quote] != '\'')) continue;
    size_t end = config.find(config[quote], quote + 1);
    if (end == std::string_view::npos) return std::nullopt;
    return std::string(config.substr(quote + 1, end - quote - 1));
  }
  return std::nullopt;
}

Status translate_login(const std::string& config, std::map<std::string, std::string>& out) {
  auto user = jaas_option(config, "username");
  auto password = jaas_option(config, "password");
  if (!user || !password) {
    return fail(ErrorCode::BadOptionValue, "option `properties.sasl.jaas.config` names no user name and password")
        .hint("Only login modules for PLAIN and SCRAM are read; others are set by librdkafka's own `sasl.*` settings.");
  }
  out["sasl.username"] = *user;
  out["sasl.password"] = *password;
  return Done{};
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

Status refuse_java_stores(const std::map<std::string, std::string>& properties) {
  for (const char* key : {"ssl.truststore.location", "ssl.keystore.location"}) {
    auto found = properties.find(key);
    if (found == properties.end() || !lower(found->second).ends_with(".jks")) continue;
    return fail(ErrorCode::BadOptionValue, "option `properties.{}` names the Java key store `{}`, which cannot be read",
                key, found->second)
        .hint("Export the certificates as PEM, and keys as PKCS12.");
  }
  return Done{};
}

}  // namespace

std::map<std::string, std::string> client_properties(const std::map<std::string, std::string>& options) {
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : options) {
    if (key.starts_with(kPrefix)) out.emplace(key.substr(kPrefix.size()), value);
  }
  return out;
}

Result<std::map<std::string, std::string>> translate_properties(const std::map<std::string, std::string>& properties) {
  SLUICE_DO(refuse_java_stores(properties));
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : properties) {
    if (std::ranges::find(kWithoutMeaning, key) != std::end(kWithoutMeaning)) continue;
    auto renamed = std::ranges::find(kRenamed, key, &Renamed::java);
    if (renamed != std::end(kRenamed)) {
      out[std::string(renamed->librdkafka)] = value;
    } else if (key == "sasl.jaas.config") {
      SLUICE_DO(translate_login(value, out));
    } else if (key == "auto.offset.reset" && value == "none") {
      out[key] = "error";
    } else if (key == "ssl.endpoint.identification.algorithm" && value.empty()) {
      out[key] = "none";
    } else if (key == "security.protocol") {
      out[key] = lower(value);
    } else {
      out[key] = value;
    }
  }
  return out;
}

Result<std::map<std::string, std::string>> producer_settings(const std::map<std::string, std::string>& properties) {
  SLUICE_TRY(auto settings, translate_properties(properties));
  // As in the Java client: who asks for idempotence gets it or an error, and who asks for something that does not go
  // with it does without.
  bool is_idempotent = property_against_idempotence(properties).empty();
  for (const auto& [key, value] :
       std::map<std::string, std::string>{{"enable.idempotence", is_idempotent ? "true" : "false"},
                                          {"linger.ms", "1"},
                                          {"partitioner", "murmur2_random"},
                                          {"queue.buffering.max.kbytes", "65536"},
                                          {"queue.buffering.max.messages", "200000"}}) {
    settings.emplace(key, value);
  }
  settings["delivery.report.only.error"] = "true";
  for (const char* of_consumers : {"group.id", "auto.offset.reset", "isolation.level"}) settings.erase(of_consumers);
  return settings;
}

std::map<std::string, std::string> transaction_settings(std::map<std::string, std::string> settings) {
  for (std::string key; !(key = property_against_idempotence(settings)).empty();) settings.erase(key);
  settings["enable.idempotence"] = "true";
  settings.emplace("transaction.timeout.ms", "900000");  // The most that brokers allow unless told otherwise.
  return settings;
}

}  // namespace sluice::runtime::kafka
