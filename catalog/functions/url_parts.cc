#include "catalog/functions/url_parts.h"

#include <algorithm>

namespace sluice {
namespace {

struct Url {
  std::string protocol, host, path;
  std::optional<std::string> authority, user, query, ref;
};

bool is_known(std::string_view protocol) {
  constexpr std::string_view kKnown[] = {"http", "https", "ftp", "file", "mailto", "jar"};
  return std::ranges::find(kKnown, protocol) != std::end(kKnown);
}

// The host without the port; false when the port is no number.
bool split_authority(Url& url) {
  std::string_view rest = *url.authority;
  if (size_t at = rest.rfind('@'); at != std::string_view::npos) {
    url.user = rest.substr(0, at);
    rest.remove_prefix(at + 1);
  }
  size_t end = rest.starts_with('[') ? rest.find(']') : 0;
  if (end == std::string_view::npos) return false;
  size_t colon = rest.find(':', end);
  url.host = rest.substr(0, colon);
  if (colon == std::string_view::npos) return true;
  std::string_view port = rest.substr(colon + 1);
  return std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Url> parse(std::string_view text) {
  auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  Url url;
  size_t colon = text.find_first_of(":/");
  if (colon == std::string_view::npos || text[colon] != ':') return {};
  for (char c : text.substr(0, colon)) url.protocol += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  if (!is_known(url.protocol)) return {};
  text.remove_prefix(colon + 1);
  if (size_t hash = text.find('#'); hash != std::string_view::npos) {
    url.ref = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  if (size_t mark = text.find('?'); mark != std::string_view::npos) {
    url.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    size_t end = std::min(text.find('/'), text.size());
    url.authority = text.substr(0, end);
    text.remove_prefix(end);
    if (!split_authority(url)) return {};
  }
  url.path = text;
  return url;
}

}  // namespace

std::optional<std::string> url_part(std::string_view text, std::string_view part) {
  auto url = parse(text);
  if (!url) return {};
  if (part == "HOST") return url->host;
  if (part == "PATH") return url->path;
  if (part == "QUERY") return url->query;
  if (part == "REF") return url->ref;
  if (part == "PROTOCOL") return url->protocol;
  if (part == "FILE") return url->query ? url->path + "?" + *url->query : url->path;
  if (part == "AUTHORITY") return url->authority;
  if (part == "USERINFO") return url->user;
  return {};
}

}  // namespace sluice
