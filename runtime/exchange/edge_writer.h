#pragma once
// The writing end of an edge between two fragments: one channel per target subtask, and the rule that says which rows
// go where. Control elements go everywhere.
#include <cstdint>
#include <memory>
#include <vector>

#include "planner/jobgraph/jobgraph.h"
#include "runtime/abi/code_provider.h"
#include "runtime/exchange/channel.h"

namespace sluice::runtime {

class EdgeWriter {
 public:
  explicit EdgeWriter(std::vector<Channel*> targets) : targets_(std::move(targets)) {}
  virtual ~EdgeWriter() = default;

  // For one batch to every target.
  bool has_room() const {
    for (const Channel* target : targets_) {
      if (!target->has_room()) return false;
    }
    return true;
  }
  virtual void write(Batch batch) = 0;
  void write_control(const Element& element);

 protected:
  std::vector<Channel*> targets_;
};

struct EdgeWriterOptions {
  jobgraph::Distribution distribution = jobgraph::Distribution::Forward;
  RowSchema schema;
  std::vector<uint32_t> hash_columns;
  uint32_t subtask = 0;  // Of the writer.
  uint32_t max_parallelism = 128;
  BufferPool* buffers = nullptr;
  Arena* arena = nullptr;
  CodeProvider* code = nullptr;
};

// With one target, batches are handed over as they are, whatever the distribution.
Result<std::unique_ptr<EdgeWriter>> make_edge_writer(std::vector<Channel*> targets, const EdgeWriterOptions& options);

}  // namespace sluice::runtime
