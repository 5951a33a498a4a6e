#pragma once
// Writes one segment file, run by run. Blocks; belongs on the State pool.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"
#include "runtime/checkpoint/segment_format.h"
#include "runtime/checkpoint/staged_file.h"
#include "runtime/checkpoint/state_handle.h"

namespace sluice::runtime {

class SegmentWriter {
 public:
  struct Options {
    std::string directory;
    std::string file;
    uint32_t max_parallelism = 128;
    KeyGroupRange groups;
    bool is_portable = false;
  };
  static Result<std::unique_ptr<SegmentWriter>> create(Env env, Options options);

  // The records of a run come in ascending sort_key, each key once. `owner` is noted with the blocks: see `discard`.
  void begin_run(uint32_t table, int64_t slice_end_ms, uint64_t owner);
  Status add(const RecordHeader& record);
  Status end_run();

  // The blocks written for this owner do not count.
  void discard(uint64_t owner);
  // Footer, trailer, sync of file and directory.
  Result<SegmentRef> finish(std::vector<SegmentTable> tables, std::vector<SegmentDrop> drops);

  uint64_t bytes() const { return file_->size(); }

 private:
  SegmentWriter(Env env, Options options) : env_(env), options_(std::move(options)) {}
  Status write_block();

  Env env_;
  Options options_;
  std::unique_ptr<StagedFile> file_;
  SegmentBlock block_;
  uint64_t owner_ = 0;
  uint32_t next_run_ = 0;
  std::string pending_;
  std::vector<SegmentBlock> blocks_;
  std::vector<uint64_t> owners_;  // Of the blocks.
};

}  // namespace sluice::runtime
