#pragma once
// What became of the cases of a run: counts per file and suite, failures, floors, and the groups of an acceptance.
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "tools/conformance/outcome.h"

namespace sluice::conformance {

struct Counts {
  int right = 0, refused = 0, wrong = 0, skipped = 0, deliberate = 0;
  int& of(Outcome::Kind kind);
  int all() const { return right + refused + wrong + skipped + deliberate; }
  void add(const Counts& other);
};

// What a case is, beside its place.
struct CaseTraits {
  bool is_valid = false;              // A program that runs.
  bool has_basic_aggregates = false;  // Calls no aggregate beyond COUNT, SUM, AVG, MIN and MAX.
};

class Report {
 public:
  void add(const std::string& file, const std::string& suite, const std::string& id, const CaseTraits& traits,
           const Outcome& outcome);
  bool is_empty() const { return counts_.empty(); }

  // Counts per suite, their sum, and the cases that are wrong; with `all_cases` also the refused and skipped ones.
  void print(bool all_cases) const;
  // Valid programs per suite: all of them, and apart from those the ones with basic aggregates only.
  void print_shares() const;
  // {file: {suite: {"right", "refused", "wrong", "skipped"}}}; suites with deliberate differences have "deliberate",
  // too.
  void write_json(std::ostream& out) const;
  // An object per case that is not right.
  void write_failures(std::ostream& out) const;

  // Floors are lines `file suite right wrong`: at least so many right, at most so many wrong. Returns an exit code.
  int check_floors(const std::string& path) const;
  // Raises the floors of a file to what this run has reached; none goes down.
  bool raise_floors(const std::string& path) const;

 private:
  struct Failure {
    std::string file, suite, id, outcome, detail;
  };
  Counts counts_of(const std::string& file, const std::string& suite) const;

  std::map<std::string, std::map<std::string, Counts>> counts_;  // file -> suite
  std::map<std::string, Counts> valid_, basic_;                  // suite
  std::map<std::string, int> rules_;                             // Of deliberate differences.
  std::vector<Failure> failures_;
};

}  // namespace sluice::conformance
