#pragma once
// What an `.slt` file talks to: a catalog made by its statements, and its queries as jobs in a simulated environment
// with virtual time, files in memory and crashes on demand.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "planner/script/compile.h"
#include "runtime/connectors/values/store.h"
#include "runtime/job/embedded_engine.h"
#include "tests/sim/memory_file_system.h"
#include "tests/sim/sim_env.h"

namespace sluice::slt {

// How a file is run again, and what must stay the same.
struct Mode {
  std::string name = "base";
  bool jit = true;
  uint32_t batch_rows_max = kBatchRowsMax;
  uint32_t channel_capacity = 8;
  bool spills = false;  // State beyond the budget goes to disk.
  bool crashes_after_every_step = false;
  bool rescales_after_every_step = false;       // 1 -> 2 -> 3 -> 1
  std::map<std::string, std::string> settings;  // On top of the file's own.
  bool compares_tables_only = false;            // The final table stays, the changelog need not.
};
const std::vector<Mode>& modes();

class World {
 public:
  World(const Mode& mode, runtime::CodeProvider& code, uint64_t seed);
  ~World();

  // A statement without rows of its own; the diagnostics are those of this statement.
  bool statement(const std::string& sql, Diagnostics& diagnostics, SourceText& source);
  Status start_query(const std::string& name, const std::string& sql);
  Result<std::string> plan(const std::string& name, const std::string& stage);
  Status feed(const std::string& table, const std::vector<std::string>& lines);
  // Runs until quiet and shows what the sinks got since the last call.
  Result<std::map<std::string, std::vector<runtime::TableChange>>> settle();
  Status close_inputs();
  Status crash();
  Status restart(uint32_t parallelism);
  void advance(int64_t ms);
  Result<std::vector<runtime::TableChange>> changes_of(const std::string& name) const;
  Result<uint64_t> metric(const std::string& name, const std::string& metric) const;
  const RowSchema& columns_of(const std::string& name) const { return queries_.at(name).columns; }
  std::vector<std::string> query_names() const;

 private:
  struct Query {
    std::string sql;
    jobgraph::JobGraph graph;
    RowSchema columns;
    std::shared_ptr<runtime::Job> job;
    size_t shown = 0;  // Changes that were compared.
  };
  Status submit(Query& query, const std::string& name, bool restores);
  Status checkpoint(Query& query);
  std::string sink_path(const std::string& name) const { return "slt." + name; }

  Mode mode_;
  runtime::CodeProvider& code_;
  uint64_t seed_;
  uint32_t parallelism_ = 1;
  sim::MemoryFileSystem files_;
  std::unique_ptr<sim::SimEnv> env_;
  std::unique_ptr<runtime::EmbeddedEngine> engine_;
  runtime::ValuesStore store_;
  std::string script_;
  std::map<std::string, Query> queries_;
};

}  // namespace sluice::slt
