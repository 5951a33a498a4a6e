#include "runtime/operators/state_layout.h"

#include <algorithm>
#include <numeric>

namespace sluice::runtime {

TableSpec table_spec(const jobgraph::Operator& op, TableLayout layout, KernelRef<KeyKernels> keys) {
  TableSpec spec;
  spec.name = layout.name;
  spec.key_fields = layout.key_fields;
  spec.ttl_ms = layout.ttl_ms;
  spec.keys = std::move(keys);
  spec.fields = std::move(layout.fields);

  auto stated = std::find_if(op.state.begin(), op.state.end(),
                             [&](const jobgraph::StateTable& table) { return table.name == spec.name; });
  if (stated != op.state.end() && stated->key.size() + stated->value.size() == spec.fields.size()) {
    for (const jobgraph::StateField& field : stated->key) spec.field_ids.push_back(field.id);
    for (const jobgraph::StateField& field : stated->value) spec.field_ids.push_back(field.id);
    return spec;
  }
  spec.field_ids.resize(spec.fields.size());
  std::iota(spec.field_ids.begin(), spec.field_ids.end(), 1);
  return spec;
}

}  // namespace sluice::runtime
