#pragma once
// Reads dead letters back (dead_letters.h has their form).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::runtime {

struct Letter {
  std::string time, source, fault, reason;
  int64_t partition = -1, offset = 0;
  std::optional<std::string> key, value;

  // `topic[3]@42`, `file@17`
  std::string place() const;
};

// Nothing when the line is none.
std::optional<Letter> read_letter(std::string_view line);

}  // namespace sluice::runtime
