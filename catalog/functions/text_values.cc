// PRINTF, OVERLAY, ELT, SIMILAR TO and other functions of texts that do their work per value.
#include <algorithm>
#include <optional>

#include "catalog/functions/families.h"
#include "catalog/functions/letter_case.h"
#include "catalog/functions/printf_format.h"
#include "catalog/functions/regex.h"
#include "catalog/functions/similar_pattern.h"
#include "catalog/functions/url_parts.h"
#include "catalog/functions/utf16.h"
#include "catalog/functions/value_kernel.h"
#include "catalog/types/coercion.h"

namespace sluice {
namespace {

Value sluice_printf(ValueCall& call) {
  if (call[0].is_null()) return Value::null();
  auto text = format_as_java(call.text(0), call.args.subspan(1), std::span(call.site.types).subspan(1), call.context);
  return text ? Value{std::move(*text)} : Value::null();
}

// Positions and lengths count UTF-16 units. Without a length as much is replaced as the replacement is long; where
// that goes beyond the end, or is not positive, everything behind is dropped.
Value sluice_overlay(ValueCall& call) {
  std::u16string text = to_utf16(call.text(0)), replacement = to_utf16(call.text(1));
  int64_t start = call.integer(2), size = static_cast<int64_t>(text.size());
  int64_t length = call.args.size() > 3 ? call.integer(3) : static_cast<int64_t>(replacement.size());
  if (start < 1 || start > size) return {call.text(0)};
  std::u16string out = text.substr(0, static_cast<size_t>(start - 1)) + replacement;
  if (length > 0 && start - 1 + length < size) out += text.substr(static_cast<size_t>(start - 1 + length));
  return {from_utf16(out)};
}

Value sluice_bytes_start(ValueCall& call) { return {call.text(0).starts_with(call.text(1))}; }
Value sluice_bytes_end(ValueCall& call) { return {call.text(0).ends_with(call.text(1))}; }

Value sluice_elt(ValueCall& call) {
  if (call[0].is_null()) return Value::null();
  int64_t index = call.integer(0);
  return index < 1 || index >= static_cast<int64_t>(call.args.size()) ? Value::null()
                                                                      : call[static_cast<size_t>(index)];
}

// Letters of the basic plane; what is no text has none.
Value sluice_is_alpha(ValueCall& call) {
  if (call[0].is_null() || !call.site.types[0].is_character()) return {false};
  auto letters = Regex::compile_cached("\\A(?:(?![\\x{10000}-\\x{10FFFF}])\\p{L})+\\z");
  RegexGroup found;
  return {letters->find(call.text(0), 0, 0, found)};
}
Value sluice_is_number(ValueCall&) { return {true}; }
Value sluice_is_integer(ValueCall& call) { return {call.site.types[0].is_integer()}; }

Value sluice_parse_url(ValueCall& call) {
  auto part = url_part(call.text(0), call.text(1));
  return part ? Value{std::move(*part)} : Value::null();
}
Value sluice_parse_url_key(ValueCall& call) {
  if (call.text(1) != "QUERY") return Value::null();
  auto query = url_part(call.text(0), "QUERY");
  auto regex = Regex::compile_cached("(&|^)" + call.text(2) + "=([^&]*)");
  RegexGroup found;
  if (!query || regex == nullptr || !regex->find(*query, 0, 2, found) || found.begin == UINT32_MAX)
    return Value::null();
  return {query->substr(found.begin, found.end - found.begin)};
}

Value sluice_similar(ValueCall& call) {
  char escape = 0;
  if (call.args.size() > 2) {
    if (call.text(2).size() != 1) return call.fail("the escape of SIMILAR TO is one character");
    escape = call.text(2)[0];
  }
  std::string reason;
  auto pattern = regex_of_similar(call.text(1), escape, reason);
  if (!pattern) return call.fail(reason);
  auto regex = Regex::compile_cached(*pattern);
  if (regex == nullptr) return call.fail("the pattern of SIMILAR TO is not valid");
  RegexGroup found;
  return {regex->find(call.text(0), 0, 0, found)};
}

Value sluice_regexp_extract_all(ValueCall& call) {
  auto regex = Regex::compile_cached(call.text(1));
  int64_t group = call.args.size() > 2 ? call.integer(2) : 1;
  if (regex == nullptr || group < 0 || group > static_cast<int64_t>(regex->group_count())) return Value::null();
  const std::string& text = call.text(0);
  ValueList out;
  RegexGroup whole, found;
  uint32_t at = 0;
  while (at <= text.size() && regex->find(text, at, static_cast<uint32_t>(group), whole, found)) {
    bool took_part = found.begin != UINT32_MAX;
    out.push_back(took_part ? Value{text.substr(found.begin, found.end - found.begin)} : Value::null());
    at = whole.end;
    if (whole.end > whole.begin) continue;
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;
  }
  return Value::list(std::move(out));
}

// ---- Types

std::optional<std::vector<Type>> printf_types(const CallArguments& arguments) {
  if (arguments.types.empty() || !arguments.types[0].is_character()) return {};
  return std::vector<Type>(arguments.types.begin(), arguments.types.end());
}

// All texts, or all binaries, behind an integer.
std::optional<std::vector<Type>> elt_types(const CallArguments& arguments) {
  if (arguments.types.size() < 2 || !arguments.types[0].is_integer()) return {};
  auto common = common_type(arguments.types.subspan(1));
  if (!common || !(common->is_character() || common->is_binary_string())) return {};
  std::vector<Type> out(arguments.types.size(), *common);
  out[0] = arguments.types[0];
  return out;
}

Type overlay_type(const CallArguments& arguments) {
  int64_t length = int64_t{arguments.types[0].length()} + arguments.types[1].length();
  return Type::varchar(static_cast<int32_t>(std::min<int64_t>(length, Type::kLengthMax)));
}

Type string_type(const CallArguments&) { return Type::string(); }
Type boolean_type(const CallArguments&) { return Type::boolean(); }
Type texts_type(const CallArguments&) { return Type::array(Type::string()); }

template <ValueFunction Function>
FunctionDecl test_of_number(std::string_view name) {
  FunctionDecl decl = value_function<Function>(name, {ArgClass::Numeric}, boolean_type);
  return std::move(decl).nullability(ResultNullability::Never).sees_null();
}

}  // namespace

std::vector<FunctionDecl> text_value_functions() {
  using enum ArgClass;
  return {
      variadic_value_function<sluice_printf>("PRINTF", {Character, Any}, string_type)
          .coerce(printf_types)
          .nullability(ResultNullability::Always)
          .sees_null()
          .doc("The values in the places of a format, as Java's formats are; NULL when they do not go together.")
          .example("PRINTF('%s has %d', 'a', 5)", "'a has 5'")
          .example("PRINTF('%d', 'a')", "NULL"),
      value_function<sluice_overlay>("OVERLAY", {Character, Character, Int}, overlay_type)
          .overload(value_overload<sluice_overlay>({Character, Character, Int, Int}, overlay_type))
          .doc("The text with a part replaced that begins at a position, counted from 1.")
          .example("OVERLAY('Txxxxas' PLACING 'hom' FROM 2 FOR 4)", "'Thomas'"),
      variadic_value_function<sluice_elt>("ELT", {Any, Any},
                                          [](const CallArguments& arguments) { return arguments.types[1]; })
          .coerce(elt_types)
          .nullability(ResultNullability::Always)
          .sees_null()
          .doc("The argument at a position, counted from 1; NULL when there is none.")
          .example("ELT(2, 'a', 'b')", "'b'"),
      value_function<sluice_is_alpha>("IS_ALPHA", {Character}, boolean_type)
          .overload(value_overload<sluice_is_alpha>({Numeric}, boolean_type))
          .nullability(ResultNullability::Never)
          .sees_null()
          .doc("Whether all characters are letters.")
          .example("IS_ALPHA('ab')", "TRUE"),
      value_function<sluice_bytes_start>("STARTSWITH", {Binary, Binary}, boolean_type),
      value_function<sluice_bytes_end>("ENDSWITH", {Binary, Binary}, boolean_type),
      test_of_number<sluice_is_integer>("IS_DIGIT"),
      test_of_number<sluice_is_number>("IS_DECIMAL"),
      value_function<sluice_parse_url>("PARSE_URL", {Character, Character}, string_type)
          .overload(value_overload<sluice_parse_url_key>({Character, Character, Character}, string_type))
          .nullability(ResultNullability::Always)
          .doc(
              "A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO; with QUERY the value of "
              "a key.")
          .example("PARSE_URL('http://h.org/p?q=1', 'HOST')", "'h.org'")
          .example("PARSE_URL('http://h.org/p?q=1', 'QUERY', 'q')", "'1'"),
      value_function<sluice_similar>("SIMILAR TO", {Character, Character}, boolean_type)
          .overload(value_overload<sluice_similar>({Character, Character, Character}, boolean_type))
          .doc("Whether the text matches a pattern of SQL with the operators of regular expressions.")
          .example("'abc' SIMILAR TO '(a|b)%'", "TRUE"),
      value_function<sluice_regexp_extract_all>("REGEXP_EXTRACT_ALL", {Character, Character}, texts_type)
          .overload(value_overload<sluice_regexp_extract_all>({Character, Character, Int}, texts_type))
          .nullability(ResultNullability::Always)
          .doc("What a group (1 when none is given) of a regular expression matches, at every match.")
          .example("REGEXP_EXTRACT_ALL('a1b2', '([a-z])\\d')", "ARRAY['a', 'b']"),
  };
}

}  // namespace sluice
