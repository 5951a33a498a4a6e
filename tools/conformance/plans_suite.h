#pragma once
// Programs of queries.jsonl and table_programs.jsonl without running them: what Flink plans has to bind, with the same
// kinds of change at the sink and at every stateful operator; what it rejects has to be rejected for the same reason at
// the same place.
#include <string>
#include <vector>

#include "tools/conformance/outcome.h"
#include "tools/conformance/reasons.h"

namespace sluice::conformance {

struct PlanCase {
  // Bind: no error. Changelog: of a program that binds. Failing: an error that the reasons allow, where Flink saw it.
  enum class Question : uint8_t { Bind, Changelog, Failing };
  Question question = Question::Bind;
  std::string suite, id;
  std::string line;  // The record.
};

// Cases of `DIR/FILE`; programs that only fail while they run, or need what is not there (Java functions), are none.
std::vector<PlanCase> plan_cases(const std::string& directory, const std::string& file);
Outcome run_plan_case(const PlanCase& test, const Reasons& reasons);

}  // namespace sluice::conformance
