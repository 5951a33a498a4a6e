#pragma once
// Which exit code an error of a job or a call means, and how one without a place in a text is told.
#include <fmt/format.h>

#include "base/result.h"
#include "tools/sluice/commands.h"

namespace sluice::tools {

inline int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::RowExpressionFailed:
    case ErrorCode::NullInNotNullColumn:
    case ErrorCode::NotSupportedYet:
      return kStatementFailed;
    default:
      return static_cast<int>(code) < 2000 ? kStatementFailed : kWorldFailed;
  }
}

// Writes the error to standard error and gives the exit code for it.
inline int report(const Error& error) {
  fmt::print(stderr, "sluice: {}\n", error.message);
  if (!error.hint.empty()) fmt::print(stderr, "  hint: {}\n", error.hint);
  return exit_code_of(error.code);
}

}  // namespace sluice::tools
