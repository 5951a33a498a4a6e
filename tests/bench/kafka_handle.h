#pragma once
// A client of librdkafka for the programs that measure beside the engine.
#include <librdkafka/rdkafka.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace sluice::bench {

using KafkaSettings = std::vector<std::pair<const char*, std::string>>;

// Ends the program with the library's reason when a setting is wrong.
inline rd_kafka_t* make_handle(rd_kafka_type_t type, const KafkaSettings& settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 512> reason{};
  auto refuse = [&] {
    std::fprintf(stderr, "%s\n", reason.data());
    std::exit(1);
  };
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf, key, value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK) refuse();
  }
  rd_kafka_t* handle = rd_kafka_new(type, conf, reason.data(), reason.size());
  if (handle == nullptr) refuse();
  return handle;
}

}  // namespace sluice::bench
