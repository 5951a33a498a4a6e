#pragma once
// Which checkpoints each job of a run stands on, as the simulation itself keeps book: what a sink refuses is held
// against it.
#include <map>
#include <string>

#include "tests/sim/broker.h"
#include "tests/sim/memory_file_system.h"

namespace sluice::sim {

class JobLines {
 public:
  // A job is going to start from this checkpoint or savepoint; empty: from its own newest one, or nothing.
  void start_from(MemoryFileSystem& disk, const Broker& broker, const std::string& path);
  // It has this id.
  void started(const std::string& job);
  // Whether rows are visible on which the start's checkpoint does not stand.
  bool may_be_refused() const { return may_be_refused_; }

 private:
  using Line = std::map<std::string, CheckpointId>;  // By job: up to which checkpoint.
  std::map<std::string, Line> lines_;
  Line next_;
  bool may_be_refused_ = false;
};

}  // namespace sluice::sim
