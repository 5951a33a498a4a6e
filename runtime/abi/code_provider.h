#pragma once
// Where kernel bundles come from. Implemented by runtime/interp (always there) and by codegen (LLVM, tiers); whoever
// composes the process hands one in.
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/expr/expr.h"
#include "runtime/abi/kernels.h"

namespace sluice::runtime {

struct PipelineSpec {
  RowSchema input;
  std::vector<Expr> condition;  // Empty, or one BOOLEAN; a row passes when it is TRUE.
  std::vector<Expr> computed;   // Computed output columns; pass-through columns are not among them.
};

struct KeySpec {
  RowSchema input;
  std::vector<uint32_t> columns;  // Fields 0..n of the packed row, in this order.
  StateRowLayout layout;          // Of the whole packed row.
};

// One aggregate call. `arguments`, `filter` and the retract flag decide the accumulator fields: see
// catalog/functions/aggregate_decl.h, which both evaluators and the planner read.
struct AggregateCall {
  std::string function;  // "COUNT", "SUM", "AVG", "MIN", "MAX", "$SUM0"
  uint32_t version = 1;
  std::vector<uint32_t> arguments;  // Columns of the input; empty for COUNT(*).
  std::vector<Type> argument_types;
  int32_t filter = -1;  // BOOLEAN column of the input: only rows where it is TRUE count; -1 is none.
  bool distinct = false;
  bool retracts = false;  // The input may take rows back.
  Type result;
  bool operator==(const AggregateCall&) const = default;
};

struct AggSpec {
  RowSchema input;
  std::vector<AggregateCall> calls;
  std::vector<uint32_t> fields;         // Per call the first of its accumulator fields in the packed row.
  std::vector<uint32_t> merge_columns;  // Per call the first of its accumulator columns in the input of `merge`.
  StateRowLayout layout;
};

struct RowSpec {
  RowSchema input;
  std::vector<uint32_t> columns;
  uint32_t first_field = 0;
  StateRowLayout layout;
};

// A bundle that may be replaced by better code between two batches. Read `current()` once per batch; what it points to
// stays alive as long as the handle.
template <class Kernels>
class KernelHandle {
 public:
  virtual ~KernelHandle() = default;
  const Kernels& current() const { return *current_.load(std::memory_order_acquire); }

 protected:
  void swap_in(const Kernels* kernels) { current_.store(kernels, std::memory_order_release); }

 private:
  std::atomic<const Kernels*> current_{nullptr};
};

template <class Kernels>
using KernelRef = std::shared_ptr<const KernelHandle<Kernels>>;

class CodeProvider {
 public:
  virtual ~CodeProvider() = default;
  virtual Result<KernelRef<PipelineKernel>> pipeline(const PipelineSpec& spec) = 0;
  virtual Result<KernelRef<KeyKernels>> key(const KeySpec& spec) = 0;
  virtual Result<KernelRef<AggKernels>> aggregates(const AggSpec& spec) = 0;
  virtual Result<KernelRef<RowKernels>> rows(const RowSpec& spec) = 0;
  // Blocks until everything asked for so far runs in its best tier; for benchmarks and tests, not for tasks.
  virtual void wait_until_optimized() {}
  // Milliseconds spent compiling so far, all threads.
  virtual double compile_ms() const { return 0; }
};

}  // namespace sluice::runtime
