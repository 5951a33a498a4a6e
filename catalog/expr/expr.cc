#include "catalog/expr/expr.h"

namespace sluice {

SLUICE_DEFINE_COPIES(ExprKind)

}  // namespace sluice
