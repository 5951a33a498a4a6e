#include "base/secrets.h"

#include <algorithm>
#include <optional>

namespace sluice {
namespace {

constexpr std::string_view kMarks[] = {"password",     "passwd",     "secret",          "token",       "apikey",
                                       "api-key",      "api.key",    "access-key",      "access.key",  "account.key",
                                       "auth-params",  "basic-auth", "basic.auth.user", "service-key", "jaas.config",
                                       "http-headers", "private.key"};
// Keys as text; `.location` is only where they are.
constexpr std::string_view kEndings[] = {".key", ".key.pem"};

constexpr std::string_view kBlanks = " \t\r\n";

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_quote(char c) { return c == '\'' || c == '"'; }

size_t behind_blanks(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(kBlanks, at), text.size());
}

// Two of them stand for one.
size_t end_of_quoted(std::string_view text, size_t at, char quote) {
  for (;; at += 2) {
    at = text.find(quote, at);
    if (at == std::string_view::npos) return text.size();
    if (at + 1 >= text.size() || text[at + 1] != quote) return at;
  }
}

// The value of a key that ends at `at`, where there is one.
std::optional<SecretPlace> value_behind(std::string_view text, size_t at, bool is_quoted) {
  at = behind_blanks(text, at);
  if (at < text.size() && is_quote(text[at])) {
    is_quoted = true;
    at = behind_blanks(text, at + 1);
  }
  bool has_equals = at < text.size() && text[at] == '=';
  if (has_equals) at = behind_blanks(text, at + 1);
  if (at >= text.size() || !(is_quoted || has_equals)) return {};
  char quote = text[at];
  if (quote == '\'' ? is_quoted : quote == '"') return SecretPlace{at + 1, end_of_quoted(text, at + 1, quote)};
  if (!has_equals || !is_quoted) return {};
  return SecretPlace{at, std::min(text.find_first_of(" \t\r\n,;)", at), text.size())};
}

}  // namespace

bool is_secret(std::string_view key) {
  std::string lower(key);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower.ends_with(".location") || lower.ends_with(".url") || lower.ends_with(".uri")) return false;
  return std::ranges::any_of(kMarks, [&](std::string_view mark) { return lower.find(mark) != std::string::npos; }) ||
         std::ranges::any_of(kEndings, [&](std::string_view ending) { return lower.ends_with(ending); });
}

std::string shown_value(std::string_view key, std::string_view value) {
  return std::string(is_secret(key) ? kHiddenValue : value);
}

std::vector<SecretPlace> secrets_in(std::string_view text) {
  std::vector<SecretPlace> found;
  for (size_t begin = 0; begin < text.size();) {
    if (!is_key_character(text[begin])) {
      ++begin;
      continue;
    }
    size_t end = begin;
    while (end < text.size() && is_key_character(text[end])) ++end;
    bool is_quoted = begin > 0 && is_quote(text[begin - 1]);
    auto value = value_behind(text, end, is_quoted);
    bool hides = value && is_secret(text.substr(begin, end - begin));
    if (hides) found.push_back(*value);
    begin = hides ? value->end : end;
  }
  return found;
}

std::string without_secrets(std::string_view text) {
  std::string out;
  size_t at = 0;
  for (const SecretPlace& secret : secrets_in(text)) {
    out += text.substr(at, secret.begin - at);
    out += kHiddenValue;
    at = secret.end;
  }
  return out.append(text.substr(at));
}

}  // namespace sluice
