#pragma once
// Evaluates expressions over whole batches, one vector at a time: the reference for generated code, and what runs until
// that is ready. A vector has its results at the rows of the batch they belong to, so that AND, OR, CASE and COALESCE
// narrow the selection and nothing is moved.
#include <memory>
#include <span>
#include <vector>

#include "base/kernel_context.h"
#include "base/result.h"
#include "catalog/expr/expr.h"

namespace sluice {

// Expressions over one schema, ready to run. Immutable; may be evaluated by several threads at once.
class Program {
 public:
  // `schema` are the columns that ColumnRefs name. Fails with NotSupportedYet for a form that cannot be interpreted.
  static Result<std::shared_ptr<const Program>> compile(std::span<const Expr> exprs, const RowSchema& schema);
  ~Program();
  Program(const Program&) = delete;

  // Computes every expression for the selected rows (null: rows 0..count of the columns, at most kBatchRowsMax) and
  // writes result i of expression e densely to row i of out[e]. Strings may point into the heaps of the input, into
  // constants of the program, or into the context's arena. When a row failed, context.error holds the row of the input
  // and the call site, and the output means nothing.
  void evaluate(KernelContext& context, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                MutableColumn* out) const;
  // The selected rows for which expression 0, a BOOLEAN, is TRUE, in order; returns their number. `passed` has room for
  // `count` and may be `selection` itself.
  uint32_t filter(KernelContext& context, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                  uint32_t* passed) const;

  // The expression that RowError::call_site names: its span and function for the message.
  const Expr& call_site(uint32_t index) const;

 private:
  Program();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The value of an expression without columns. Fails with ConstantFails, which carries the expression's span.
Result<Value> fold(const Expr& expr, const SessionContext& session);

// Whether the expression can be computed once when the job is compiled: no column, and only Pure functions.
[[nodiscard]] bool is_foldable(const Expr& expr);

}  // namespace sluice
