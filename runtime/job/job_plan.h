#pragma once
// A JobGraph with its parallelism decided and its settings read: what does not change between attempts.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/objects/settings.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/job/embedded_engine.h"

namespace sluice::runtime {

// The sinks of an attempt by uid: their writers, publish and recover.
using SinkTable = std::map<std::string, std::shared_ptr<SinkConnector>>;
// Its sources by uid, as they enumerate splits and hear of checkpoints; subtasks have their own.
using SourceTable = std::map<std::string, std::shared_ptr<SourceConnector>>;

struct JobPlan {
  jobgraph::JobGraph graph;
  Settings settings;
  JobOptions options;
  uint32_t parallelism = 1;
  std::string job_id;
  std::string time_zone;  // table.local-time-zone; known to exist.

  bool is_bounded = true;
  bool has_transactional_sink = false;
  bool needs_final_checkpoint = false;
  // Whether checkpoints can be taken at all: periodic ones, a savepoint, a final one.
  bool takes_checkpoints = false;
  bool takes_final_checkpoint = false;
  int64_t checkpoint_interval_ms = 0;  // 0: no periodic ones.
  std::vector<std::string> warnings;

  const jobgraph::Operator* find(uint32_t id) const;
  uint32_t parallelism_of(const jobgraph::Fragment& fragment) const;
};

// Opens every connector once, to know whether the job ends and how its sinks publish.
Result<std::shared_ptr<const JobPlan>> make_job_plan(const EngineOptions& engine, jobgraph::JobGraph graph,
                                                     JobOptions options);

// What connectors are made with.
ConnectorContext connector_context(const EngineOptions& engine, const JobPlan& plan, const jobgraph::Operator& op,
                                   BufferPool* buffers, const SessionContext* session);
Result<std::unique_ptr<SourceConnector>> make_source(const EngineOptions& engine, const jobgraph::Operator& op,
                                                     const ConnectorContext& context);
Result<std::unique_ptr<SinkConnector>> make_sink(const EngineOptions& engine, const JobPlan& plan,
                                                 const jobgraph::Operator& op, const ConnectorContext& context);

}  // namespace sluice::runtime
