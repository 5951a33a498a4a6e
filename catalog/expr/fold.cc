#include <algorithm>

#include "catalog/expr/interpreter.h"
#include "catalog/functions/function_table.h"
#include "catalog/types/column_value.h"
#include "catalog/types/owned_column.h"

namespace sluice {

bool is_foldable(const Expr& expr) {
  if (expr.as<ColumnRef>() != nullptr || expr.type.is_invalid()) return false;
  constexpr int32_t kPaddedMax = 1 << 20;  // A literal of that many blanks helps nobody.
  bool is_padded = expr.type.is(TypeRoot::Char) || expr.type.is(TypeRoot::Binary);
  if (is_padded && expr.type.length() > kPaddedMax) return false;
  if (auto* call = expr.as<Call>()) {
    const FunctionDecl* decl = find_function(call->function);
    if (decl == nullptr || decl->volatility != Volatility::Pure) return false;
  }
  return std::ranges::all_of(expr.args, is_foldable);
}

Result<Value> fold(const Expr& expr, const SessionContext& session) {
  if (auto* literal = expr.as<Literal>()) return literal->value;
  SLUICE_TRY(auto program, Program::compile({&expr, 1}, {}));
  BufferPool pool;
  Arena arena(pool);
  OwnedColumn out(expr.type, 1);
  KernelContext context;
  context.arena = &arena;
  context.session = &session;
  context.grow_context = &out;
  context.grow = [](KernelContext* own, MutableColumn* column, uint32_t rows) {
    static_cast<OwnedColumn*>(own->grow_context)->grow(column, rows);
  };
  program->evaluate(context, nullptr, nullptr, 1, &out.column());
  if (context.error) {
    std::string reason = context.error.reason_size > 0 ? std::string(context.error.reason, context.error.reason_size)
                                                       : std::string(context.error.reason);
    return fail(ErrorCode::ConstantFails, program->call_site(context.error.call_site).span,
                "a constant expression fails: {}", reason);
  }
  return value_at(out.view(1), expr.type, 0);
}

}  // namespace sluice
