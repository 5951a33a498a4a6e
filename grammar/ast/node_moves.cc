#include "grammar/ast/statement.h"

namespace sluice::ast {

SLUICE_DEFINE_MOVES(TypeKind)
SLUICE_DEFINE_MOVES(ExprKind)
SLUICE_DEFINE_MOVES(TableRefKind)
SLUICE_DEFINE_MOVES(QueryBody)
SLUICE_DEFINE_MOVES(AlterChange)
SLUICE_DEFINE_MOVES(StatementKind)

}  // namespace sluice::ast
