#pragma once
// Names that mean something in Flink, so that one which is not built yet is told from one that does not exist.
#include <string_view>

namespace sluice::planner {

bool is_function_of_flink(std::string_view upper_name);
bool is_aggregate_of_flink(std::string_view upper_name);  // Ranking functions included.
// TUMBLE(..) and its like in GROUP BY, and TUMBLE_START and its like beside them.
// Exists only OVER a window: ROW_NUMBER, LAG and their like.
bool is_window_function(std::string_view upper_name);
bool is_group_window_function(std::string_view upper_name);

}  // namespace sluice::planner
