#pragma once
// What commands that look at Kafka topics share: which cluster, and messages as text.
#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::tools {

struct KafkaArguments {
  std::string brokers;
  std::vector<std::string> settings;  // KEY=VALUE

  void add_to(CLI::App& app) {
    app.add_option("--brokers", brokers, "HOST:PORT,... of the Kafka cluster")->required();
    add_settings_to(app);
  }
  void add_settings_to(CLI::App& app) {
    app.add_option("-X", settings, "A setting of the client, as in `properties.*` of tables: -X security.protocol=SSL");
  }
  std::map<std::string, std::string> properties() const {
    std::map<std::string, std::string> out{{"bootstrap.servers", brokers}};
    for (const std::string& setting : settings) {
      size_t equals = std::min(setting.find('='), setting.size());
      out[setting.substr(0, equals)] = setting.substr(std::min(equals + 1, setting.size()));
    }
    return out;
  }
};

// On one line: what could move the cursor is escaped, and long ones are cut.
std::string shown_bytes(const std::optional<std::string>& bytes);

}  // namespace sluice::tools
