// `sluice submit FILE...`: hands a script to a gateway, and streams what its SELECTs answer.
#include "tools/sluice/commands.h"
#include "tools/sluice/exit_code.h"
#include "tools/sluice/interrupt.h"
#include "tools/sluice/remote/gateway_argument.h"
#include "tools/sluice/remote/result_printer.h"
#include "tools/sluice/script_arguments.h"

#include "base/env/real_env.h"

namespace sluice::tools {
namespace {

struct SubmitArguments {
  ScriptArguments script;
  GatewayArgument gateway;
  std::string format = "table";
  std::string from;
  bool is_detached = false;
};

v1::ExecuteRequest request_of(const SubmitArguments& arguments, planner::ScriptParts parts) {
  v1::ExecuteRequest request;
  for (planner::ScriptFile& file : parts.files) {
    v1::SourceFile& out = *request.add_files();
    out.set_name(file.name);
    out.set_text(std::move(file.text));
  }
  request.mutable_settings()->insert(parts.settings.begin(), parts.settings.end());
  request.mutable_variables()->insert(parts.variables.begin(), parts.variables.end());
  request.set_parallelism(arguments.script.parallelism);
  request.set_restore_from(arguments.from);
  request.set_detached(arguments.is_detached);
  return request;
}

int submit(const SubmitArguments& arguments) {
  auto files = make_real_file_system();
  auto parts = read_script(arguments.script, *files);
  if (!parts) {
    std::fprintf(stderr, "sluice: %s\n", parts.error().message.c_str());
    return kWorldFailed;
  }
  size_t bytes = 0;
  for (const planner::ScriptFile& file : parts->files) bytes += file.text.size();
  if (bytes > gateway::kScriptBytesMax) {
    return report(PlacedError{ErrorCode::StatementTooLarge,
                              fmt::format("the script has {} bytes; {} are allowed", bytes, gateway::kScriptBytesMax),
                              {},
                              std::nullopt});
  }
  auto client = gateway::GatewayClient::create(arguments.gateway.address);
  auto stream = client->execute(request_of(arguments, *std::move(parts)));
  ResultPrinter printer(row_format_of(arguments.format), arguments.gateway.address);
  Interrupt interrupt([&](int) {
    printer.expect_cancel();
    stream->cancel();
  });
  return printer.print(*stream);
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_submit(int argc, char** argv) {
  using namespace sluice::tools;
  CLI::App app(
      "Hands SQL scripts to a gateway. Rows of SELECTs are streamed until they end; Ctrl-C cancels the SELECT that is "
      "being read. INSERTs go on in their own processes: their ids are printed.",
      "sluice submit");
  SubmitArguments arguments;
  arguments.script.add_to(app);
  arguments.gateway.add_to(app);
  app.add_option("--format", arguments.format, "How rows of SELECT are written")
      ->check(CLI::IsMember({"table", "changelog", "csv", "json"}))
      ->capture_default_str();
  app.add_option("--from", arguments.from, "Start from: none, latest (the job's newest checkpoint), or a path")
      ->capture_default_str();
  app.add_flag("--detach", arguments.is_detached, "Start SELECTs, too, without reading them: `sluice jobs results ID`");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return submit(arguments);
}
