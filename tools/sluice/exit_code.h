#pragma once
// Which exit code an error of a job or a call means.
#include "base/error_code.h"
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

}  // namespace sluice::tools
