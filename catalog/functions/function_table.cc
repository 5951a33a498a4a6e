#include "catalog/functions/function_table.h"

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "base/diagnostics.h"
#include "catalog/functions/families.h"
#include "catalog/types/coercion.h"

namespace sluice {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

// Families may add overloads to one name: `+` is arithmetic's and time's.
void merge(FunctionDecl& into, FunctionDecl&& from) {
  for (Overload& overload : from.overloads) into.overloads.push_back(std::move(overload));
  for (Example& example : from.examples) into.examples.push_back(example);
  for (std::string_view alias : from.aliases) into.aliases.push_back(alias);
  if (into.coercion == nullptr) into.coercion = from.coercion;
  if (into.summary.empty()) into.summary = from.summary;
}

// Functions whose answers have changed: what was computed with another version is not gone on with.
struct Version {
  std::string_view function;
  uint32_t version;
};
constexpr Version kVersions[] = {
    {"<>", 2},             // Of FLOAT and DOUBLE the first operand decides.
    {"=", 2},              // The same.
    {"CAST", 2},           // Intervals of many days as text; TIME keeps its milliseconds.
    {"CEIL", 2},           // Units above the year, times before 1582.
    {"DATE_FORMAT", 2},    // Java's patterns by parts.
    {"DECODE", 2},         // Bytes that are no text.
    {"EXTRACT", 2},        // Units above the year.
    {"FLOOR", 2},          // As CEIL.
    {"FROM_UNIXTIME", 2},  // Patterns of java.text.
    {"GREATEST", 2},       // NaN is the greatest number.
    {"JSON_ARRAY", 2},     // Blank texts of JSON(..).
    {"JSON_QUERY", 2},     // The order of fields.
    {"JSON_QUOTE", 2},     // The slash.
    {"JSON_UNQUOTE", 2},   // Raw control characters are no JSON.
    {"JSON_VALUE", 2},     // A DEFAULT without RETURNING becomes text.
    {"LEAST", 2},          // NaN is the greatest number.
    {"PRINTF", 3},         // Times and intervals as Java has them, no DECIMAL.
    {"REGEXP", 2},         // Java's ends of lines, flags and classes, as in those that follow.
    {"REGEXP_COUNT", 2},
    {"REGEXP_EXTRACT", 2},
    {"REGEXP_EXTRACT_ALL", 2},
    {"REGEXP_INSTR", 2},
    {"REGEXP_REPLACE", 2},
    {"REGEXP_SUBSTR", 2},
    {"REPLACE", 2},        // Of an empty text.
    {"SPLIT_INDEX", 2},    // At an empty separator.
    {"TIMESTAMPDIFF", 2},  // Months and years as calendars count them.
    {"TO_DATE", 2},        // Patterns of java.text.
    {"TO_TIMESTAMP", 3},   // Offsets in patterns.
    {"TO_TIMESTAMP_LTZ", 3},
    {"TRANSLATE", 2},       // NULL in place of the characters.
    {"TRY_CAST", 2},        // As CAST.
    {"UNIX_TIMESTAMP", 2},  // Patterns of java.text.
};

std::vector<FunctionDecl> all_families() {
  std::vector<FunctionDecl> all;
  for (auto family : {comparison_functions,
                      logic_functions,
                      arithmetic_functions,
                      math_functions,
                      cast_functions,
                      string_functions,
                      string_building_functions,
                      pattern_functions,
                      time_functions,
                      time_difference_functions,
                      time_format_functions,
                      now_functions,
                      random_functions,
                      extreme_functions,
                      digest_functions,
                      text_test_functions,
                      nested_functions,
                      array_functions,
                      map_functions,
                      composed_functions,
                      json_query_functions,
                      json_building_functions,
                      encoding_functions,
                      text_value_functions,
                      network_text_functions,
                      bitmap_functions,
                      variant_functions}) {
    for (FunctionDecl& decl : family()) {
      auto same = std::ranges::find(all, decl.name, &FunctionDecl::name);
      if (same == all.end()) {
        all.push_back(std::move(decl));
      } else {
        merge(*same, std::move(decl));
      }
    }
  }
  std::ranges::sort(all, {}, &FunctionDecl::name);
  for (const Version& changed : kVersions) {
    auto decl = std::ranges::find(all, changed.function, &FunctionDecl::name);
    SLUICE_CHECK(decl != all.end());
    decl->version = changed.version;
  }
  for (FunctionDecl& decl : all) {
    for (Overload& overload : decl.overloads) overload.version = decl.version;
  }
  return all;
}

// The type a class stands for when an argument must be cast to fit it; nothing for classes of many types.
std::optional<Type> canonical_type(ArgClass arg_class) {
  switch (arg_class) {
    case ArgClass::Boolean:
      return Type::boolean();
    case ArgClass::TinyInt:
      return Type::tinyint();
    case ArgClass::SmallInt:
      return Type::smallint();
    case ArgClass::Int:
      return Type::integer();
    case ArgClass::BigInt:
      return Type::bigint();
    case ArgClass::Float:
      return Type::float32();
    case ArgClass::Double:
      return Type::float64();
    case ArgClass::Character:
      return Type::string();
    case ArgClass::Binary:
      return Type::bytes();
    case ArgClass::Date:
      return Type::date();
    case ArgClass::Time:
      return Type::time(0);
    case ArgClass::Timestamp:
      return Type::timestamp(3);
    case ArgClass::TimestampLtz:
      return Type::timestamp_ltz(3);
    default:
      return {};
  }
}

const ArgClass& class_at(const Overload& overload, size_t i) {
  return overload.args[std::min(i, overload.args.size() - 1)];
}

bool fits_count(const Overload& overload, size_t count) {
  if (overload.variadic) return count + 1 >= overload.args.size();
  return count == overload.args.size();
}

// Numbers by what they hold, so that a cast to the next wider type costs least.
int width_of(TypeRoot root) {
  switch (root) {
    case TypeRoot::Decimal:
      return 6;
    case TypeRoot::Float:
      return 7;
    case TypeRoot::Double:
      return 8;
    default:
      return static_cast<int>(root) - static_cast<int>(TypeRoot::TinyInt);
  }
}

// What an argument costs: 0 as it is, more for every step of widening; nothing when it does not fit. Sets `target`.
std::optional<int> cost_of(ArgClass arg_class, const Type& type, Type& target) {
  target = type;
  if (type.is_invalid()) return 0;
  if (!type.is(TypeRoot::Null) && accepts(arg_class, type)) return 0;
  auto canonical = canonical_type(arg_class);
  if (type.is(TypeRoot::Null)) {
    if (arg_class == ArgClass::Decimal) canonical = Type::decimal(10, 0);
    if (arg_class == ArgClass::Any) return 0;
    if (!canonical) return {};
    target = *canonical;
    return 1;
  }
  if (arg_class == ArgClass::Decimal && type.is_integer()) {
    target = *as_decimal(type);
    return 6;
  }
  if (!canonical || !is_implicitly_castable(type, *canonical)) return {};
  target = canonical->with_nullability(type.nullable());
  if (type.is_timestamp()) target = Type(canonical->root(), type.nullable(), type.precision());
  if (!type.is_numeric() || !canonical->is_numeric()) return 4;
  return 1 + width_of(canonical->root()) - width_of(type.root());
}

struct Candidate {
  const Overload* overload = nullptr;
  std::vector<Type> arguments;
  int cost = 0;
};

std::optional<Candidate> try_overload(const Overload& overload, std::span<const Type> types) {
  if (!fits_count(overload, types.size())) return {};
  Candidate candidate{&overload, std::vector<Type>(types.size()), 0};
  for (size_t i = 0; i < types.size(); ++i) {
    auto cost = cost_of(class_at(overload, i), types[i], candidate.arguments[i]);
    if (!cost) return {};
    candidate.cost += *cost;
  }
  return candidate;
}

Type result_of(const Overload& overload, const CallArguments& arguments) {
  Type result = overload.result(arguments);
  bool any_nullable = std::ranges::any_of(arguments.types, [](const Type& type) { return type.nullable(); });
  switch (overload.nullability) {
    case ResultNullability::IfAnyArgument:
      return result.with_nullability(any_nullable);
    case ResultNullability::Always:
      return result.as_nullable();
    case ResultNullability::Never:
      return result.not_null();
    case ResultNullability::AsRuled:
      return result;
  }
  SLUICE_UNREACHABLE("every rule is handled");
}

std::string types_text(std::span<const Type> types) {
  std::string out;
  for (const Type& type : types) out += (out.empty() ? "" : ", ") + type.as_nullable().to_string();
  return out;
}

std::string signatures_text(const FunctionDecl& function) {
  std::vector<std::string> lines;
  for (const Overload& overload : function.overloads) {
    std::string line = std::string(function.name) + "(";
    for (size_t i = 0; i < overload.args.size(); ++i) {
      line += (i > 0 ? ", " : "") + std::string(text_of(overload.args[i]));
    }
    line += overload.variadic ? ", ...)" : ")";
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
  }
  if (lines.size() > 6) lines.resize(6);
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "It takes " : " or ") + line;
  return out + ".";
}

Failure wrong_arguments(const FunctionDecl& function, std::span<const Type> types) {
  bool any_count = function.overloads.empty() || std::ranges::any_of(function.overloads, [&](const Overload& one) {
                     return fits_count(one, types.size());
                   });
  if (!any_count) {
    return fail(ErrorCode::WrongArgumentCount, "`{}` does not take {} argument{}", function.name, types.size(),
                types.size() == 1 ? "" : "s")
        .hint(signatures_text(function));
  }
  return fail(ErrorCode::WrongArguments, "`{}` does not take ({})", function.name, types_text(types))
      .hint(signatures_text(function));
}

using NameIndex = std::unordered_map<std::string, const FunctionDecl*>;

const NameIndex& name_index() {
  static const NameIndex kIndex = [] {
    NameIndex index;
    for (const FunctionDecl& decl : function_table()) {
      index.emplace(decl.name, &decl);
      for (std::string_view alias : decl.aliases) index.emplace(alias, &decl);
    }
    return index;
  }();
  return kIndex;
}

}  // namespace

const std::vector<FunctionDecl>& function_table() {
  static const std::vector<FunctionDecl> kTable = all_families();
  return kTable;
}

const FunctionDecl* find_function(std::string_view name) {
  auto found = name_index().find(upper(name));
  return found == name_index().end() ? nullptr : found->second;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const FunctionDecl& decl : function_table()) {
    if (decl.name.find('$') != std::string_view::npos) continue;
    names.emplace_back(decl.name);
    for (std::string_view alias : decl.aliases) names.emplace_back(alias);
  }
  return names;
}

Result<ResolvedCall> resolve_overload(const FunctionDecl& function, const CallArguments& arguments) {
  std::vector<Type> types(arguments.types.begin(), arguments.types.end());
  if (function.coercion != nullptr) {
    auto coerced = function.coercion(arguments);
    if (!coerced) return wrong_arguments(function, types);
    types = std::move(*coerced);
  }
  std::optional<Candidate> best;
  for (const Overload& overload : function.overloads) {
    auto candidate = try_overload(overload, types);
    if (candidate && (!best || candidate->cost < best->cost)) best = std::move(candidate);
  }
  if (!best) return wrong_arguments(function, types);
  Type result = result_of(*best->overload, {best->arguments, arguments.constants});
  return ResolvedCall{best->overload, std::move(best->arguments), std::move(result)};
}

const Overload* find_overload(const Call& call, std::span<const Expr> args, const Type& result) {
  const FunctionDecl* decl = find_function(call.function);
  if (decl == nullptr || decl->version != call.version) return nullptr;
  if (decl->name == "CAST" || decl->name == "TRY_CAST") return find_cast(args[0].type, result, decl->name != "CAST");
  const Overload* best = nullptr;
  int best_cost = 0;
  std::vector<Type> types;
  for (const Expr& arg : args) types.push_back(arg.type);
  for (const Overload& overload : decl->overloads) {
    auto candidate = try_overload(overload, types);
    if (!candidate || (best != nullptr && candidate->cost >= best_cost)) continue;
    best = candidate->overload;
    best_cost = candidate->cost;
  }
  return best;
}

}  // namespace sluice
