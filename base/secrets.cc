#include "base/secrets.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace sluice {
namespace {

constexpr std::string_view kMarks[] = {"password",     "passwd",     "secret",          "token",       "apikey",
                                       "api-key",      "api.key",    "access-key",      "access.key",  "account.key",
                                       "auth-params",  "basic-auth", "basic.auth.user", "service-key", "jaas.config",
                                       "http-headers", "private.key"};
// Keys as text; `.location` is only where they are.
constexpr std::string_view kEndings[] = {".key", ".key.pem"};

// Of these families a key that is not known may be a misspelt password.
constexpr std::string_view kFamilies[] = {"sasl.", "ssl."};
constexpr std::string_view kHarmless[] = {"sasl.mechanism",
                                          "sasl.mechanisms",
                                          "sasl.username",
                                          "sasl.kerberos.",
                                          "sasl.login.",
                                          "sasl.client.callback.handler.class",
                                          "sasl.server.callback.handler.class",
                                          "sasl.enabled.mechanisms",
                                          "sasl.oauthbearer.",
                                          "ssl.endpoint.identification.algorithm",
                                          "ssl.protocol",
                                          "ssl.enabled.protocols",
                                          "ssl.provider",
                                          "ssl.cipher.suites",
                                          "ssl.curves.list",
                                          "ssl.sigalgs.list",
                                          "ssl.ca.",
                                          "ssl.crl.",
                                          "ssl.engine.",
                                          "ssl.certificate.",
                                          "ssl.truststore.type",
                                          "ssl.truststore.certificates",
                                          "ssl.keystore.type",
                                          "ssl.keystore.certificate.chain",
                                          "ssl.trustmanager.algorithm",
                                          "ssl.keymanager.algorithm",
                                          "ssl.secure.random.implementation"};

bool is_unknown_of_family(std::string_view key) {
  constexpr std::string_view kProperties = "properties.";
  if (key.starts_with(kProperties)) key.remove_prefix(kProperties.size());
  auto begins = [key](std::string_view prefix) { return key.starts_with(prefix); };
  return std::ranges::any_of(kFamilies, begins) && std::ranges::none_of(kHarmless, begins);
}

constexpr std::string_view kBlanks = " \t\r\n";

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_quote(char c) { return c == '\'' || c == '"' || c == '`'; }

// Also behind comments.
size_t behind_blanks(std::string_view text, size_t at) {
  for (;;) {
    at = std::min(text.find_first_not_of(kBlanks, at), text.size());
    std::string_view rest = text.substr(at);
    if (rest.starts_with("--")) {
      at = std::min(text.find('\n', at), text.size());
    } else if (rest.starts_with("/*")) {
      at = std::min(text.find("*/", at), text.size() - 2) + 2;
    } else {
      return at;
    }
  }
}

// `=`, and what is written in its place by mistake.
size_t behind_signs(std::string_view text, size_t at) {
  constexpr std::string_view kSigns = "=>:,";
  while (at < text.size() && kSigns.find(text[at]) != std::string_view::npos) at = behind_blanks(text, at + 1);
  return at;
}

// U&'..' and the like.
size_t behind_charset(std::string_view text, size_t at) {
  constexpr size_t kCharsetMax = 12;
  size_t end = at;
  while (end < text.size() && end - at < kCharsetMax && (is_key_character(text[end]) || text[end] == '&')) ++end;
  return end < text.size() && text[end] == '\'' ? end : at;
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
std::optional<SecretPlace> value_behind(std::string_view text, size_t at, char quote_before, bool has_dot) {
  bool is_quoted = quote_before != 0;
  at = behind_blanks(text, at);
  if (at < text.size() && is_quote(text[at])) {
    is_quoted |= text[at] != '`';
    at = behind_blanks(text, at + 1);
  }
  size_t value = behind_signs(text, at);
  bool is_set = text.substr(at, value - at).find_first_of("=:") != std::string_view::npos;
  bool is_option = is_set ? is_quoted || has_dot : is_quoted && quote_before != '`';
  at = behind_charset(text, value);
  if (at >= text.size()) return {};
  bool is_login = is_set && text[at] == '"';
  if (is_quote(text[at]) && (is_option || is_login)) {
    return SecretPlace{at + 1, end_of_quoted(text, at + 1, text[at])};
  }
  if (!is_set || !is_option) return {};
  return SecretPlace{at, std::min(text.find_first_of("\r\n,;)", at), text.size())};
}

// In one word of a text, `user:PASSWORD@host`, with or without `scheme://` in front.
std::optional<SecretPlace> password_of_address(std::string_view text, size_t begin, size_t end) {
  std::string_view word = text.substr(begin, end - begin);
  size_t scheme = word.find("://");
  size_t user = scheme == std::string_view::npos ? 0 : scheme + 3;
  size_t colon = word.find(':', user), at = word.rfind('@');
  bool has_host = at != std::string_view::npos && at + 1 < word.size();
  if (!has_host || colon == std::string_view::npos || colon + 1 >= at) return {};
  return SecretPlace{begin + colon + 1, begin + at};
}

std::vector<SecretPlace> passwords_of_addresses(std::string_view text) {
  constexpr std::string_view kEnds = " \t\r\n'\"`,;()<>|";
  std::vector<SecretPlace> found;
  for (size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    size_t before = text.find_last_of(kEnds, at);
    size_t begin = before == std::string_view::npos ? 0 : before + 1;
    size_t end = std::min(text.find_first_of(kEnds, at), text.size());
    if (auto place = password_of_address(text, begin, end)) found.push_back(*place);
    at = end == text.size() ? end - 1 : end;
  }
  return found;
}

// Both are in order.
std::vector<SecretPlace> merged(const std::vector<SecretPlace>& some, const std::vector<SecretPlace>& others) {
  std::vector<SecretPlace> all, apart;
  std::ranges::merge(some, others, std::back_inserter(all), {}, &SecretPlace::begin, &SecretPlace::begin);
  for (const SecretPlace& place : all) {
    if (apart.empty() || apart.back().end <= place.begin) {
      apart.push_back(place);
    } else {
      apart.back().end = std::max(apart.back().end, place.end);
    }
  }
  return apart;
}

std::string without(std::string_view text, const std::vector<SecretPlace>& secrets) {
  std::string out;
  size_t at = 0;
  for (const SecretPlace& secret : secrets) {
    out += text.substr(at, secret.begin - at);
    out += kHiddenValue;
    at = secret.end;
  }
  return out.append(text.substr(at));
}

}  // namespace

bool is_secret(std::string_view key) {
  std::string lower(key);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower.ends_with(".location") || lower.ends_with(".url") || lower.ends_with(".uri")) return false;
  return is_unknown_of_family(lower) ||
         std::ranges::any_of(kMarks, [&](std::string_view mark) { return lower.find(mark) != std::string::npos; }) ||
         std::ranges::any_of(kEndings, [&](std::string_view ending) { return lower.ends_with(ending); });
}

std::string shown_value(std::string_view key, std::string_view value) {
  return is_secret(key) ? std::string(kHiddenValue) : without(value, passwords_of_addresses(value));
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
    char quote = begin > 0 && is_quote(text[begin - 1]) ? text[begin - 1] : '\0';
    std::string_view key = text.substr(begin, end - begin);
    auto value = value_behind(text, end, quote, key.find('.') != std::string_view::npos);
    bool hides = value && is_secret(key);
    if (hides) found.push_back(*value);
    begin = hides ? value->end : end;
  }
  return merged(found, passwords_of_addresses(text));
}

std::string without_secrets(std::string_view text) { return without(text, secrets_in(text)); }

}  // namespace sluice
