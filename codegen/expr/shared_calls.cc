#include "codegen/expr/shared_calls.h"

#include <algorithm>

#include "base/check.h"
#include "codegen/expr/call_table.h"
#include "codegen/expr/emit_expr.h"

namespace sluice::codegen {
namespace {

constexpr size_t kSharedCallsMax = 4;
// States of a row.
constexpr uint8_t kUnknown = 0, kValue = 1, kNull = 2;

bool is_library_call(const Expr& expr) {
  if (expr.as<Call>() == nullptr || !can_emit(expr) || !is_repeatable(expr)) return false;
  const Overload& overload = *overload_of(expr);
  return !overload.inlinable && !overload.errors_are_null;
}

void collect_library_calls(const Expr& expr, std::vector<const Expr*>& calls) {
  if (is_library_call(expr) && std::ranges::none_of(calls, [&](const Expr* known) { return *known == expr; })) {
    calls.push_back(&expr);
  }
  for (const Expr& arg : expr.args) collect_library_calls(arg, calls);
}

}  // namespace

std::optional<uint32_t> SharedCalls::position_of(const Expr& call) const {
  auto found = std::ranges::find_if(calls, [&](const Expr* known) { return *known == call; });
  if (found == calls.end()) return {};
  return static_cast<uint32_t>(found - calls.begin());
}

SharedCalls shared_calls_of(const std::vector<Expr>& condition, const std::vector<Expr>& computed) {
  std::vector<const Expr*> first, second;
  for (const Expr& expr : condition) collect_library_calls(expr, first);
  for (const Expr& expr : computed) collect_library_calls(expr, second);
  SharedCalls out;
  for (const Expr* call : first) {
    bool again = std::ranges::any_of(second, [&](const Expr* other) { return *other == *call; });
    if (again && out.calls.size() < kSharedCallsMax) out.calls.push_back(call);
  }
  return out;
}

void SharedMemory::clear(Builder& b, const SharedCalls& calls, llvm::Value* memory) {
  for (size_t i = 0; i < calls.calls.size(); ++i) {
    llvm::Value* states = byte_address(b, memory, i * kSharedCallBytes + uint64_t{16} * kBatchRowsMax);
    b.CreateMemSet(states, b.getInt8(kUnknown), uint64_t{kBatchRowsMax}, llvm::Align(1));
  }
}

SharedMemory::Place SharedMemory::place_of(Builder& b, const Expr& call, llvm::Value* row) const {
  std::optional<uint32_t> position = calls_.position_of(call);
  SLUICE_CHECK(position.has_value());
  llvm::Value* values = byte_address(b, memory_, *position * kSharedCallBytes);
  llvm::Value* states = byte_address(b, values, uint64_t{16} * kBatchRowsMax);
  return {element_address(b, call.type.physical(), values, row), b.CreateInBoundsGEP(b.getInt8Ty(), states, row)};
}

SqlValue SharedMemory::value_of(Builder& b, const Expr& call, llvm::Value* row,
                                llvm::function_ref<SqlValue()> make) const {
  Physical physical = call.type.physical();
  Place place = place_of(b, call, row);
  if (keeps_) {
    SqlValue value = make();
    store_value(b, physical, value.value, place.value);
    b.CreateStore(b.CreateSelect(null_flag(b, value), b.getInt8(kNull), b.getInt8(kValue)), place.state);
    return value;
  }
  auto* function = b.GetInsertBlock()->getParent();
  auto* kept = llvm::BasicBlock::Create(b.getContext(), "kept", function);
  auto* fresh = llvm::BasicBlock::Create(b.getContext(), "fresh", function);
  auto* done = llvm::BasicBlock::Create(b.getContext(), "shared.done", function);
  llvm::Value* state = b.CreateLoad(b.getInt8Ty(), place.state);
  b.CreateCondBr(b.CreateICmpEQ(state, b.getInt8(kUnknown)), fresh, kept);

  b.SetInsertPoint(kept);
  llvm::Value* kept_value = load_value(b, physical, place.value);
  llvm::Value* kept_null = b.CreateICmpEQ(state, b.getInt8(kNull));
  auto* kept_end = b.GetInsertBlock();
  b.CreateBr(done);

  b.SetInsertPoint(fresh);
  SqlValue made = make();
  auto* fresh_end = b.GetInsertBlock();
  b.CreateBr(done);

  b.SetInsertPoint(done);
  auto* value = b.CreatePHI(made.value->getType(), 2);
  value->addIncoming(kept_value, kept_end);
  value->addIncoming(made.value, fresh_end);
  auto* is_null = b.CreatePHI(b.getInt1Ty(), 2);
  is_null->addIncoming(kept_null, kept_end);
  is_null->addIncoming(null_flag(b, made), fresh_end);
  return {value, is_null};
}

}  // namespace sluice::codegen
