#include "tools/conformance/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <ostream>
#include <utility>

#include "catalog/types/value_text.h"

namespace sluice::conformance {
namespace {

std::string json_string(const std::string& text) { return json_text(Value{text}, Type::string()); }

struct Floor {
  int right = 0, wrong = 0;
};
using Floors = std::map<std::pair<std::string, std::string>, Floor>;

bool read_floors(const std::string& path, Floors& floors) {
  std::ifstream file(path);
  if (!file) return false;
  std::string name, suite;
  Floor floor;
  while (file >> name >> suite >> floor.right >> floor.wrong) floors[{name, suite}] = floor;
  return true;
}

double percent(int part, int whole) { return whole == 0 ? 0 : 100.0 * part / whole; }

void print_share(const std::string& suite, const Counts& valid, const Counts& basic) {
  fmt::print("{:<36} {:5} {:5} {:7} {:5}   {:5} {:5} {:7} {:5} {:6.1f} % {:6.1f} %\n", suite, valid.all(), valid.right,
             valid.refused, valid.wrong, basic.all(), basic.right, basic.refused, basic.wrong,
             percent(basic.right, basic.all()), percent(valid.wrong, valid.all()));
}

}  // namespace

int& Counts::of(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::Right:
      return right;
    case Outcome::Kind::Refused:
      return refused;
    case Outcome::Kind::Wrong:
      return wrong;
    case Outcome::Kind::Skipped:
      return skipped;
    case Outcome::Kind::Deliberate:
      return deliberate;
  }
  return wrong;
}

void Counts::add(const Counts& other) {
  right += other.right;
  refused += other.refused;
  wrong += other.wrong;
  skipped += other.skipped;
  deliberate += other.deliberate;
}

void Report::add(const std::string& file, const std::string& suite, const std::string& id, const CaseTraits& traits,
                 const Outcome& outcome) {
  ++counts_[file][suite].of(outcome.kind);
  if (traits.is_valid) ++valid_[suite].of(outcome.kind);
  if (traits.has_basic_aggregates) ++basic_[suite].of(outcome.kind);
  if (outcome.kind == Outcome::Kind::Right) return;
  static constexpr const char* kNames[] = {"right", "refused", "wrong", "skipped", "deliberate"};
  if (outcome.kind == Outcome::Kind::Deliberate) ++rules_[outcome.detail];
  failures_.push_back({file, suite, id, kNames[static_cast<int>(outcome.kind)], outcome.detail});
}

void Report::print(bool all_cases) const {
  Counts all;
  for (const auto& [name, suites] : counts_) {
    for (const auto& [suite, counts] : suites) {
      fmt::print("{:<14} {:<40} {:5} right {:5} refused {:5} wrong {:5} skipped", name, suite, counts.right,
                 counts.refused, counts.wrong, counts.skipped);
      fmt::print("{}\n", counts.deliberate == 0 ? "" : fmt::format(" {:5} deliberate", counts.deliberate));
      all.add(counts);
    }
  }
  fmt::print("all: {} right, {} refused, {} wrong, {} skipped, {} deliberately different\n", all.right, all.refused,
             all.wrong, all.skipped, all.deliberate);
  for (const auto& [rule, count] : rules_) fmt::print("deliberate: {} x {}\n", count, rule);
  for (const Failure& failure : failures_) {
    if (!all_cases && failure.outcome != "wrong") continue;
    fmt::print("{}: {} {} {}: {}\n", failure.outcome, failure.file, failure.suite, failure.id, failure.detail);
  }
}

void Report::print_shares() const {
  fmt::print("{:<36} {:^25}   {:^25}\n", "valid programs", "all", "COUNT SUM AVG MIN MAX only");
  fmt::print("{:<36} {:>5} {:>5} {:>7} {:>5}   {:>5} {:>5} {:>7} {:>5} {:>8} {:>8}\n", "", "all", "right", "refused",
             "wrong", "all", "right", "refused", "wrong", "right", "wrong");
  Counts valid, basic;
  for (const auto& [suite, counts] : valid_) {
    auto found = basic_.find(suite);
    Counts of_suite = found == basic_.end() ? Counts() : found->second;
    print_share(suite, counts, of_suite);
    valid.add(counts);
    basic.add(of_suite);
  }
  print_share("together", valid, basic);
}

void Report::write_json(std::ostream& out) const {
  out << "{";
  bool first_file = true;
  for (const auto& [file, suites] : counts_) {
    out << (std::exchange(first_file, false) ? "\n" : ",\n") << json_string(file) << ": {";
    bool first = true;
    for (const auto& [suite, counts] : suites) {
      out << (std::exchange(first, false) ? "\n  " : ",\n  ") << json_string(suite) << ": {\"right\": " << counts.right
          << ", \"refused\": " << counts.refused << ", \"wrong\": " << counts.wrong
          << ", \"skipped\": " << counts.skipped;
      if (counts.deliberate > 0) out << ", \"deliberate\": " << counts.deliberate;
      out << "}";
    }
    out << "}";
  }
  out << "}\n";
}

void Report::write_failures(std::ostream& out) const {
  for (const Failure& failure : failures_) {
    out << "{\"file\": " << json_string(failure.file) << ", \"suite\": " << json_string(failure.suite)
        << ", \"id\": " << json_string(failure.id) << ", \"outcome\": " << json_string(failure.outcome)
        << ", \"detail\": " << json_string(failure.detail) << "}\n";
  }
}

Counts Report::counts_of(const std::string& file, const std::string& suite) const {
  auto suites = counts_.find(file);
  if (suites == counts_.end()) return {};
  auto found = suites->second.find(suite);
  return found == suites->second.end() ? Counts() : found->second;
}

int Report::check_floors(const std::string& path) const {
  Floors floors;
  if (!read_floors(path, floors)) {
    fmt::print(stderr, "cannot read `{}`\n", path);
    return 2;
  }
  int broken = 0;
  for (const auto& [place, floor] : floors) {
    Counts counts = counts_of(place.first, place.second);
    if (counts.right >= floor.right && counts.wrong <= floor.wrong) continue;
    fmt::print("floor: {} {} has {} right (at least {}) and {} wrong (at most {})\n", place.first, place.second,
               counts.right, floor.right, counts.wrong, floor.wrong);
    ++broken;
  }
  return broken == 0 ? 0 : 1;
}

bool Report::raise_floors(const std::string& path) const {
  Floors floors;
  read_floors(path, floors);  // A file that is not there yet has no floors.
  for (const auto& [file, suites] : counts_) {
    for (const auto& [suite, counts] : suites) {
      auto [place, is_new] = floors.try_emplace({file, suite}, Floor{counts.right, counts.wrong});
      place->second.right = std::max(place->second.right, counts.right);
      place->second.wrong = std::min(place->second.wrong, counts.wrong);
    }
  }
  std::ofstream out(path);
  for (const auto& [place, floor] : floors) {
    out << place.first << " " << place.second << " " << floor.right << " " << floor.wrong << "\n";
  }
  return out.good();
}

}  // namespace sluice::conformance
