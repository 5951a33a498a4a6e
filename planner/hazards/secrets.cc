#include "planner/hazards/secrets.h"

#include "base/secrets.h"
#include "grammar/string_pairs.h"

namespace sluice::planner {

void find_secrets(const SourceText& script, Diagnostics& diagnostics) {
  for (const grammar::StringPair& pair : grammar::string_pairs(script.text())) {
    std::string_view key = script.text(pair.key), value = script.text(pair.value);
    key = key.substr(1, key.size() - 2);
    bool is_hidden = value.find("${") != std::string_view::npos || value.size() <= 2;
    if (!is_secret(key) || is_hidden) continue;
    diagnostics.report(fail(ErrorCode::SecretInPlainText, pair.key, "the value of `{}` stands in the script", key)
                           .hint("Write a variable such as '${SECRET}', and give its value from outside with --var."));
  }
}

}  // namespace sluice::planner
