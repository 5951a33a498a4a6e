#include "codegen/expr/call_table.h"

#include "base/check.h"
#include "catalog/functions/function_table.h"

namespace sluice::codegen {

void CallData::add(const Expr& call) {
  std::vector<Type> types;
  std::vector<const Value*> constants;
  for (const Expr& arg : call.args) {
    types.push_back(arg.type);
    auto* literal = arg.as<Literal>();
    constants.push_back(literal != nullptr ? &literal->value : nullptr);
  }
  sites_.push_back(std::make_unique<CallSite>(*overload_of(call), PrepareArguments{{types, constants}, call.type}));
  pointers_.push_back(&sites_.back()->context());
  pointers_.push_back(sites_.back()->context().state);
}

const Overload* overload_of(const Expr& expr) {
  const Call& call = *expr.as<Call>();
  return call.overload != nullptr ? call.overload : find_overload(call, expr.args, expr.type);
}

uint32_t CallTable::index_of(const Expr& call) const {
  for (uint32_t i = 0; i < calls.size(); ++i) {
    if (calls[i] == &call) return i;
  }
  SLUICE_UNREACHABLE("every call was numbered before code is emitted");
}

namespace {

// `next_site` counts every node, calls or not.
void collect(const Expr& expr, uint32_t& next_site, CallTable& table) {
  for (const Expr& arg : expr.args) collect(arg, next_site, table);
  if (expr.as<Call>() != nullptr) {
    table.calls.push_back(&expr);
    table.sites.push_back(next_site);
  }
  ++next_site;
}

}  // namespace

CallTable calls_of(const std::vector<Expr>& condition, const std::vector<Expr>& computed) {
  CallTable table;
  uint32_t next_site = 0;
  for (const Expr& expr : condition) collect(expr, next_site, table);
  for (const Expr& expr : computed) {
    collect(expr, next_site, table);
    table.computed_sites.push_back(next_site - 1);
  }
  return table;
}

}  // namespace sluice::codegen
