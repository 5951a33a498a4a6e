#pragma once
// One Nexmark query as a job in this process, timed.
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/job/job_status.h"

namespace sluice::tools {

struct BenchArguments {
  std::string suite = "nexmark";
  std::vector<std::string> queries = {"q0", "q1", "q2", "q10", "q14", "q17", "q18", "q21", "q22"};
  int64_t events = 30'000'000;
  int64_t rate = 1'000'000;
  std::optional<int64_t> digest_events;  // All of them without it.
  uint32_t parallelism = 1;
  uint32_t repeat = 1;
  bool scaling = false;
  std::string checkpoint_interval = "1 s";
  std::vector<std::string> settings;
  std::string limit_program;
  std::string directory;  // For checkpoints and files; a new one below the temporary directory without it.
  bool json = false;
  uint32_t cores = 0;   // That the process may use; 0: all.
  bool single = false;  // In a process of its own: one query, its figures on standard output.
};

struct BenchRun {
  double seconds = 0;      // From the start of the job to the last row.
  double cpu_seconds = 0;  // Of the process.
  double compile_ms = 0;
  uint64_t rows = 0;
  uint64_t digest = 0;
  runtime::JobStatus status;
};

// Output is counted and goes nowhere; files are digested when the clock has stopped.
Result<BenchRun> run_timed(const BenchArguments& arguments, const std::string& query);
// The same events again for a digest of the rows; no times. Without rows (a query that writes files) the digest is 0.
Result<BenchRun> run_digested(const BenchArguments& arguments, const std::string& query);

}  // namespace sluice::tools
