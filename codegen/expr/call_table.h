#pragma once
// The calls of a pipeline, and what they need at run time that must not be in code which outlives the process: prepared
// state and, for kernels that look for it there, the whole call context.
#include <memory>
#include <vector>

#include "catalog/expr/expr.h"
#include "catalog/functions/function_decl.h"

namespace sluice::codegen {

// `self` of a generated pipeline is data(): two pointers per call, its CallContext and its state.
class CallData {
 public:
  void add(const Expr& call);
  const void* const* data() const { return pointers_.data(); }

 private:
  std::vector<std::unique_ptr<CallSite>> sites_;
  std::vector<const void*> pointers_;
};

// The overload of a call, found again by name and types where the expression does not carry it; null when this build
// does not know it.
const Overload* overload_of(const Expr& call);

// The calls of a pipeline in the order in which emitters meet them: condition first, then the computed columns,
// arguments before the call itself.
struct CallTable {
  std::vector<const Expr*> calls;
  std::vector<uint32_t> sites;           // Per call its RowError::call_site: catalog/expr/call_site.h.
  std::vector<uint32_t> computed_sites;  // Of the computed columns themselves.
  uint32_t index_of(const Expr& call) const;
};
CallTable calls_of(const std::vector<Expr>& condition, const std::vector<Expr>& computed);

}  // namespace sluice::codegen
