#pragma once
// What is simulated: SQL programs with the shape of their data and what must come out. To add one: a row here, and its
// model in models.cc.
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/events.h"
#include "tests/sim/models.h"
#include "tests/sim/visible_table.h"

namespace sluice::sim {

struct Program {
  std::string name;
  std::vector<TopicSpec> topics;
  std::vector<SinkSpec> sinks;
  std::string query;  // The INSERT or statement set; tables are declared from topics and sinks.
  std::vector<std::pair<std::string, std::string>> sink_columns;  // Per sink its column list and its options.
  Tables (*model)(const Inputs&) = nullptr;
  std::vector<std::string> (*check)(const Inputs&, const Tables&) = nullptr;  // Instead of a model.
  bool takes_mini_batch = true;
  bool is_endless = false;      // The clock decides what comes out: the job is stopped, it does not end.
  bool allows_idleness = true;  // No row is dropped because a partition was taken for idle.
};

const std::vector<Program>& programs();

constexpr const char* kFilesIn = "/data/in";
constexpr const char* kFilesOut = "/data/out";

// CREATE TABLE statements and the query.
std::string script_of(const Program& program, bool bounded);

}  // namespace sluice::sim
