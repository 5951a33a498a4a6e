#pragma once
// What is there for an operator while it runs.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/kernel_context.h"
#include "base/key_hash.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/abi/code_provider.h"
#include "runtime/operators/operator.h"
#include "runtime/state/state_tables.h"

namespace sluice::runtime {

class Metrics;  // runtime/task/metrics.h

struct OperatorContext {
  Env env;
  BufferPool* buffers = nullptr;
  Arena* arena = nullptr;            // Of the task; batches take the blocks they use.
  KernelContext* kernels = nullptr;  // Of the task, bound to the arena.
  CodeProvider* code = nullptr;
  OperatorState* state = nullptr;
  const jobgraph::Operator* op = nullptr;
  std::vector<RowSchema> inputs;
  uint32_t subtask = 0;
  uint32_t parallelism = 1;
  uint32_t max_parallelism = 128;
  KeyGroupRange key_groups;
  Metrics* metrics = nullptr;

  // on_timer will be called at or after this processing time (wall milliseconds).
  std::function<void(TimestampMs)> register_timer;
  // A function any thread may call later: the task then calls on_completion(token).
  std::function<std::function<void()>(uint64_t token)> make_completion;
};

}  // namespace sluice::runtime
