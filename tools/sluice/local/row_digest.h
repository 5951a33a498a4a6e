#pragma once
// Digests of a query's output that do not depend on the order of rows: what the final table holds, as a sum.
#include "base/env/env.h"
#include "runtime/abi/batch.h"
#include "runtime/abi/code_provider.h"

namespace sluice::tools {

// Adds a hash per row that comes and takes it away for a row that goes.
class RowDigest {
 public:
  static Result<RowDigest> create(const RowSchema& columns);
  void add(const runtime::Batch& batch);
  uint64_t value() const { return sum_; }

 private:
  explicit RowDigest(runtime::KernelRef<runtime::KeyKernels> hasher) : hasher_(std::move(hasher)) {}

  runtime::KernelRef<runtime::KeyKernels> hasher_;
  uint64_t sum_ = 0;
};

// Of the lines of all files below a directory, each with the folder that its file is in. Files and folders whose names
// begin with `.` or `_` are no data.
Result<uint64_t> digest_of_files(FileSystem& files, const std::string& directory);

}  // namespace sluice::tools
