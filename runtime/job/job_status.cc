#include "runtime/job/job_status.h"

namespace sluice::runtime {

std::string_view text_of(JobState state) {
  constexpr std::string_view kText[] = {"created",    "starting", "running", "restarting", "stopping",
                                        "cancelling", "finished", "failed",  "cancelled",  "stopped"};
  return kText[static_cast<size_t>(state)];
}

}  // namespace sluice::runtime
