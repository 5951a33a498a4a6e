#pragma once
// What an `.slt` file talks to: a catalog made by its statements, and its queries as jobs in a simulated environment
// with virtual time, files in memory and crashes on demand.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "planner/script/compile.h"
#include "runtime/connectors/values/store.h"
#include "tests/sim/job_world.h"

namespace sluice::slt {

// `SL1102 1:8 auctoin`: the code, the place from the first line of `text` in the source, and what stands there.
std::string place_of(const SourceText& source, const std::string& text, const Error& error);

class World {
 public:
  World(const sim::RunMode& mode, runtime::CodeProvider& code, uint64_t seed);

  // A statement without rows of its own; the diagnostics are those of this statement.
  bool statement(const std::string& sql, Diagnostics& diagnostics, SourceText& source);
  Status start_query(const std::string& name, const std::string& sql);
  Result<std::string> plan(const std::string& name, const std::string& stage);
  Status feed(const std::string& table, const std::vector<std::string>& lines);
  // A file on the simulated disk, durable.
  Status write_file(const std::string& path, const std::vector<std::string>& lines);
  // Runs until quiet and shows what the sinks got since the last call.
  Result<std::map<std::string, std::vector<runtime::TableChange>>> settle();
  void crash() { jobs_.crash(); }
  Status restart(uint32_t parallelism) { return jobs_.restart(parallelism); }
  void advance(int64_t ms) { jobs_.env().run_for_ms(ms); }
  Result<std::vector<runtime::TableChange>> changes_of(const std::string& name) const;
  Result<uint64_t> metric(const std::string& name, const std::string& metric) const;
  const RowSchema& columns_of(const std::string& name) const { return queries_.at(name).columns; }
  std::vector<std::string> query_names() const;
  // An error's code, its place from the beginning of the query's own text, and what stands there.
  std::string place_of(const std::string& name, const Error& error) const;
  void drop_query(const std::string& name);

 private:
  struct Query {
    std::string sql;
    SourceText source;  // The statements before it and its own.
    RowSchema columns;
    size_t shown = 0;  // Changes that were compared.
  };
  std::string sink_path(const std::string& name) const { return "slt." + name; }

  runtime::ValuesStore store_;
  sim::JobWorld jobs_;
  std::string script_;
  std::map<std::string, Query> queries_;
};

}  // namespace sluice::slt
