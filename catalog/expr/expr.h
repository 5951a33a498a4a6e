#pragma once
// The typed expression IR: what the binder makes, rules rewrite, the JobGraph carries, and two evaluators compute (the
// interpreter beside this file, generated code in codegen/). Names and implicit casts are gone: every column is a
// position and every conversion a call.
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/large_variant.h"
#include "base/result.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice {

struct Overload;  // catalog/functions/function_decl.h

// A column of the input.
struct ColumnRef {
  uint32_t index = 0;
  bool operator==(const ColumnRef&) const = default;
};
// A field of a ROW: args[0] is the row.
struct FieldRef {
  uint32_t index = 0;
  bool operator==(const FieldRef&) const = default;
};
struct Literal {
  Value value;
  bool operator==(const Literal&) const = default;
};
// A call of a function of the table, overload resolved. A function is identified for ever by name, argument types and
// semantic version; the pointer is found again from these when a JobGraph is read. CAST and TRY_CAST are functions
// whose target is the result type.
struct Call {
  std::string function;  // Upper case, as declared: "CHAR_LENGTH", "+", "CAST".
  uint32_t version = 1;
  const Overload* overload = nullptr;
  bool operator==(const Call& other) const { return function == other.function && version == other.version; }
};
// Forms that evaluate an argument only for the rows which the others let through; a call that can fail is reached only
// by those rows.
enum class Form : uint8_t {
  And,       // n arguments, three-valued
  Or,        // n arguments, three-valued
  Case,      // condition, value, condition, value, ..., otherwise; all values have the result's type
  Coalesce,  // n arguments of the result's type
};
struct Special {
  Form form = Form::And;
  bool operator==(const Special&) const = default;
};

struct ExprKind : std::variant<ColumnRef, FieldRef, Literal, Call, Special> {
  SLUICE_COPIES_ELSEWHERE(ExprKind)
};
struct Expr {
  ExprKind kind;
  Type type;
  std::vector<Expr> args;
  SourceSpan span;  // Of the SQL it came from; not part of equality.

  bool operator==(const Expr& other) const { return kind == other.kind && type == other.type && args == other.args; }

  template <class K>
  const K* as() const {
    return std::get_if<K>(&kind);
  }
  bool is_call(std::string_view function) const {
    auto* call = as<Call>();
    return call != nullptr && call->function == function;
  }
};

inline Expr column(uint32_t index, Type type) { return {ColumnRef{index}, std::move(type), {}, {}}; }
inline Expr literal(Value value, Type type) { return {Literal{std::move(value)}, std::move(type), {}, {}}; }

// `$2`, `$2.price`, `CHAR_LENGTH($0)`, `($1 > 10)`: for plans and IR dumps.
std::string to_string(const Expr& expr);

}  // namespace sluice
