#pragma once
// What became of a case.
#include <cstdint>
#include <string>

namespace sluice::conformance {

struct Outcome {
  enum class Kind : uint8_t {
    Right,
    Refused,     // Our "not supported yet", also where Flink rejects.
    Wrong,       // Anything else, crash and time-out included.
    Skipped,     // For a reason that the data's pages allow.
    Deliberate,  // Another answer than Flink's, by a rule of docs/compatibility.md that the detail names.
  };
  Kind kind = Kind::Wrong;
  std::string detail;

  static Outcome right() { return {Kind::Right, {}}; }
  static Outcome refused(std::string why) { return {Kind::Refused, std::move(why)}; }
  static Outcome wrong(std::string why) { return {Kind::Wrong, std::move(why)}; }
  static Outcome deliberate(std::string rule) { return {Kind::Deliberate, std::move(rule)}; }
  static Outcome skipped(std::string why) { return {Kind::Skipped, std::move(why)}; }
};

}  // namespace sluice::conformance
