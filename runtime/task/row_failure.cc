#include <cstring>

#include "runtime/task/operator_context.h"

namespace sluice::runtime {

Failure row_failure(const jobgraph::Operator& op, const RowError& error) {
  size_t size = error.reason_size != 0 ? error.reason_size : std::strlen(error.reason);
  return fail(ErrorCode::RowExpressionFailed, "{} (in `{}`)", std::string_view(error.reason, size), op.name);
}

}  // namespace sluice::runtime
