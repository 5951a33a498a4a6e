#pragma once
// Specs of an operator's state tables. The ids of fields come from the JobGraph, which keeps them over upgrades; a
// graph that does not state a table gets them by position.
#include <string>
#include <vector>

#include "planner/jobgraph/jobgraph.h"
#include "runtime/state/state_tables.h"

namespace sluice::runtime {

struct TableLayout {
  std::string name;
  std::vector<Type> fields;  // Key fields first.
  uint32_t key_fields = 0;
  int64_t ttl_ms = 0;
};

TableSpec table_spec(const jobgraph::Operator& op, TableLayout layout, KernelRef<KeyKernels> keys);

}  // namespace sluice::runtime
