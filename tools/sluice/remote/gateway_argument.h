#pragma once
// `--gateway HOST:PORT`, else SLUICE_GATEWAY, else where `sluice serve` listens by default.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <string>

#include "gateway/client/gateway_client.h"

namespace sluice::tools {

struct GatewayArgument {
  std::string address = default_address();

  void add_to(CLI::App& app) {
    app.add_option("--gateway", address, "host:port of the gateway (or SLUICE_GATEWAY)")->capture_default_str();
  }

 private:
  static std::string default_address() {
    const char* given = std::getenv("SLUICE_GATEWAY");
    return given != nullptr && *given != '\0' ? given : gateway::kDefaultGateway;
  }
};

// Says on standard error what is wrong, and returns the exit code for it.
int report(const PlacedError& error);

}  // namespace sluice::tools
