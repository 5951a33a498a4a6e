#include "planner/script/assemble.h"

#include "grammar/variables.h"

namespace sluice::planner {

AssembledScript assemble(const ScriptParts& parts, Diagnostics& diagnostics) {
  AssembledScript script;
  for (const auto& [key, value] : parts.settings) {
    if (auto wrong = check_setting(key, value, {}, {})) {
      wrong->error.span.reset();
      diagnostics.report(*std::move(wrong));
    }
    script.settings.set(key, value);
  }
  grammar::Variables variables(parts.variables.begin(), parts.variables.end());
  for (const ScriptFile& file : parts.files) {
    auto offset = static_cast<uint32_t>(script.original.text().size());
    script.original.append(file.name, file.text);
    script.files.push_back({file.name, grammar::substitute(file.text, offset, variables, diagnostics)});
    script.source.append(file.name, script.files.back().text);
  }
  return script;
}

}  // namespace sluice::planner
