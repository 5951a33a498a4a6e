#pragma once
// A script's life behind every front end: compile, submit, stream. Front ends translate to this and decide nothing.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/placed_error.h"
#include "catalog/objects/catalog.h"
#include "gateway/jobs/job_registry.h"
#include "planner/script/compile.h"

namespace sluice::gateway {

struct ScriptRequest {
  planner::ScriptParts parts;
  uint32_t parallelism = 0;  // 0: `parallelism.default`.
  std::string restore_from;  // Empty or none, latest, or a path.
  bool is_detached = false;  // SELECTs are started and not read.
};

// Who reads a result. Calls come from the thread that runs the script, one after another; false says that the reader
// has gone. A call may block, which pauses the job.
class ResultListener {
 public:
  virtual ~ResultListener() = default;
  virtual bool is_gone() const = 0;
  // `is_read`: its changes follow, and then its end.
  virtual bool on_job_started(const JobView& job, const RowSchema& columns, bool is_read) = 0;
  virtual bool on_changes(const runtime::ResultRows& rows) = 0;
  virtual bool on_restarted(const runtime::ResultRestarted& restarted) = 0;
  virtual bool on_job_ended(const JobView& job) = 0;
};

// Who has sent a script.
class ScriptListener : public ResultListener {
 public:
  // All that is wrong with the script, in the order of its text; nothing was started, and nothing else comes.
  virtual void on_rejected(const std::vector<PlacedError>& errors) = 0;
  virtual bool on_table(const RowSchema& columns, const std::vector<ValueList>& rows) = 0;  // Of SHOW, DESCRIBE, SET.
  virtual bool on_text(const std::string& text) = 0;                                        // Of EXPLAIN.
};

// What one client has declared and set. Not thread-safe.
class Session {
 public:
  explicit Session(JobRegistry& jobs) : jobs_(jobs) {}

  // Compiles the script as a whole and runs its statements in their order. Returns when everything has been started
  // and its SELECTs have ended, or when the listener has gone, which cancels the SELECT that it was reading. A failure
  // is the world's, and says why the statements behind were not run; what was started before goes on.
  Status execute(const ScriptRequest& request, ScriptListener& listener);

 private:
  struct Compiled;
  Result<bool> run_statement(planner::CompiledStatement& statement, const ScriptRequest& request,
                             const Compiled& script, ScriptListener& listener);
  Result<bool> run_job(planner::CompiledJob& job, const ScriptRequest& request, const Compiled& script,
                       ScriptListener& listener);

  JobRegistry& jobs_;
  Catalog catalog_;
  Settings settings_;
};

// Hands the result of a SELECT to the listener, until its end or until the listener has gone (false). Acknowledges what
// the listener has taken. Without `from`: what was not delivered to a reader yet. Fails when there is no such result.
Result<bool> stream_result(TrackedJob& job, std::optional<uint64_t> from, const RowSchema* columns,
                           ResultListener& listener);

}  // namespace sluice::gateway
