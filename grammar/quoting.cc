#include "grammar/quoting.h"

#include <algorithm>
#include <cctype>

#include "grammar/lexer/words.h"

namespace sluice::grammar {

std::string in_back_ticks(std::string_view name) {
  std::string out = "`";
  for (char c : name) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

std::string quoted_name(std::string_view name) {
  auto is_part = [](unsigned char c) { return c == '_' || std::isalnum(c) != 0; };
  bool is_word =
      !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 && std::ranges::all_of(name, is_part);
  return is_word && !is_reserved(name) ? std::string(name) : in_back_ticks(name);
}

}  // namespace sluice::grammar
