#pragma once
// Expressions. Operators are calls by name, like every other function, so the binder has one table for both; literals
// keep their digits and text, because only the binder knows which type is wanted.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/large_variant.h"
#include "grammar/ast/name.h"
#include "grammar/ast/type.h"

namespace sluice::ast {

struct Expr;
struct Query;  // Complete in query.h, which whoever builds or destroys an expression includes.
using ExprPtr = std::unique_ptr<Expr>;
using QueryPtr = std::unique_ptr<Query>;

// a, a.b.c: whether a part is a table, a column or a field of a row is for the binder to decide.
struct ColumnRef {
  Name name;

  static void fields(auto& self, auto&& v) { v("name", self.name); }
};

// `*` and `t.*` as a select item, `*` as the argument of COUNT.
struct Star {
  std::optional<Name> qualifier;

  static void fields(auto& self, auto&& v) { v("qualifier", self.qualifier); }
};

struct NumberLiteral {
  std::string digits;  // 1, 1.50, .5, 1E3: as written, without a sign.

  static void fields(auto& self, auto&& v) { v("digits", self.digits); }
};
struct StringLiteral {
  std::string value;  // UTF-8, escapes of U&'' and E'' resolved.

  static void fields(auto& self, auto&& v) { v("value", self.value); }
};
struct BinaryLiteral {
  std::string hex;  // The digits of x'..', upper case, always an even number of them.

  static void fields(auto& self, auto&& v) { v("hex", self.hex); }
};
struct BooleanLiteral {
  std::optional<bool> value;  // Nothing for UNKNOWN.

  static void fields(auto& self, auto&& v) { v("value", self.value); }
};
struct NullLiteral {
  static void fields(auto&, auto&&) {}
};
// DATE '..', TIME '..', TIMESTAMP '..': `type` is Date, Time, Timestamp or TimestampLtz.
struct TemporalLiteral {
  TypeName type{};
  std::string text;

  static void fields(auto& self, auto&& v) { v("type", self.type), v("text", self.text); }
};
struct IntervalLiteral {
  bool negative = false;
  std::string text;
  IntervalRange range;

  static void fields(auto& self, auto&& v) {
    v("negative", self.negative), v("text", self.text), v("range", self.range);
  }
};
// A keyword that is an argument: the unit in EXTRACT(DAY FROM d), FLOOR(t TO HOUR), TIMESTAMPADD(DAY, ..) and the
// side in TRIM(BOTH ..). Upper case.
struct Symbol {
  std::string word;

  static void fields(auto& self, auto&& v) { v("word", self.word); }
};
// `?`, counted from 0 in the order of the statement's text.
struct Parameter {
  uint32_t index = 0;

  static void fields(auto& self, auto&& v) { v("index", self.index); }
};

enum class SortDirection { Default, Ascending, Descending };
enum class NullOrder { Default, First, Last };
struct OrderItem {
  ExprPtr expr;
  SortDirection direction = SortDirection::Default;
  NullOrder nulls = NullOrder::Default;
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("expr", self.expr), v("direction", self.direction), v("nulls", self.nulls);
  }
};

// ---- OVER

enum class FrameUnit { Rows, Range };
enum class FrameBoundKind { UnboundedPreceding, Preceding, CurrentRow, Following, UnboundedFollowing };
struct FrameBound {
  FrameBoundKind kind{};
  ExprPtr offset;  // Of Preceding and Following.
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("kind", self.kind), v("offset", self.offset); }
};
struct WindowFrame {
  FrameUnit unit{};
  FrameBound begin;
  std::optional<FrameBound> end;  // Nothing: up to the current row.
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("unit", self.unit), v("begin", self.begin), v("end", self.end); }
};
struct WindowSpec {
  std::optional<Identifier> base;  // A window of the WINDOW clause that this one extends.
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::optional<WindowFrame> frame;
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("base", self.base), v("partition_by", self.partition_by), v("order_by", self.order_by), v("frame", self.frame);
  }
};
// OVER w or OVER (...).
using Over = std::variant<Identifier, WindowSpec>;

// ---- JSON clauses

enum class JsonBehaviorKind { Null, Error, True, False, Unknown, Empty, EmptyArray, EmptyObject, Default };
struct JsonBehavior {
  JsonBehaviorKind kind{};
  ExprPtr value;  // Of Default.

  static void fields(auto& self, auto&& v) { v("kind", self.kind), v("value", self.value); }
};
enum class JsonWrapper { Without, Conditional, Unconditional };
enum class JsonNulls { NullOnNull, AbsentOnNull };
// What JSON_VALUE, JSON_QUERY, JSON_EXISTS, JSON_OBJECT, JSON_ARRAY and their aggregates say beside their arguments.
struct JsonClauses {
  TypePtr returning;
  std::optional<JsonBehavior> on_empty;
  std::optional<JsonBehavior> on_error;
  std::optional<JsonWrapper> wrapper;
  std::optional<JsonNulls> nulls;

  static void fields(auto& self, auto&& v) {
    v("returning", self.returning), v("on_empty", self.on_empty), v("on_error", self.on_error);
    v("wrapper", self.wrapper), v("nulls", self.nulls);
  }
};

// ---- Calls

// How a call was written; the printer follows it.
enum class CallForm {
  Function,     // f(a, b)
  Prefix,       // -a, NOT a
  Infix,        // a + b, a LIKE b
  Postfix,      // a IS NULL
  Niladic,      // CURRENT_DATE
  Constructor,  // ARRAY[a], MAP[k, v], MULTISET[a]
  Row,          // ROW(a, b) and (a, b); lookup is ROW
  Item,         // a[1]; lookup is ITEM
};
enum class SetQuantifier { None, All, Distinct };
enum class NullTreatment { None, Ignore, Respect };

// Lookup names of operators:
//   + - * / % ||  = <> < > <= >=  AND OR NOT
//   IS [NOT] {NULL, TRUE, FALSE, UNKNOWN, DISTINCT FROM, JSON, JSON VALUE, JSON OBJECT, JSON ARRAY, JSON SCALAR,
//   EMPTY, A SET}  [NOT] BETWEEN [SYMMETRIC] (value, low, high)  [NOT] LIKE and [NOT] SIMILAR TO (value, pattern,
//   escape if written)  OVERLAPS CONTAINS EQUALS PRECEDES SUCCEEDS IMMEDIATELY PRECEDES, IMMEDIATELY SUCCEEDS
//   MEMBER OF, SUBMULTISET OF, MULTISET {UNION, INTERSECT, EXCEPT} [ALL]  FORMAT JSON  ITEM  ARRAY MAP MULTISET ROW
// `!=` is `<>`. AND and OR have all operands of a chain in one call; every other infix operator has two.
// Special forms are functions whose keywords are Symbols:
//   EXTRACT(unit, e)  FLOOR(e, unit)  CEIL(e, unit)  TIMESTAMPADD(unit, n, e)  TIMESTAMPDIFF(unit, a, b)
//   TRIM(side, characters, e), or TRIM(e)  POSITION(needle, e[, from])  SUBSTRING(e, from[, length])
//   (a - b) DAY TO SECOND is MINUS_DATE(a, b, an interval of that range without text)
//   OVERLAY(e, replacement, from[, length])  JSON_OBJECT(k1, v1, k2, v2, ...)  DESCRIPTOR(column, ...)
struct Call {
  Name function;       // As written; of an operator, its lookup name.
  std::string lookup;  // The upper-cased name when it has one part; operators: see above. Empty for a dotted name.
  CallForm form = CallForm::Function;
  std::vector<ExprPtr> args;
  SetQuantifier quantifier = SetQuantifier::None;
  std::vector<OrderItem> order_by;  // ARRAY_AGG(a ORDER BY b)
  NullTreatment nulls = NullTreatment::None;
  std::vector<OrderItem> within_group;  // WITHIN GROUP (ORDER BY ..)
  ExprPtr filter;                       // FILTER (WHERE ..)
  std::unique_ptr<Over> over;
  std::unique_ptr<JsonClauses> json;

  static void fields(auto& self, auto&& v) {
    if (self.lookup.empty()) v("function", self.function);  // The name of a function is not case sensitive.
    v("lookup", self.lookup), v("form", self.form), v("args", self.args), v("quantifier", self.quantifier);
    v("order_by", self.order_by), v("nulls", self.nulls), v("within_group", self.within_group);
    v("filter", self.filter), v("over", self.over), v("json", self.json);
  }
};

struct Cast {
  ExprPtr operand;
  TypePtr type;
  bool is_try = false;  // TRY_CAST

  static void fields(auto& self, auto&& v) { v("operand", self.operand), v("type", self.type), v("try", self.is_try); }
};

struct WhenClause {
  std::vector<ExprPtr> conditions;  // More than one only in CASE x WHEN 1, 2 THEN ..
  ExprPtr result;

  static void fields(auto& self, auto&& v) { v("conditions", self.conditions), v("result", self.result); }
};
struct Case {
  ExprPtr operand;  // CASE operand WHEN value; null in CASE WHEN condition.
  std::vector<WhenClause> whens;
  ExprPtr otherwise;  // Null without ELSE.

  static void fields(auto& self, auto&& v) {
    v("operand", self.operand), v("whens", self.whens), v("otherwise", self.otherwise);
  }
};

// f(x).field, a[1].field: access where the left side is no plain name.
struct FieldAccess {
  ExprPtr operand;
  Identifier field;

  static void fields(auto& self, auto&& v) { v("operand", self.operand), v("field", self.field); }
};

// ---- Subqueries

struct In {
  ExprPtr value;
  bool negated = false;
  std::vector<ExprPtr> list;  // Or the query.
  QueryPtr query;

  static void fields(auto& self, auto&& v) {
    v("value", self.value), v("negated", self.negated), v("list", self.list), v("query", self.query);
  }
};
enum class Quantifier { Some, All };  // ANY is Some.
struct QuantifiedComparison {
  ExprPtr value;
  std::string op;
  Quantifier quantifier{};
  std::vector<ExprPtr> list;  // Or the query.
  QueryPtr query;

  static void fields(auto& self, auto&& v) {
    v("value", self.value), v("op", self.op), v("quantifier", self.quantifier), v("list", self.list);
    v("query", self.query);
  }
};
struct Exists {
  QueryPtr query;

  static void fields(auto& self, auto&& v) { v("query", self.query); }
};
struct ScalarSubquery {
  QueryPtr query;

  static void fields(auto& self, auto&& v) { v("query", self.query); }
};
enum class CollectionKind { Array, Map, Multiset };
// ARRAY(SELECT ..)
struct CollectionQuery {
  CollectionKind kind{};
  QueryPtr query;

  static void fields(auto& self, auto&& v) { v("kind", self.kind), v("query", self.query); }
};

// ---- Arguments that only calls of table functions, procedures and models have

struct NamedArgument {
  Identifier name;
  ExprPtr value;

  static void fields(auto& self, auto&& v) { v("name", self.name), v("value", self.value); }
};
// TABLE t PARTITION BY a ORDER BY b, or a query in the place of the name.
struct TableArgument {
  std::optional<Name> table;
  QueryPtr query;
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;

  static void fields(auto& self, auto&& v) {
    v("table", self.table), v("query", self.query), v("partition_by", self.partition_by);
    v("order_by", self.order_by);
  }
};
struct ModelArgument {
  Name model;

  static void fields(auto& self, auto&& v) { v("model", self.model); }
};
struct DefaultArgument {
  static void fields(auto&, auto&&) {}
};

struct ExprKind : std::variant<ColumnRef, Star, NumberLiteral, StringLiteral, BinaryLiteral, BooleanLiteral,
                               NullLiteral, TemporalLiteral, IntervalLiteral, Symbol, Parameter, Call, Cast, Case,
                               FieldAccess, In, QuantifiedComparison, Exists, ScalarSubquery, CollectionQuery,
                               NamedArgument, TableArgument, ModelArgument, DefaultArgument> {
  SLUICE_MOVES_ELSEWHERE(ExprKind)
};
struct Expr {
  ExprKind kind;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("kind", self.kind); }
};

}  // namespace sluice::ast
