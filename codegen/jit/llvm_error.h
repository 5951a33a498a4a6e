#pragma once
// The adapter between LLVM's errors and ours.
#include <llvm/Support/Error.h>

#include <string>
#include <utility>

#include "base/result.h"

namespace sluice::codegen {

inline Failure failure_of(llvm::Error error) {
  return fail(ErrorCode::CodeGenerationFailed, "{}", llvm::toString(std::move(error)));
}

}  // namespace sluice::codegen

// SLUICE_TRY for llvm::Expected<T>.
#define SLUICE_TRY_LLVM(declaration, expression) \
  SLUICE_TRY_LLVM_IMPL(SLUICE_CAT(sluice_try_, __LINE__), declaration, expression)
#define SLUICE_TRY_LLVM_IMPL(result, declaration, expression)            \
  auto result = (expression);                                            \
  if (!result) return ::sluice::codegen::failure_of(result.takeError()); \
  declaration = std::move(*result)
