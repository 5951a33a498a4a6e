#include "runtime/connectors/kafka/client_properties.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "catalog/connectors/kafka.h"

namespace sluice::runtime::kafka {
namespace {

constexpr std::string_view kPrefix = "properties.";
constexpr std::string_view kBlanks = " \t\r\n";

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
    {"ssl.truststore.certificates", "ssl.ca.pem"},
    {"ssl.keystore.key", "ssl.key.pem"},
    {"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
};

// Of the Java client or of Flink's connector; nothing here depends on them.
constexpr std::string_view kWithoutMeaning[] = {"key.deserializer",
                                                "value.deserializer",
                                                "key.serializer",
                                                "value.serializer",
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
                                                "request.timeout.ms",
                                                "enable.metrics.push",
                                                "metadata.recovery.strategy",
                                                "retry.backoff.max.ms",
                                                "security.providers",
                                                "ssl.secure.random.implementation"};

// Up to the quote that ends it; a backslash keeps what is behind it from being one.
std::optional<std::string> quoted_value(std::string_view text, char quote) {
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == quote) return value;
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    value += text[i];
  }
  return std::nullopt;
}

// `NAME=...` of a login module's options.
std::optional<std::string> jaas_option(std::string_view config, std::string_view name) {
  for (size_t at = config.find(name); at != std::string_view::npos; at = config.find(name, at + 1)) {
    size_t equals = config.find_first_not_of(kBlanks, at + name.size());
    if (equals == std::string_view::npos || config[equals] != '=') continue;
    size_t value = config.find_first_not_of(kBlanks, equals + 1);
    if (value == std::string_view::npos) continue;
    if (config[value] == '"' || config[value] == '\'') return quoted_value(config.substr(value + 1), config[value]);
    size_t end = std::min(config.find_first_of(" \t\r\n;", value), config.size());
    if (end > value) return std::string(config.substr(value, end - value));
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

std::string value_of(const std::map<std::string, std::string>& properties, const std::string& key) {
  auto found = properties.find(key);
  return found == properties.end() ? std::string() : found->second;
}

bool is_pem(const std::map<std::string, std::string>& properties, const std::string& store) {
  return lower(value_of(properties, "ssl." + store + ".type")) == "pem";
}

Status refuse_java_stores(const std::map<std::string, std::string>& properties) {
  for (const char* store : {"truststore", "keystore"}) {
    std::string type = value_of(properties, fmt::format("ssl.{}.type", store));
    bool is_trusted = std::string_view(store) == "truststore";
    if (lower(type) == "jks" || (is_trusted && lower(type) == "pkcs12")) {
      return fail(ErrorCode::BadOptionValue, "option `properties.ssl.{}.type` cannot be `{}`, which cannot be read",
                  store, type)
          .hint("Export the certificates as PEM, and keys as PKCS12.");
    }
    std::string location = value_of(properties, fmt::format("ssl.{}.location", store));
    if (!lower(location).ends_with(".jks") || is_pem(properties, store)) continue;
    return fail(ErrorCode::BadOptionValue,
                "option `properties.ssl.{}.location` names the Java key store `{}`, which cannot be read", store,
                location)
        .hint("Export the certificates as PEM, and keys as PKCS12.");
  }
  return Done{};
}

// As in the Java client, texts are taken where the type of the store is PEM, and instead of a file.
Status check_pem_texts(const std::map<std::string, std::string>& properties) {
  struct Text {
    const char* key;
    const char* store;
  };
  for (const Text& text : {Text{"ssl.keystore.key", "keystore"},
                           {"ssl.keystore.certificate.chain", "keystore"},
                           {"ssl.truststore.certificates", "truststore"}}) {
    if (!properties.contains(text.key)) continue;
    if (!is_pem(properties, text.store)) {
      return fail(ErrorCode::BadOptionValue,
                  "option `properties.{}` is a text of PEM, and the type of the store is `{}`", text.key,
                  properties.contains(fmt::format("ssl.{}.type", text.store))
                      ? value_of(properties, fmt::format("ssl.{}.type", text.store))
                      : "JKS")
          .hint(fmt::format("Set `properties.ssl.{}.type` = `PEM`.", text.store));
    }
    if (properties.contains(fmt::format("ssl.{}.location", text.store))) {
      return fail(ErrorCode::BadOptionValue,
                  "options `properties.{}` and `properties.ssl.{}.location` cannot be set together", text.key,
                  text.store)
          .hint("Leave one of them out.");
    }
  }
  bool has_key = properties.contains("ssl.keystore.key");
  if (has_key == properties.contains("ssl.keystore.certificate.chain")) return Done{};
  return fail(ErrorCode::MissingOption, "option `properties.{}` is missing",
              has_key ? "ssl.keystore.certificate.chain" : "ssl.keystore.key")
      .hint("A key and its certificates belong together.");
}

// The Java client's own ones; a class of somebody else cannot run here.
Status translate_partitioner(const std::string& name, std::map<std::string, std::string>& settings) {
  if (name.empty() || name == "org.apache.kafka.clients.producer.internals.DefaultPartitioner") return Done{};
  if (name == "org.apache.kafka.clients.producer.UniformStickyPartitioner") {
    settings.emplace("partitioner", "random");
    return Done{};
  }
  return fail(ErrorCode::BadOptionValue, "option `properties.partitioner.class` cannot be `{}`", name)
      .hint("Set `sink.partitioner`, or `properties.partitioner` to one of librdkafka's partitioners.");
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
  SLUICE_DO(check_pem_texts(properties));
  if (properties.contains("bootstrap.servers") && value_of(properties, "bootstrap.servers").empty()) {
    return fail(ErrorCode::BadOptionValue, "option `properties.bootstrap.servers` is empty")
        .hint("Name one or more brokers: 'host:9092,host:9092'.");
  }
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : properties) {
    if (key == "enable.auto.commit" || key == "partitioner.class") continue;  // Looked at by those whom they concern.
    if (std::ranges::find(kWithoutMeaning, key) != std::end(kWithoutMeaning)) continue;
    auto renamed = std::ranges::find(kRenamed, key, &Renamed::java);
    if (renamed != std::end(kRenamed)) {
      out[std::string(renamed->librdkafka)] = value;
    } else if (key == "ssl.keystore.location" && is_pem(properties, "keystore")) {
      out["ssl.key.location"] = value;  // The file has both.
      out["ssl.certificate.location"] = value;
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
  SLUICE_DO(translate_partitioner(value_of(properties, "partitioner.class"), settings));
  // As in the Java client: who asks for idempotence gets it or an error, and who asks for something that does not go
  // with it does without.
  bool is_idempotent = property_against_idempotence(properties).empty();
  for (const auto& [key, value] :
       std::map<std::string, std::string>{{"enable.idempotence", is_idempotent ? "true" : "false"},
                                          {"linger.ms", "1"},
                                          {"message.max.bytes", "1048576"},  // max.request.size of the Java client.
                                          {"partitioner", "murmur2_random"},
                                          {"queue.buffering.max.kbytes", "65536"},
                                          {"queue.buffering.max.messages", "200000"}}) {
    settings.emplace(key, value);
  }
  settings["delivery.report.only.error"] = "true";
  for (const char* of_others : {"group.id", "auto.offset.reset", "isolation.level", "transactional.id"}) {
    settings.erase(of_others);
  }
  return settings;
}

Status check_auto_commit(const std::map<std::string, std::string>& properties) {
  if (lower(value_of(properties, "enable.auto.commit")) != "true") return Done{};
  return fail(ErrorCode::BadOptionValue, "option `properties.enable.auto.commit` cannot be `true`")
      .hint("Offsets of the group are committed with each checkpoint. Leave the property out.");
}

std::map<std::string, std::string> transaction_settings(std::map<std::string, std::string> settings) {
  for (std::string key; !(key = property_against_idempotence(settings)).empty();) settings.erase(key);
  settings["enable.idempotence"] = "true";
  settings.emplace("transaction.timeout.ms", "900000");  // The most that brokers allow unless told otherwise.
  return settings;
}

}  // namespace sluice::runtime::kafka
