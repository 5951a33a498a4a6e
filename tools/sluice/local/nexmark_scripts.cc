#include "tools/sluice/local/nexmark_scripts.h"

#include "grammar/variables.h"

namespace sluice::tools {

Result<std::string> nexmark_script(const std::string& query, int64_t events, int64_t events_per_second,
                                   const std::string& directory) {
  std::string text;
  for (const std::string& name : {std::string("ddl.sql"), std::string("views.sql"), query + ".sql"}) {
    std::string_view file = nexmark_file(name);
    if (file.empty()) return fail(ErrorCode::BadOptionValue, "there is no Nexmark query `{}`", query);
    text += file;
    text += '\n';
  }
  grammar::Variables variables = {
      {"NEXMARK_TABLE", "datagen"},
      {"TPS", std::to_string(events_per_second)},
      {"EVENTS_NUM", std::to_string(events)},
      {"PERSON_PROPORTION", "1"},
      {"AUCTION_PROPORTION", "3"},
      {"BID_PROPORTION", "46"},
      {"KEEP_ALIVE", "false"},
      {"STOP_AT", "-1"},
      {"NEXMARK_DIR", directory},
      {"BOOTSTRAP_SERVERS", "localhost:9092"},
      {"SUBMIT_TIME", "0"},
      {"FLINK_HOME", directory},
  };
  Diagnostics diagnostics;
  std::string script = grammar::substitute(text, 0, variables, diagnostics);
  if (!diagnostics.ok()) return Failure{diagnostics.errors().front()};
  return script;
}

}  // namespace sluice::tools
