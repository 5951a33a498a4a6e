#pragma once
// Random expressions whose grammar is the function table: columns and literals first, then calls and forms over what is
// already there, whatever resolves.
#include <algorithm>
#include <string>
#include <vector>

#include "catalog/expr/expr.h"
#include "catalog/functions/function_table.h"
#include "tests/unit/codegen/random_rows.h"

namespace sluice::testing {

class RandomExprs {
 public:
  RandomExprs(RandomRows& random, const RowSchema& schema) : random_(random) {
    for (uint32_t i = 0; i < schema.size(); ++i) pool_.push_back(column(i, schema[i].type));
    for (const Type& type : RandomRows::scalar_types()) {
      Value value = random.value(type);
      pool_.push_back(literal(value, type.with_nullability(value.is_null())));
    }
  }

  void grow(uint32_t steps) {
    for (uint32_t i = 0; i < steps; ++i) add_one();
  }
  // The last made come first, because they are the deepest.
  std::vector<Expr> of_type(TypeRoot root, size_t most) const {
    std::vector<Expr> out;
    for (auto it = pool_.rbegin(); it != pool_.rend() && out.size() < most; ++it) {
      if (it->type.is(root)) out.push_back(*it);
    }
    return out;
  }
  std::vector<Expr> any(size_t count) {
    std::vector<Expr> out;
    for (size_t i = 0; i < count; ++i) out.push_back(pool_[pool_.size() - 1 - random_.below(half())]);
    return out;
  }

 private:
  uint32_t half() const { return static_cast<uint32_t>(pool_.size() + 1) / 2; }
  const Expr& pick() { return pool_[random_.below(static_cast<uint32_t>(pool_.size()))]; }
  static bool is_nested(const Type& type) { return type.child_count() > 0; }

  void add(Expr expr) {
    if (depth_of(expr) <= 6 && !is_nested(expr.type) && expr.type.physical() != Physical::None) {
      pool_.push_back(std::move(expr));
    }
  }
  static int depth_of(const Expr& expr) {
    int deepest = 0;
    for (const Expr& arg : expr.args) deepest = std::max(deepest, depth_of(arg));
    return deepest + 1;
  }

  void add_one() {
    switch (random_.below(8)) {
      case 0:
        return add_cast();
      case 1:
        return add_junction();
      case 2:
        return add_choice();
      default:
        return add_call();
    }
  }

  void add_cast() {
    auto types = RandomRows::scalar_types();
    auto made = make_cast(pick(), types[random_.below(static_cast<uint32_t>(types.size()))], {}, random_.one_in(2));
    if (made) add(*std::move(made));
  }

  void add_junction() {
    std::vector<Expr> booleans = of_type(TypeRoot::Boolean, 12);
    if (booleans.size() < 2) return;
    Expr expr{Special{random_.one_in(2) ? Form::And : Form::Or}, Type::boolean(), {}, {}};
    uint32_t count = 2 + random_.below(3);
    bool nullable = false;
    for (uint32_t i = 0; i < count; ++i) {
      expr.args.push_back(booleans[random_.below(static_cast<uint32_t>(booleans.size()))]);
      nullable |= expr.args.back().type.nullable();
    }
    expr.type = Type::boolean().with_nullability(nullable);
    add(std::move(expr));
  }

  // CASE and COALESCE over values of one type.
  void add_choice() {
    Type type = pick().type;
    std::vector<Expr> values;
    for (const Expr& expr : pool_) {
      if (expr.type.equals_ignoring_nullability(type)) values.push_back(expr);
    }
    auto any_value = [&] { return values[random_.below(static_cast<uint32_t>(values.size()))]; };
    std::vector<Expr> conditions = of_type(TypeRoot::Boolean, 20);
    Expr expr{Special{Form::Coalesce}, type, {}, {}};
    bool is_case = random_.one_in(2) && !conditions.empty();
    uint32_t count = 1 + random_.below(3);
    bool nullable = is_case ? false : true;
    for (uint32_t i = 0; i < count; ++i) {
      if (is_case) expr.args.push_back(conditions[random_.below(static_cast<uint32_t>(conditions.size()))]);
      expr.args.push_back(any_value());
      nullable = is_case ? nullable || expr.args.back().type.nullable() : nullable && expr.args.back().type.nullable();
    }
    if (is_case) {
      expr.kind = Special{Form::Case};
      expr.args.push_back(any_value());
      nullable |= expr.args.back().type.nullable();
    }
    expr.type = type.with_nullability(nullable);
    add(std::move(expr));
  }

  void add_call() {
    const auto& table = function_table();
    const FunctionDecl& function = table[random_.below(static_cast<uint32_t>(table.size()))];
    if (function.volatility != Volatility::Pure || function.overloads.empty()) return;
    // The planner alone calls these, and only with what it has checked.
    if (function.name.find('$') != std::string_view::npos) return;
    // A random length of these is gigabytes per row.
    for (std::string_view huge : {"LPAD", "RPAD", "REPEAT", "SPACE"}) {
      if (function.name == huge) return;
    }
    const Overload& overload = function.overloads[random_.below(static_cast<uint32_t>(function.overloads.size()))];
    std::vector<Expr> args;
    for (ArgClass arg_class : overload.args) {
      std::vector<const Expr*> fitting;
      for (const Expr& expr : pool_) {
        if (accepts(arg_class, expr.type)) fitting.push_back(&expr);
      }
      if (fitting.empty()) return;
      args.push_back(*fitting[random_.below(static_cast<uint32_t>(fitting.size()))]);
    }
    auto made = make_call(function.name, std::move(args), {});
    if (made) add(*std::move(made));
  }

  RandomRows& random_;
  std::vector<Expr> pool_;
};

}  // namespace sluice::testing
