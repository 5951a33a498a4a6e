#pragma once
// Calls of a library that the condition and the computed columns both make. The condition keeps what such a call gave
// for a row, and the columns ask the library only for rows where the condition did not.
#include <functional>
#include <optional>

#include "base/column_abi.h"
#include "codegen/expr/row_scope.h"

namespace sluice::codegen {

struct SharedCalls {
  std::vector<const Expr*> calls;  // No two are equal.

  std::optional<uint32_t> position_of(const Expr& call) const;
};
SharedCalls shared_calls_of(const std::vector<Expr>& condition, const std::vector<Expr>& computed);

// Bytes of scratch memory per shared call: a value of up to 16 bytes and a state for every row of a batch.
inline constexpr uint64_t kSharedCallBytes = uint64_t{17} * kBatchRowsMax;

// The memory of shared calls, as one of the two sides sees it.
class SharedMemory {
 public:
  SharedMemory(SharedCalls calls, llvm::Value* memory, bool keeps)
      : calls_(std::move(calls)), memory_(memory), keeps_(keeps) {}

  // No call is known for any row. Comes before both sides.
  static void clear(Builder& b, const SharedCalls& calls, llvm::Value* memory);
  bool holds(const Expr& call) const { return calls_.position_of(call).has_value(); }
  // What `make` gives; kept, or taken from what was kept.
  SqlValue value_of(Builder& b, const Expr& call, llvm::Value* row, llvm::function_ref<SqlValue()> make) const;

 private:
  struct Place {
    llvm::Value* value;
    llvm::Value* state;
  };
  Place place_of(Builder& b, const Expr& call, llvm::Value* row) const;

  SharedCalls calls_;
  llvm::Value* memory_;
  bool keeps_;
};

}  // namespace sluice::codegen
