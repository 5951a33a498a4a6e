#pragma once
// What jobs of a gateway are given. Outlives them.
#include <string>

#include "base/env/env.h"

namespace sluice::gateway {

class JobStore;

struct JobHost {
  Env env;
  JobStore* store = nullptr;
  std::string executable;    // `sluice`, which becomes the worker.
  std::string object_cache;  // Directory of compiled objects, shared by all workers.
};

}  // namespace sluice::gateway
