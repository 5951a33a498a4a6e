#pragma once
// Jobs as people and programs read them.
#include <cstdint>
#include <string>

#include "gateway/proto/job_codec.h"

namespace sluice::tools {

// created, running-empty, ...; `unknown` for a state that only a newer gateway knows.
std::string state_text(v1::JobState state);

// Aligned columns: id, name, state, age, restarts, rows.
std::string job_table(const v1::ListJobsResponse& jobs, int64_t now_ms);
// Everything about one job, a line for each thing.
std::string job_details(const v1::Job& job, int64_t now_ms);
// `select-1 finished: 5 rows in, 5 rows out, 0.12 s, 2 checkpoints`
std::string job_summary(const v1::Job& job);
// `continue with: sluice submit job.sql --from PATH`, with the gateway's address unless it is the default; empty when
// the job left no savepoint.
std::string continuation(const v1::Job& job, const std::string& address);

std::string job_json(const v1::Job& job);

}  // namespace sluice::tools
