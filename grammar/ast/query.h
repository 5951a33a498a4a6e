#pragma once
// Queries. Parentheses around a query leave no trace unless they change what it means.
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/large_variant.h"
#include "grammar/ast/expr.h"
#include "grammar/ast/name.h"

namespace sluice::ast {

struct TableRef;
using TableRefPtr = std::unique_ptr<TableRef>;

// /*+ OPTIONS('k' = 'v'), LOOKUP('table' = 't'), BROADCAST(a, b) */
struct HintArgument {
  std::optional<Text> key;  // Nothing in BROADCAST(a).
  Text value;
  bool quoted = false;  // The value is a string rather than a name or a number.
  bool key_quoted = false;

  static void fields(auto& self, auto&& v) {
    v("key", self.key), v("value", self.value), v("quoted", self.quoted), v("key_quoted", self.key_quoted);
  }
};
struct Hint {
  Identifier name;
  std::vector<HintArgument> args;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("name", self.name), v("args", self.args); }
};

struct SelectItem {
  ExprPtr expr;  // May be a Star.
  std::optional<Identifier> alias;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("expr", self.expr), v("alias", self.alias); }
};

// ---- FROM

// FROM t, also `TABLE t`. Dynamic options and join hints are in `hints`.
struct NamedTable {
  Name name;
  std::vector<Hint> hints;

  static void fields(auto& self, auto&& v) { v("name", self.name), v("hints", self.hints); }
};
struct DerivedTable {
  QueryPtr query;
  bool lateral = false;

  static void fields(auto& self, auto&& v) { v("query", self.query), v("lateral", self.lateral); }
};
// TABLE(f(..)), LATERAL TABLE(f(..)) and f(..): window table functions, table functions, process table functions. The
// call is always a Call.
struct TableFunction {
  ExprPtr call;
  bool lateral = false;

  static void fields(auto& self, auto&& v) { v("call", self.call), v("lateral", self.lateral); }
};
struct Unnest {
  std::vector<ExprPtr> args;
  bool with_ordinality = false;

  static void fields(auto& self, auto&& v) { v("args", self.args), v("with_ordinality", self.with_ordinality); }
};
enum class JoinKind { Inner, Left, Right, Full, Cross, Comma };
struct Join {
  TableRefPtr left;
  TableRefPtr right;
  JoinKind kind{};
  bool natural = false;
  ExprPtr on;  // At most one of `on` and `using_columns` is given.
  std::vector<Identifier> using_columns;

  static void fields(auto& self, auto&& v) {
    v("left", self.left), v("right", self.right), v("kind", self.kind), v("natural", self.natural);
    v("on", self.on), v("using", self.using_columns);
  }
};

// ---- MATCH_RECOGNIZE

struct Pattern;
using PatternPtr = std::unique_ptr<Pattern>;
struct PatternVariable {
  Identifier name;

  static void fields(auto& self, auto&& v) { v("name", self.name); }
};
struct PatternSequence {
  std::vector<PatternPtr> parts;

  static void fields(auto& self, auto&& v) { v("parts", self.parts); }
};
struct PatternAlternatives {
  std::vector<PatternPtr> parts;

  static void fields(auto& self, auto&& v) { v("parts", self.parts); }
};
struct PatternPermutation {
  std::vector<PatternPtr> parts;

  static void fields(auto& self, auto&& v) { v("parts", self.parts); }
};
struct PatternExclusion {
  PatternPtr part;

  static void fields(auto& self, auto&& v) { v("part", self.part); }
};
struct PatternRepetition {
  PatternPtr part;
  uint32_t min = 0;
  std::optional<uint32_t> max;  // Nothing: without bound.
  bool reluctant = false;

  static void fields(auto& self, auto&& v) {
    v("part", self.part), v("min", self.min), v("max", self.max), v("reluctant", self.reluctant);
  }
};
struct Pattern {
  std::variant<PatternVariable, PatternSequence, PatternAlternatives, PatternPermutation, PatternExclusion,
               PatternRepetition>
      kind;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("kind", self.kind); }
};
struct Definition {  // a AS condition in DEFINE, expression AS a in MEASURES.
  Identifier name;
  ExprPtr expr;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("name", self.name), v("expr", self.expr); }
};
struct PatternSubset {
  Identifier name;
  std::vector<Identifier> variables;

  static void fields(auto& self, auto&& v) { v("name", self.name), v("variables", self.variables); }
};
enum class RowsPerMatch { Default, One, All };
enum class AfterMatch { Default, NextRow, PastLastRow, ToFirst, ToLast };
struct MatchRecognize {
  TableRefPtr input;
  std::vector<ExprPtr> partition_by;
  std::vector<OrderItem> order_by;
  std::vector<Definition> measures;
  RowsPerMatch rows_per_match = RowsPerMatch::Default;
  AfterMatch after = AfterMatch::Default;
  std::optional<Identifier> after_variable;  // Of ToFirst and ToLast.
  PatternPtr pattern;
  bool strict_start = false;  // ^
  bool strict_end = false;    // $
  ExprPtr within;
  std::vector<PatternSubset> subsets;
  std::vector<Definition> defines;

  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("partition_by", self.partition_by), v("order_by", self.order_by);
    v("measures", self.measures), v("rows_per_match", self.rows_per_match), v("after", self.after);
    v("after_variable", self.after_variable), v("pattern", self.pattern), v("strict_start", self.strict_start);
    v("strict_end", self.strict_end), v("within", self.within), v("subsets", self.subsets);
    v("defines", self.defines);
  }
};

struct TableAlias {
  Identifier name;
  std::vector<Identifier> columns;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("name", self.name), v("columns", self.columns); }
};
enum class SampleMethod { Bernoulli, System };
struct TableSample {
  SampleMethod method{};
  std::string percentage;  // Digits.
  std::optional<std::string> seed;
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("method", self.method), v("percentage", self.percentage), v("seed", self.seed);
  }
};

struct TableRefKind : std::variant<NamedTable, DerivedTable, TableFunction, Unnest, Join, MatchRecognize> {
  SLUICE_MOVES_ELSEWHERE(TableRefKind)
};
struct TableRef {
  TableRefKind kind;
  ExprPtr system_time;  // FOR SYSTEM_TIME AS OF
  std::optional<TableSample> sample;
  std::optional<TableAlias> alias;
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("kind", self.kind), v("system_time", self.system_time), v("sample", self.sample), v("alias", self.alias);
  }
};

// ---- SELECT

struct GroupingElement;
struct GroupingSets {
  std::vector<GroupingElement> elements;

  static void fields(auto& self, auto&& v) { v("elements", self.elements); }
};
// ROLLUP(a, (b, c)) and CUBE(..): each part is an expression or a Row.
struct Rollup {
  std::vector<ExprPtr> parts;

  static void fields(auto& self, auto&& v) { v("parts", self.parts); }
};
struct Cube {
  std::vector<ExprPtr> parts;

  static void fields(auto& self, auto&& v) { v("parts", self.parts); }
};
struct EmptyGrouping {  // ()
  static void fields(auto&, auto&&) {}
};
struct GroupingElement {
  // An expression, which in GROUPING SETS may be a Row: (a, b).
  std::variant<ExprPtr, EmptyGrouping, GroupingSets, Rollup, Cube> kind;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("kind", self.kind); }
};
struct GroupBy {
  SetQuantifier quantifier = SetQuantifier::None;
  std::vector<GroupingElement> elements;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("quantifier", self.quantifier), v("elements", self.elements); }
};
struct NamedWindow {
  Identifier name;
  WindowSpec spec;

  static void fields(auto& self, auto&& v) { v("name", self.name), v("spec", self.spec); }
};

struct Select {
  std::vector<Hint> hints;
  SetQuantifier quantifier = SetQuantifier::None;
  std::vector<SelectItem> items;
  TableRefPtr from;  // Null without FROM.
  ExprPtr where;
  std::optional<GroupBy> group_by;
  ExprPtr having;
  std::vector<NamedWindow> windows;
  ExprPtr qualify;
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("hints", self.hints), v("quantifier", self.quantifier), v("items", self.items), v("from", self.from);
    v("where", self.where), v("group_by", self.group_by), v("having", self.having), v("windows", self.windows);
    v("qualify", self.qualify);
  }
};
// Every row is a Row, also a single expression without parentheses.
struct Values {
  std::vector<ExprPtr> rows;

  static void fields(auto& self, auto&& v) { v("rows", self.rows); }
};
// TABLE t as a query.
struct ExplicitTable {
  Name name;

  static void fields(auto& self, auto&& v) { v("name", self.name); }
};
enum class SetOperator { Union, Intersect, Except };  // MINUS is Except.
struct SetOperation {
  SetOperator op{};
  bool all = false;
  QueryPtr left;
  QueryPtr right;

  static void fields(auto& self, auto&& v) {
    v("op", self.op), v("all", self.all), v("left", self.left), v("right", self.right);
  }
};

// (SELECT .. LIMIT 5) ORDER BY a: a query with clauses of its own, to which the outer one adds. Without clauses of its
// own a query in parentheses is just that query.
struct NestedQuery {
  QueryPtr query;

  static void fields(auto& self, auto&& v) { v("query", self.query); }
};

struct WithItem {
  Identifier name;
  std::vector<Identifier> columns;
  QueryPtr query;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("name", self.name), v("columns", self.columns), v("query", self.query); }
};

struct QueryBody : std::variant<Select, Values, ExplicitTable, SetOperation, NestedQuery> {
  SLUICE_MOVES_ELSEWHERE(QueryBody)
};
struct Query {
  bool recursive = false;
  std::vector<WithItem> with;
  QueryBody body;
  std::vector<OrderItem> order_by;
  ExprPtr offset;
  ExprPtr limit;  // LIMIT n and FETCH FIRST n ROWS ONLY.
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("recursive", self.recursive), v("with", self.with), v("body", self.body), v("order_by", self.order_by);
    v("offset", self.offset), v("limit", self.limit);
  }
};

}  // namespace sluice::ast
