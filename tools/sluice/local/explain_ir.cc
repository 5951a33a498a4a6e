// `sluice explain FILE --ir`: the code that is generated for every operator of a script's jobs.
#include <dlfcn.h>

#include "base/env/real_env.h"
#include "codegen/explain.h"
#include "planner/script/compile.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/script_arguments.h"

namespace sluice::tools {
namespace {

int report(const std::string& text, int code) {
  std::fputs(text.c_str(), stderr);
  return code;
}

int explain_ir(const ScriptArguments& arguments) {
  RealEnv machine({.task_threads = 1});
  Diagnostics diagnostics;
  auto script = load_script(arguments, *machine.env().files, diagnostics);
  if (!script) return report("sluice: " + script.error().message + "\n", kWorldFailed);
  if (!diagnostics.ok()) return report(diagnostics.render(script->original), kStatementFailed);
  planner::CompiledScript compiled = planner::compile_script(script->source, Catalog(), script->settings, diagnostics);
  if (!diagnostics.ok()) return report(diagnostics.render(script->source), kStatementFailed);

  void* library = dlopen("libsluice_codegen.so", RTLD_NOW | RTLD_LOCAL);
  auto* explain = library ? reinterpret_cast<codegen::ExplainCode*>(dlsym(library, codegen::kExplainCode)) : nullptr;
  if (explain == nullptr) return report(fmt::format("sluice: {}\n", dlerror()), kWorldFailed);
  codegen::ExplainCodeOptions options;
  options.env = machine.env();
  options.layout_of = runtime::layout_of;
  for (const planner::CompiledStatement& statement : compiled.statements) {
    auto* job = std::get_if<planner::CompiledJob>(&statement.kind);
    if (job == nullptr) continue;
    std::string text;
    Error error;
    if (!explain(&job->graph, &options, &text, &error)) {
      return report("sluice: " + error.message + "\n", kWorldFailed);
    }
    std::printf("%s\n", text.c_str());
  }
  return kOk;
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_explain_ir(int argc, char** argv) {
  using namespace sluice::tools;
  CLI::App app("Shows the code that is generated for a script's jobs.", "sluice explain --ir");
  ScriptArguments arguments;
  arguments.add_to(app);
  bool is_asked_for = true;
  app.add_flag("--ir", is_asked_for, "LLVM IR as emitted");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return explain_ir(arguments);
}
