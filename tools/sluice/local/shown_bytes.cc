#include <fmt/format.h>

#include "tools/sluice/local/kafka_arguments.h"

namespace sluice::tools {
namespace {

constexpr size_t kBytesMax = 200;

}  // namespace

std::string shown_bytes(const std::optional<std::string>& bytes) {
  if (!bytes) return "NULL";
  std::string out;
  for (char c : bytes->substr(0, kBytesMax)) {
    auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return bytes->size() > kBytesMax ? out + "..." : out;
}

}  // namespace sluice::tools
