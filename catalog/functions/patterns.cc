// LIKE and regular expressions. A constant pattern is compiled once per call.
#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/like_pattern.h"
#include "catalog/functions/regex.h"
#include "catalog/functions/text_length.h"

namespace sluice {

// What `prepare` keeps; the pattern is null when it is not valid.
struct RegexState {
  std::shared_ptr<const Regex> regex;
};

namespace {

// Keeps the regex of a pattern that is no constant alive while it is used.
struct UsedRegex {
  std::shared_ptr<const Regex> owned;
  const Regex* regex;
  UsedRegex(const RegexState* state, const StringView& pattern) {
    if (state == nullptr) owned = Regex::compile_cached(pattern.view());
    regex = state == nullptr ? owned.get() : state->regex.get();
  }
};

void extract(const StringView& text, const Regex* regex, int32_t group, Nullable<StringView>& out) {
  RegexGroup found;
  out.is_null = true;
  if (regex == nullptr || group < 0 || static_cast<uint32_t>(group) > regex->group_count()) return;
  if (!regex->find(text.view(), 0, static_cast<uint32_t>(group), found) || found.begin == UINT32_MAX) return;
  out.value = part_of(text, found.begin, found.end - found.begin);
  out.is_null = false;
}

// Walks over all matches; an empty one is left behind by a character.
template <class OnMatch>
void for_each_match(const StringView& text, const Regex& regex, OnMatch on_match) {
  RegexGroup whole, group;
  uint32_t at = 0;
  while (at <= text.size() && regex.find(text.view(), at, 0, whole, group)) {
    on_match(whole);
    at = whole.end;
    if (whole.end > whole.begin) continue;
    ++at;
    while (at < text.size() && is_continuation(text.data()[at])) ++at;
  }
}

}  // namespace

SLUICE_KERNEL bool sluice_like(const StringView& text, const StringView& pattern,
                               const LikePattern* prepared) noexcept {
  if (prepared != nullptr) return prepared->matches(text.view());
  return LikePattern(pattern.view(), {}).matches(text.view());
}
SLUICE_KERNEL bool sluice_like_escape(const StringView& text, const StringView& pattern, const StringView& escape,
                                      const LikePattern* prepared, RowError& error) noexcept {
  if (prepared != nullptr && prepared->is_valid()) return prepared->matches(text.view());
  LikePattern own(pattern.view(), escape.view());
  if (!own.is_valid()) return fail_row(error, "invalid escape sequence in a LIKE pattern"), false;
  return own.matches(text.view());
}

SLUICE_KERNEL bool sluice_regexp(const StringView& text, const StringView& pattern, const RegexState* state) noexcept {
  UsedRegex used(state, pattern);
  RegexGroup found;
  return used.regex != nullptr && pattern.size() > 0 && used.regex->find(text.view(), 0, 0, found);
}
SLUICE_KERNEL void sluice_regexp_extract(const StringView& text, const StringView& pattern, int32_t group,
                                         const RegexState* state, Nullable<StringView>& out) noexcept {
  extract(text, UsedRegex(state, pattern).regex, group, out);
}
SLUICE_KERNEL void sluice_regexp_extract_whole(const StringView& text, const StringView& pattern,
                                               const RegexState* state, Nullable<StringView>& out) noexcept {
  extract(text, UsedRegex(state, pattern).regex, 0, out);
}
// The replacement is taken literally: `$1` is no group.
SLUICE_KERNEL void sluice_regexp_replace(const StringView& text, const StringView& pattern,
                                         const StringView& replacement, KernelContext& context, const RegexState* state,
                                         Nullable<StringView>& out) noexcept {
  UsedRegex used(state, pattern);
  out.is_null = used.regex == nullptr;
  if (used.regex == nullptr) return;
  std::string built;
  uint32_t copied = 0;
  bool any = false;
  for_each_match(text, *used.regex, [&](RegexGroup match) {
    built.append(text.data() + copied, match.begin - copied);
    built.append(replacement.data(), replacement.size());
    copied = match.end;
    any = true;
  });
  out.value = text;
  if (!any) return;
  built.append(text.data() + copied, text.size() - copied);
  out.value = copy_text(context, built.data(), static_cast<uint32_t>(built.size()));
}
SLUICE_KERNEL void sluice_regexp_count(const StringView& text, const StringView& pattern, const RegexState* state,
                                       Nullable<int32_t>& out) noexcept {
  UsedRegex used(state, pattern);
  out.is_null = used.regex == nullptr;
  if (used.regex != nullptr) for_each_match(text, *used.regex, [&](RegexGroup) { ++out.value; });
}
SLUICE_KERNEL void sluice_regexp_instr(const StringView& text, const StringView& pattern, const RegexState* state,
                                       Nullable<int32_t>& out) noexcept {
  UsedRegex used(state, pattern);
  RegexGroup found;
  out.is_null = used.regex == nullptr;
  if (used.regex == nullptr || !used.regex->find(text.view(), 0, 0, found)) return;
  out.value = static_cast<int32_t>(count_utf16_units(text.data(), found.begin)) + 1;
}
SLUICE_KERNEL void sluice_regexp_substr(const StringView& text, const StringView& pattern, const RegexState* state,
                                        Nullable<StringView>& out) noexcept {
  extract(text, UsedRegex(state, pattern).regex, 0, out);
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"
#include "catalog/functions/string_types.h"

namespace sluice {
namespace {

std::shared_ptr<const void> prepare_like(const PrepareArguments& prepared) {
  const Value* pattern = prepared.arguments.constant(1);
  const Value* escape = prepared.arguments.types.size() > 2 ? prepared.arguments.constant(2) : nullptr;
  if (pattern == nullptr || pattern->is_null()) return nullptr;
  if (prepared.arguments.types.size() > 2 && (escape == nullptr || escape->is_null())) return nullptr;
  return std::make_shared<const LikePattern>(
      pattern->get<std::string>(),
      escape != nullptr ? std::string_view(escape->get<std::string>()) : std::string_view());
}

std::shared_ptr<const void> prepare_regex(const PrepareArguments& prepared) {
  const Value* pattern = prepared.arguments.constant(1);
  if (pattern == nullptr || pattern->is_null()) return nullptr;
  return std::make_shared<const RegexState>(RegexState{Regex::compile(pattern->get<std::string>())});
}

// NULL when the pattern is not valid, which a constant tells.
Type replaced(const CallArguments& arguments) {
  const Value* pattern = arguments.constant(1);
  const auto* text = pattern == nullptr ? nullptr : std::get_if<std::string>(&pattern->data);
  return text_unless(text == nullptr || Regex::compile_cached(*text) == nullptr, arguments);
}

constexpr std::string_view kLibrary = "calls the regular expression library";

}  // namespace

std::vector<FunctionDecl> pattern_functions() {
  return {
      FunctionDecl{"LIKE", {overload_of<sluice_like>(), overload_of<sluice_like_escape>()}}
          .prepare(prepare_like)
          .opaque("matches a prepared pattern out of line")
          .doc("Whether the text matches a pattern with `%` for any text and `_` for any character.")
          .example("'stream' LIKE 'str%'", "TRUE")
          .example("'stream' LIKE '_t_ea%'", "TRUE")
          .example("'a' LIKE 'b%'", "FALSE"),
      scalar<sluice_regexp>("REGEXP")
          .prepare(prepare_regex)
          .opaque(kLibrary)
          .doc("Whether a part of the text matches the regular expression.")
          .example("REGEXP('abc', 'b.')", "TRUE")
          .example("REGEXP('Aabc', '\\x41abc')", "TRUE"),
      FunctionDecl{"REGEXP_EXTRACT", {overload_of<sluice_regexp_extract>(), overload_of<sluice_regexp_extract_whole>()}}
          .prepare(prepare_regex)
          .opaque(kLibrary)
          .doc("A group of the first match (0, or none given: all of it); NULL without a match.")
          .example("REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2)", "'bar'")
          .example("REGEXP_EXTRACT('x&channel_id=7&y', '(&|^)channel_id=([^&]*)', 2)", "'7'")
          .example("REGEXP_EXTRACT('abc', 'x', 0)", "NULL"),
      scalar<sluice_regexp_replace>("REGEXP_REPLACE")
          .returns(replaced)
          .nullability(ResultNullability::AsRuled)
          .prepare(prepare_regex)
          .opaque(kLibrary)
          .doc("Every match replaced by a text.")
          .example("REGEXP_REPLACE('foobar', 'oo|ar', '')", "'fb'"),
      scalar<sluice_regexp_count>("REGEXP_COUNT")
          .prepare(prepare_regex)
          .opaque(kLibrary)
          .doc("Number of matches.")
          .example("REGEXP_COUNT('abab', 'a')", "2"),
      scalar<sluice_regexp_instr>("REGEXP_INSTR")
          .prepare(prepare_regex)
          .opaque(kLibrary)
          .doc("Where the first match begins, from 1; 0 without one.")
          .example("REGEXP_INSTR('xab', 'a')", "2"),
      scalar<sluice_regexp_substr>("REGEXP_SUBSTR")
          .prepare(prepare_regex)
          .opaque(kLibrary)
          .doc("The first match; NULL without one.")
          .example("REGEXP_SUBSTR('xab', 'a.')", "'ab'"),
  };
}

}  // namespace sluice
#endif
