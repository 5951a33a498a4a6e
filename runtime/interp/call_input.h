#pragma once
// The rows that an aggregate call looks at, and how values stand in packed rows.
#include <cstring>

#include "base/row_kind.h"
#include "runtime/interp/aggregate_step.h"

namespace sluice::runtime::interp {

template <class T>
T load(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}
template <class T>
void store(uint8_t* at, T value) {
  std::memcpy(at, &value, sizeof(T));
}

inline bool takes_back(const int8_t* kinds, uint32_t row) { return kinds != nullptr && (kinds[row] & 1) != 0; }

// The rows of a call: those that its filter lets through and whose argument is not NULL.
struct CallInput {
  int64_t filter = -1;
  int64_t argument = -1;                 // -1: none is looked at.
  std::vector<uint32_t> more_arguments;  // Of COUNT(a, b): the rest.

  template <class F>
  void each(const AggregateRows& in, F&& f) const {
    const ColumnView* filters = filter < 0 ? nullptr : &in.rows.columns[filter];
    const uint64_t* validity = argument < 0 ? nullptr : in.rows.columns[argument].validity;
    if (filters == nullptr && validity == nullptr && more_arguments.empty()) {
      return each_row(in.rows.selection, in.rows.count, f);
    }
    each_row(in.rows.selection, in.rows.count, [&](uint32_t i, uint32_t row) {
      if (!is_valid(validity, row)) return;
      for (uint32_t more : more_arguments) {
        if (!is_valid(in.rows.columns[more].validity, row)) return;
      }
      if (filters != nullptr &&
          (static_cast<const uint8_t*>(filters->values)[row] == 0 || !is_valid(filters->validity, row))) {
        return;
      }
      f(i, row);
    });
  }
};

inline CallInput input_of(const AggregateCall& call) {
  if (call.arguments.empty()) return {call.filter, -1, {}};
  return {call.filter, call.arguments[0], {call.arguments.begin() + 1, call.arguments.end()}};
}

}  // namespace sluice::runtime::interp
