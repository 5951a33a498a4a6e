#include <algorithm>

#include "grammar/ast/printer.h"
#include "grammar/lexer/words.h"
#include "grammar/quoting.h"

namespace sluice::ast {
namespace {

// Flink nests a chain of ANDs: ((a AND b) AND c). A longer chain is printed flat, so that its text stays far from the
// limit of nesting.
constexpr size_t kNestedChainMax = 16;

// Functions of the standard, which Flink prints without back-ticks.
bool is_standard(const Call& call) {
  static constexpr std::string_view kWindows[] = {"TUMBLE", "HOP", "SESSION", "CUMULATE", "DESCRIPTOR"};
  if (call.lookup.empty()) return false;
  return grammar::find_word(call.lookup).is_function || std::ranges::find(kWindows, call.lookup) != std::end(kWindows);
}

std::string print_chain(const Call& call) {
  if (call.args.size() > kNestedChainMax) {
    std::string separator = fmt::format(" {} ", call.lookup);
    return fmt::format("({})", joined(call.args, separator, [](const ExprPtr& arg) { return print(*arg); }));
  }
  std::string out = print(*call.args[0]);
  for (size_t i = 1; i < call.args.size(); ++i) out = fmt::format("({} {} {})", out, call.lookup, print(*call.args[i]));
  return out;
}

std::string print_infix(const Call& call) {
  if (call.lookup == "AND" || call.lookup == "OR") return print_chain(call);
  std::string op = call.lookup;
  bool is_between = op.ends_with("BETWEEN") || op.ends_with("BETWEEN SYMMETRIC");
  if (op.ends_with("BETWEEN")) op += " ASYMMETRIC";
  std::string out = fmt::format("{} {} {}", print(*call.args[0]), op, print(*call.args[1]));
  if (call.args.size() == 3) out += fmt::format(" {} {}", is_between ? "AND" : "ESCAPE", print(*call.args[2]));
  return fmt::format("({})", out);
}

std::string print_behavior(const JsonBehavior& behavior) {
  switch (behavior.kind) {
    case JsonBehaviorKind::Null:
      return "NULL";
    case JsonBehaviorKind::Error:
      return "ERROR";
    case JsonBehaviorKind::True:
      return "TRUE";
    case JsonBehaviorKind::False:
      return "FALSE";
    case JsonBehaviorKind::Unknown:
      return "UNKNOWN";
    case JsonBehaviorKind::Empty:
      return "EMPTY";
    case JsonBehaviorKind::EmptyArray:
      return "EMPTY ARRAY";
    case JsonBehaviorKind::EmptyObject:
      return "EMPTY OBJECT";
    case JsonBehaviorKind::Default:
      return "DEFAULT " + print(*behavior.value);
  }
  return {};
}

std::string print_json(const JsonClauses& json) {
  std::string out;
  if (json.returning) out += " RETURNING " + print(*json.returning);
  if (json.wrapper) {
    constexpr std::string_view kWords[] = {" WITHOUT ARRAY WRAPPER", " WITH CONDITIONAL ARRAY WRAPPER",
                                           " WITH UNCONDITIONAL ARRAY WRAPPER"};
    out += kWords[static_cast<size_t>(*json.wrapper)];
  }
  if (json.nulls) out += *json.nulls == JsonNulls::NullOnNull ? " NULL ON NULL" : " ABSENT ON NULL";
  if (json.on_empty) out += fmt::format(" {} ON EMPTY", print_behavior(*json.on_empty));
  if (json.on_error) out += fmt::format(" {} ON ERROR", print_behavior(*json.on_error));
  return out;
}

// Functions with keywords between their arguments; empty for all others.
std::string print_special_args(const Call& call) {
  const auto& args = call.args;
  auto arg = [&](size_t i) { return print(*args[i]); };
  auto is_symbol = [&](size_t i) { return i < args.size() && std::holds_alternative<Symbol>(args[i]->kind); };
  if (call.lookup == "EXTRACT" && is_symbol(0)) return fmt::format("{} FROM {}", arg(0), arg(1));
  if (is_symbol(1)) return fmt::format("{} TO {}", arg(0), arg(1));  // FLOOR, CEIL
  if (call.lookup == "TRIM" && is_symbol(0)) return fmt::format("{} {} FROM {}", arg(0), arg(1), arg(2));
  if (call.lookup == "POSITION" && args.size() >= 2) {
    return fmt::format("{} IN {}{}", arg(0), arg(1), args.size() == 3 ? " FROM " + arg(2) : "");
  }
  if (call.lookup == "OVERLAY" && args.size() >= 3 && call.function.parts[0].text == call.lookup) {
    return fmt::format("{} PLACING {} FROM {}{}", arg(0), arg(1), arg(2), args.size() == 4 ? " FOR " + arg(3) : "");
  }
  if (call.lookup == "JSON_OBJECT" || call.lookup == "JSON_OBJECTAGG") {
    std::string out;
    for (size_t i = 0; i + 1 < args.size(); i += 2) {
      out += fmt::format("{}KEY {} VALUE {}", i == 0 ? "" : ", ", arg(i), arg(i + 1));
    }
    return out;
  }
  return {};
}

std::string print_args(const Call& call) {
  std::string out;
  if (call.quantifier == SetQuantifier::Distinct) out += "DISTINCT ";
  if (call.quantifier == SetQuantifier::All) out += "ALL ";
  std::string special = print_special_args(call);
  out += special.empty() ? print(call.args) : special;
  if (!call.order_by.empty()) out += " ORDER BY " + print(call.order_by);
  if (call.json) out += print_json(*call.json);
  return out;
}

std::string print_function(const Call& call) {
  std::string out;
  bool special = grammar::is_reserved(call.lookup) || call.lookup == "TIMESTAMPADD" || call.lookup == "TIMESTAMPDIFF";
  out += special || is_standard(call) ? call.lookup : print(call.function);
  out += fmt::format("({})", print_args(call));
  bool has_suffix = !call.within_group.empty() || call.nulls != NullTreatment::None || call.filter || call.over;
  if (!call.within_group.empty()) out += fmt::format(" WITHIN GROUP (ORDER BY {})", print(call.within_group));
  if (call.nulls != NullTreatment::None) {
    out += call.nulls == NullTreatment::Ignore ? " IGNORE NULLS" : " RESPECT NULLS";
  }
  if (call.filter) out += fmt::format(" FILTER (WHERE {})", print(*call.filter));
  if (call.over) {
    out += " OVER ";
    out += match(
        *call.over, [](const Identifier& name) { return print(name); },
        [](const WindowSpec& window) { return print(window); });
  }
  return has_suffix ? fmt::format("({})", out) : out;
}

std::string print_call(const Call& call) {
  switch (call.form) {
    case CallForm::Function:
      if (call.lookup == "MINUS_DATE" && std::holds_alternative<IntervalLiteral>(call.args.back()->kind)) {
        const auto& range = std::get<IntervalLiteral>(call.args.back()->kind).range;
        return fmt::format("({} - {}) {}", print(*call.args[0]), print(*call.args[1]), print(range));
      }
      if (call.lookup == "INTERVAL") return fmt::format("INTERVAL ({}) {}", print(*call.args[0]), print(*call.args[1]));
      return print_function(call);
    case CallForm::Prefix:
      return fmt::format("({} {})", call.lookup, print(*call.args[0]));
    case CallForm::Infix:
      return print_infix(call);
    case CallForm::Postfix:
      return fmt::format("({} {})", print(*call.args[0]), call.lookup);
    case CallForm::Niladic:
      return call.lookup;
    case CallForm::Constructor:
      return fmt::format("{}[{}]", call.lookup, print(call.args));
    case CallForm::Row:
      return fmt::format("(ROW({}))", print(call.args));
    case CallForm::Item:
      return fmt::format("{}[{}]", print(*call.args[0]), print(*call.args[1]));
  }
  return {};
}

std::string print_case(const Case& expr) {
  std::string out = "(CASE";
  if (expr.operand) out += " " + print(*expr.operand);
  for (const WhenClause& when : expr.whens) {
    out += fmt::format(" WHEN {} THEN {}", print(when.conditions), print(*when.result));
  }
  if (expr.otherwise) out += " ELSE " + print(*expr.otherwise);
  return out + " END)";
}

std::string print_list_or_query(const std::vector<ExprPtr>& list, const QueryPtr& query) {
  return fmt::format("({})", query ? print(*query) : print(list));
}

std::string print_interval(const IntervalLiteral& interval) {
  return fmt::format("INTERVAL {}{} {}", interval.negative ? "-" : "", quoted(interval.text), print(interval.range));
}

std::string print_temporal(const TemporalLiteral& literal) {
  bool zoned = literal.type == TypeName::TimestampLtz;
  return fmt::format("{} {}", zoned ? "TIMESTAMP WITH LOCAL TIME ZONE" : word_of(literal.type), quoted(literal.text));
}

std::string print_table_argument(const TableArgument& argument) {
  std::string out =
      argument.table ? fmt::format("(TABLE {})", print(*argument.table)) : fmt::format("({})", print(*argument.query));
  if (!argument.partition_by.empty()) out += fmt::format(" PARTITION BY ({})", print(argument.partition_by));
  if (!argument.order_by.empty()) out += fmt::format(" ORDER BY ({})", print(argument.order_by));
  return out;
}

std::string print_named(const NamedArgument& argument) {
  auto* model = std::get_if<ModelArgument>(&argument.value->kind);
  std::string value = model ? fmt::format("(MODEL {})", print(model->model)) : print(*argument.value);
  return fmt::format("{} => {}", print(argument.name), value);
}

std::string print_collection(const CollectionQuery& collection) {
  constexpr std::string_view kWords[] = {"ARRAY", "MAP", "MULTISET"};
  return fmt::format("{} ({})", kWords[static_cast<size_t>(collection.kind)], print(*collection.query));
}

std::string print_boolean(const BooleanLiteral& literal) {
  if (!literal.value) return "UNKNOWN";
  return *literal.value ? "TRUE" : "FALSE";
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

std::string print(const Identifier& identifier) { return grammar::in_back_ticks(identifier.text); }
std::string print(const std::vector<Identifier>& identifiers) {
  return fmt::format("({})", joined(identifiers, ", ", [](const Identifier& name) { return print(name); }));
}
std::string print(const Name& name) {
  return joined(name.parts, ".", [](const Identifier& part) { return print(part); });
}
std::string print(const Text& text) { return quoted(text.value); }

std::string print(const std::vector<ExprPtr>& exprs) {
  return joined(exprs, ", ", [](const ExprPtr& expr) { return print(*expr); });
}

std::string print(const Expr& expr) {
  return match(
      expr.kind, [](const ColumnRef& column) { return print(column.name); },
      [](const Star& star) { return star.qualifier ? print(*star.qualifier) + ".*" : std::string("*"); },
      [](const NumberLiteral& number) { return number.digits; },
      [](const StringLiteral& string) { return quoted(string.value); },
      [](const BinaryLiteral& binary) { return fmt::format("X'{}'", binary.hex); },
      [](const BooleanLiteral& boolean) { return print_boolean(boolean); },
      [](const NullLiteral&) { return std::string("NULL"); },
      [](const TemporalLiteral& temporal) { return print_temporal(temporal); },
      [](const IntervalLiteral& interval) { return print_interval(interval); },
      [](const Symbol& symbol) { return symbol.word; }, [](const Parameter&) { return std::string("?"); },
      [](const Call& call) { return print_call(call); },
      [](const Cast& cast) {
        return fmt::format("{}({} AS {})", cast.is_try ? "TRY_CAST" : "CAST", print(*cast.operand), print(*cast.type));
      },
      [](const Case& choice) { return print_case(choice); },
      [](const FieldAccess& access) { return fmt::format("({}).{}", print(*access.operand), print(access.field)); },
      [](const In& in) {
        return fmt::format("({} {}IN {})", print(*in.value), in.negated ? "NOT " : "",
                           print_list_or_query(in.list, in.query));
      },
      [](const QuantifiedComparison& some) {
        std::string_view word = some.quantifier == Quantifier::All ? "ALL" : "SOME";
        return fmt::format("({} {} {} {})", print(*some.value), some.op, word,
                           print_list_or_query(some.list, some.query));
      },
      [](const Exists& exists) { return fmt::format("(EXISTS ({}))", print(*exists.query)); },
      [](const ScalarSubquery& subquery) { return fmt::format("({})", print(*subquery.query)); },
      [](const CollectionQuery& collection) { return print_collection(collection); },
      [](const NamedArgument& argument) { return print_named(argument); },
      [](const TableArgument& argument) { return print_table_argument(argument); },
      [](const ModelArgument& argument) { return fmt::format("MODEL {}", print(argument.model)); },
      [](const DefaultArgument&) { return std::string("DEFAULT"); });
}

}  // namespace sluice::ast
