#pragma once
// The oracle of `lineage_oracle.h` over programs of queries.jsonl, with their own rows, and over the scripts of
// examples and Nexmark, whose tables become tables of values with rows that are made up.
#include <cstdint>
#include <string>

namespace sluice::conformance {

struct LineageArguments {
  std::string directory;  // With queries.jsonl.
  std::string examples;   // Folder with scripts.
  std::string filter;     // On suite/id.
  std::string scratch;
  int processes = 2;
  uint64_t seed = 1;
  uint64_t every = 1;    // Only each so-many-th program.
  double shown_min = 0;  // Share of the claims that has to be shown.
  bool verbose = false;  // Lists claims that were not shown.
};

// Exit code: 1 when something changed that lineage does not tell, or fewer claims were shown than asked for.
int run_lineage(const LineageArguments& arguments);

}  // namespace sluice::conformance
