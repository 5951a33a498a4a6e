#pragma once
// Whether a changed job can go on from the state of the old one, operator by operator. Works on the two graphs alone:
// uids say which operators mean the same, state tables say what was kept.
#include <string>
#include <vector>

#include "planner/jobgraph/jobgraph.h"

namespace sluice::jobgraph {

// From best to worst; a graph is as good as its worst operator, except that operators which are only in one of the
// graphs make it Partly.
enum class Compatibility : uint8_t {
  Compatible,  // Restores as it is.
  Migratable,  // Restores after its rows were rewritten: fields were added, dropped or widened.
  Partly,      // Some operators restore; others start empty, or lose what they had.
  Not,         // The state cannot be read as what is wanted now.
};

struct OperatorVerdict {
  std::string uid;
  std::string name;  // In the newer graph, or in the older one where it is gone.
  Compatibility compatibility = Compatibility::Compatible;
  std::string reason;  // Empty when compatible.
  bool operator==(const OperatorVerdict&) const = default;
};

struct Comparison {
  Compatibility compatibility = Compatibility::Compatible;
  std::vector<OperatorVerdict> operators;  // Those of the newer graph in its order, then those that are gone.
};

Comparison compare(const JobGraph& older, const JobGraph& newer);

std::string print(const Comparison& comparison);

}  // namespace sluice::jobgraph
