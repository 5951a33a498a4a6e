#include "catalog/objects/secrets.h"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::string_view kMarks[] = {"password",     "passwd",     "secret",          "token",       "apikey",
                                       "api-key",      "api.key",    "access-key",      "access.key",  "account.key",
                                       "auth-params",  "basic-auth", "basic.auth.user", "service-key", "jaas.config",
                                       "http-headers", "private.key"};
// Keys as text; `.location` is only where they are.
constexpr std::string_view kEndings[] = {".key", ".key.pem"};

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

}  // namespace sluice
