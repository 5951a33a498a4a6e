#include "codegen/expr/emit_expr.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/check.h"
#include "base/scalar_abi.h"
#include "catalog/functions/function_table.h"

namespace sluice::codegen {
namespace {

// One way to reach the end of a lazily evaluated form, with the value it has there.
struct Arrival {
  llvm::BasicBlock* block;
  SqlValue value;
};

// What is computed while it lives is reached by some rows only, and is unknown behind it.
class Branch {
 public:
  explicit Branch(ExprContext& context) : context_(context), known_(context.known.size()) {}
  Branch(const Branch&) = delete;
  ~Branch() { context_.known.resize(known_); }

 private:
  ExprContext& context_;
  size_t known_;
};

llvm::BasicBlock* new_block(ExprContext& c, const char* name) {
  return llvm::BasicBlock::Create(c.b.getContext(), name, c.b.GetInsertBlock()->getParent());
}

SqlValue merge(ExprContext& c, const std::vector<Arrival>& arrivals, llvm::BasicBlock* done) {
  c.b.SetInsertPoint(done);
  auto count = static_cast<unsigned>(arrivals.size());
  auto* value = c.b.CreatePHI(arrivals[0].value.value->getType(), count);
  bool nullable = std::ranges::any_of(arrivals, [](const Arrival& a) { return a.value.is_null != nullptr; });
  llvm::PHINode* is_null = nullable ? c.b.CreatePHI(c.b.getInt1Ty(), count) : nullptr;
  for (const Arrival& arrival : arrivals) {
    value->addIncoming(arrival.value.value, arrival.block);
    if (is_null != nullptr) is_null->addIncoming(null_flag(c.b, arrival.value), arrival.block);
  }
  return {value, is_null};
}

void arrive(ExprContext& c, std::vector<Arrival>& arrivals, const SqlValue& value, llvm::BasicBlock* done) {
  arrivals.push_back({c.b.GetInsertBlock(), value});
  c.b.CreateBr(done);
}

llvm::Value* is_true(Builder& b, const SqlValue& value) {
  return value.is_null == nullptr ? value.value : b.CreateAnd(value.value, b.CreateNot(value.is_null));
}

// AND and OR are one: `decisive` (FALSE for AND, TRUE for OR) wins over NULL, NULL over the other value.
SqlValue combine_junction(ExprContext& c, const std::vector<SqlValue>& args, bool decisive) {
  Builder& b = c.b;
  llvm::Value* decided = b.getFalse();
  llvm::Value* any_null = nullptr;
  for (const SqlValue& arg : args) {
    llvm::Value* hit = decisive ? arg.value : b.CreateNot(arg.value);
    if (arg.is_null != nullptr) {
      hit = b.CreateAnd(hit, b.CreateNot(arg.is_null));
      any_null = any_null == nullptr ? arg.is_null : b.CreateOr(any_null, arg.is_null);
    }
    decided = b.CreateOr(decided, hit);
  }
  SqlValue out;
  out.value = decisive ? decided : b.CreateNot(decided);
  if (any_null != nullptr) out.is_null = b.CreateAnd(any_null, b.CreateNot(decided));
  return out;
}

// IS NULL and IS NOT NULL take any type, so in the table they are kernels over columns; here they are a flag.
bool is_null_test(const Expr& expr) {
  return expr.args.size() == 1 && (expr.is_call("IS NULL") || expr.is_call("IS NOT NULL"));
}

// A kernel that sees the context may report to it; of these only the ones named here are known not to.
bool can_fail(const Expr& expr) {
  if (expr.as<Call>() != nullptr) {
    const Overload& overload = *overload_of(expr);
    bool only_allocates = overload.symbol == "sluice_lower" || overload.symbol == "sluice_upper";
    bool reports = overload.fallible || (overload.allocates && !only_allocates);
    if (reports && !is_null_test(expr)) return true;
  }
  return std::ranges::any_of(expr.args, can_fail);
}

// Rough and relative: a kernel that is not inlined is a library's work, one that allocates copies bytes.
uint32_t cost_of(const Expr& expr) {
  uint32_t cost = 0;
  for (const Expr& arg : expr.args) cost += cost_of(arg);
  if (expr.as<Call>() == nullptr || is_null_test(expr)) return cost;
  const Overload& overload = *overload_of(expr);
  return cost + (!overload.inlinable ? 100 : overload.allocates ? 20 : 1);
}

// The cheap arguments first, because they may decide; in the order as written where one could fail or differ.
std::vector<const Expr*> junction_order(const Expr& expr) {
  std::vector<const Expr*> order;
  for (const Expr& arg : expr.args) order.push_back(&arg);
  if (can_fail(expr) || !is_repeatable(expr)) return order;
  std::ranges::stable_sort(order, {}, [](const Expr* arg) { return cost_of(*arg); });
  return order;
}

// Arguments that are harmless on every row are computed together; a branch stands before each of the others.
SqlValue emit_junction(ExprContext& c, const Expr& expr, bool decisive) {
  if (is_speculatable(expr)) {
    std::vector<SqlValue> args;
    for (const Expr& arg : expr.args) args.push_back(emit_expr(c, arg));
    return combine_junction(c, args, decisive);
  }
  llvm::BasicBlock* done = new_block(c, "junction.done");
  std::vector<Arrival> arrivals;
  std::optional<Branch> rest;
  SqlValue so_far;
  std::vector<const Expr*> order = junction_order(expr);
  for (size_t i = 0; i < order.size(); ++i) {
    std::vector<SqlValue> group;
    if (so_far.value != nullptr) group.push_back(so_far);
    group.push_back(emit_expr(c, *order[i]));
    while (i + 1 < order.size() && is_speculatable(*order[i + 1])) {
      group.push_back(emit_expr(c, *order[++i]));
    }
    so_far = combine_junction(c, group, decisive);
    if (i + 1 == order.size()) break;
    llvm::Value* decided = is_true(c.b, {decisive ? so_far.value : c.b.CreateNot(so_far.value), so_far.is_null});
    llvm::BasicBlock* next = new_block(c, "junction.next");
    arrivals.push_back({c.b.GetInsertBlock(), {c.b.getInt1(decisive), nullptr}});
    c.b.CreateCondBr(decided, done, next);
    c.b.SetInsertPoint(next);
    if (!rest) rest.emplace(c);
  }
  arrive(c, arrivals, so_far, done);
  return merge(c, arrivals, done);
}

SqlValue select(ExprContext& c, llvm::Value* condition, const SqlValue& then, const SqlValue& otherwise) {
  SqlValue out;
  out.value = c.b.CreateSelect(condition, then.value, otherwise.value);
  if (then.is_null != nullptr || otherwise.is_null != nullptr) {
    out.is_null = c.b.CreateSelect(condition, null_flag(c.b, then), null_flag(c.b, otherwise));
  }
  return out;
}

SqlValue emit_case(ExprContext& c, const Expr& expr) {
  size_t last = expr.args.size() - 1;
  if (is_speculatable(expr)) {
    std::vector<SqlValue> args;
    for (const Expr& arg : expr.args) args.push_back(emit_expr(c, arg));
    SqlValue out = args[last];
    for (size_t i = last; i >= 2; i -= 2) out = select(c, is_true(c.b, args[i - 2]), args[i - 1], out);
    return out;
  }
  llvm::BasicBlock* done = new_block(c, "case.done");
  std::vector<Arrival> arrivals;
  std::optional<Branch> rest;
  for (size_t i = 0; i + 1 < expr.args.size(); i += 2) {
    llvm::Value* condition = is_true(c.b, emit_expr(c, expr.args[i]));
    if (!rest) rest.emplace(c);
    llvm::BasicBlock* then = new_block(c, "case.then");
    llvm::BasicBlock* next = new_block(c, "case.next");
    c.b.CreateCondBr(condition, then, next);
    c.b.SetInsertPoint(then);
    {
      Branch branch(c);
      arrive(c, arrivals, emit_expr(c, expr.args[i + 1]), done);
    }
    c.b.SetInsertPoint(next);
  }
  arrive(c, arrivals, emit_expr(c, expr.args[last]), done);
  return merge(c, arrivals, done);
}

SqlValue emit_coalesce(ExprContext& c, const Expr& expr) {
  if (is_speculatable(expr)) {
    std::vector<SqlValue> args;
    for (const Expr& arg : expr.args) args.push_back(emit_expr(c, arg));
    SqlValue out = args.back();
    for (size_t i = args.size() - 1; i-- > 0;) {
      if (args[i].is_null == nullptr) {
        out = args[i];
      } else {
        out = select(c, args[i].is_null, out, {args[i].value, nullptr});
      }
    }
    return out;
  }
  llvm::BasicBlock* done = new_block(c, "coalesce.done");
  std::vector<Arrival> arrivals;
  std::optional<Branch> rest;
  for (size_t i = 0; i < expr.args.size(); ++i) {
    SqlValue value = emit_expr(c, expr.args[i]);
    if (!rest) rest.emplace(c);
    if (value.is_null == nullptr || i + 1 == expr.args.size()) {
      arrive(c, arrivals, value, done);
      break;
    }
    llvm::BasicBlock* next = new_block(c, "coalesce.next");
    arrivals.push_back({c.b.GetInsertBlock(), {value.value, nullptr}});
    c.b.CreateCondBr(value.is_null, next, done);
    c.b.SetInsertPoint(next);
  }
  return merge(c, arrivals, done);
}

SqlValue emit_null_test(ExprContext& c, const Expr& expr) {
  ColumnPath path = path_of(expr.args[0]);
  llvm::Value* is_null = path.empty() ? emit_expr(c, expr.args[0]).is_null : c.rows.is_null(path);
  if (is_null == nullptr) is_null = c.b.getFalse();
  return {expr.is_call("IS NULL") ? is_null : c.b.CreateNot(is_null), nullptr};
}

// `text = 'short'`: views are equal when their 16 bytes are, as soon as one of them is inline. Looks at no other
// memory, so that it may run on every row. The position of the other argument, or nothing.
std::optional<size_t> compared_with_short_text(const Expr& expr) {
  if (expr.as<Call>() == nullptr || expr.args.size() != 2) return {};
  std::string_view symbol = overload_of(expr)->symbol;
  if (symbol != "sluice_eq_string" && symbol != "sluice_ne_string") return {};
  for (size_t i = 0; i < 2; ++i) {
    auto* text = expr.args[i].as<Literal>();
    if (text == nullptr || text->value.is_null()) continue;
    if (text->value.get<std::string>().size() <= StringView::kInlineMax) return 1 - i;
  }
  return {};
}

SqlValue emit_short_comparison(ExprContext& c, const Expr& expr, size_t other) {
  StringView text(expr.args[1 - other].as<Literal>()->value.get<std::string>());
  uint64_t words[2];
  std::memcpy(words, &text, 16);
  SqlValue value = emit_expr(c, expr.args[other]);
  llvm::Value* equal = c.b.getTrue();
  for (uint64_t word = 0; word < 2; ++word) {
    llvm::Value* bits =
        c.b.CreateAlignedLoad(c.b.getInt64Ty(), byte_address(c.b, value.value, word * 8), llvm::Align(8));
    equal = c.b.CreateAnd(equal, c.b.CreateICmpEQ(bits, c.b.getInt64(words[word])));
  }
  bool negates = overload_of(expr)->symbol == "sluice_ne_string";
  return {negates ? c.b.CreateNot(equal) : equal, value.is_null};
}

SqlValue emit_any_call(ExprContext& c, const Expr& expr) {
  if (is_null_test(expr)) return emit_null_test(c, expr);
  if (auto other = compared_with_short_text(expr)) return emit_short_comparison(c, expr, *other);
  for (const auto& [known, value] : c.known) {
    if (*known == expr) return value;
  }
  SqlValue value;
  if (c.shared != nullptr && c.shared->holds(expr)) {
    Branch unless_kept(c);
    value = c.shared->value_of(c.b, expr, c.rows.row(), [&] { return emit_call(c, expr); });
  } else {
    value = emit_call(c, expr);
  }
  if (is_repeatable(expr)) c.known.emplace_back(&expr, value);
  return value;
}

SqlValue emit_special(ExprContext& c, const Expr& expr) {
  switch (expr.as<Special>()->form) {
    case Form::And:
      return emit_junction(c, expr, false);
    case Form::Or:
      return emit_junction(c, expr, true);
    case Form::Case:
      return emit_case(c, expr);
    case Form::Coalesce:
      return emit_coalesce(c, expr);
  }
  SLUICE_UNREACHABLE("a form was added and not emitted");
}

}  // namespace

llvm::Value* null_flag(Builder& b, const SqlValue& value) {
  return value.is_null != nullptr ? value.is_null : b.getFalse();
}

bool is_repeatable(const Expr& expr) {
  if (auto* call = expr.as<Call>()) {
    const FunctionDecl* function = find_function(call->function);
    if (function == nullptr || function->volatility == Volatility::PerRow) return false;
  }
  return std::ranges::all_of(expr.args, is_repeatable);
}

bool can_emit(const Expr& expr) {
  if (is_null_test(expr)) return !path_of(expr.args[0]).empty() || can_emit(expr.args[0]);
  Physical physical = expr.type.physical();
  if (physical == Physical::None || is_nested(physical)) return false;
  if (expr.as<FieldRef>() != nullptr || expr.as<ColumnRef>() != nullptr) return !path_of(expr).empty();
  if (expr.as<Call>() != nullptr) {
    const Overload* overload = overload_of(expr);
    if (overload == nullptr || overload->is_column_kernel) return false;
  }
  return std::ranges::all_of(expr.args, [](const Expr& arg) { return can_emit(arg); });
}

bool is_speculatable(const Expr& expr) {
  if (is_null_test(expr)) return is_speculatable(expr.args[0]);
  if (auto other = compared_with_short_text(expr)) return is_speculatable(expr.args[*other]);
  if (expr.as<Call>() != nullptr && !overload_of(expr)->speculatable) return false;
  return std::ranges::all_of(expr.args, is_speculatable);
}

SqlValue emit_expr(ExprContext& context, const Expr& expr) {
  ColumnPath path = path_of(expr);
  if (!path.empty()) return context.rows.column(path);
  if (expr.as<Literal>() != nullptr) return emit_literal(context, expr);
  if (expr.as<Call>() != nullptr) return emit_any_call(context, expr);
  SLUICE_CHECK(expr.as<Special>() != nullptr);
  return emit_special(context, expr);
}

}  // namespace sluice::codegen
