#pragma once
// What the programs answer, worked out from the rows in the plainest way: a map and a loop each, and nothing of the
// product. Order matters only within a partition.
#include <map>
#include <string>
#include <vector>

#include "tests/sim/events.h"
#include "tests/sim/visible_table.h"

namespace sluice::sim {

// By sink.
using Tables = std::map<std::string, Table>;

Tables filtered_rows(const Inputs& inputs);
// COUNT(*), COUNT(v), SUM(v), MIN(v), MAX(v), AVG(v) per k, of the table `src`.
Tables statistics_per_key(const Inputs& inputs);
Tables distinct_values_per_key(const Inputs& inputs);
// Keys by how many rows they have.
Tables histogram_of_counts(const Inputs& inputs);
Tables distinct_pairs(const Inputs& inputs);
Tables last_row_by_time(const Inputs& inputs);
Tables first_row_by_time(const Inputs& inputs);
Tables last_row_by_arrival(const Inputs& inputs);
Tables first_row_by_arrival(const Inputs& inputs);
Tables newest_row_per_key(const Inputs& inputs);
Tables statistics_of_newest_rows(const Inputs& inputs);
Tables union_per_key(const Inputs& inputs);
Tables two_sinks(const Inputs& inputs);
Tables rows_by_bucket(const Inputs& inputs);
Tables filtered_values_per_key(const Inputs& inputs);

constexpr int64_t kWindowMs = 4000;

// Windows of which rows may have come late: problems, if what is visible cannot be right for any order of arrival.
std::vector<std::string> check_windows(const Inputs& inputs, const Tables& visible);
// Windows of the wall clock: only the sums over all windows are known.
std::vector<std::string> check_clock_windows(const Inputs& inputs, const Tables& visible);

}  // namespace sluice::sim
