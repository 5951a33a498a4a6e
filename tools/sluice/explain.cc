// `sluice explain FILE...`: what becomes of a script, stage by stage. Starts neither engine nor LLVM, except for --ir.
#include "planner/explain/explain.h"

#include <dlfcn.h>

#include "base/env/real_env.h"
#include "base/secrets.h"
#include "grammar/ast/print.h"
#include "grammar/parser.h"
#include "planner/script/compile.h"
#include "planner/script/session_context.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/script_arguments.h"

namespace sluice::tools {
namespace {

struct ExplainArguments {
  ScriptArguments script;
  bool ast = false, logical = false, physical = false, jobgraph = false, ir = false, lineage = false;
};

int fail_with(const Diagnostics& diagnostics, const SourceText& source) {
  std::fputs(diagnostics.render(source).c_str(), stderr);
  return kStatementFailed;
}

int explain_ast(const SourceText& source) {
  Diagnostics diagnostics;
  ast::Script script = grammar::parse(source, diagnostics);
  for (const ast::Statement& statement : script.statements) {
    std::printf("%s;\n\n", without_secrets(ast::print(statement)).c_str());
  }
  return diagnostics.ok() ? kOk : fail_with(diagnostics, source);
}

planner::ExplainStage stage_of(const ExplainArguments& arguments) {
  using planner::ExplainStage;
  if (arguments.logical) return ExplainStage::Optimized;
  if (arguments.jobgraph) return ExplainStage::JobGraph;
  if (arguments.lineage) return ExplainStage::Lineage;
  return ExplainStage::Physical;
}

int explain_jobs(const ExplainArguments& arguments, const LoadedScript& script) {
  Diagnostics diagnostics;
  planner::CompiledScript compiled =
      planner::compile_script(script.source, Catalog(), script.settings, diagnostics, stage_of(arguments));
  if (!diagnostics.ok()) return fail_with(diagnostics, script.source);
  for (const planner::CompiledStatement& statement : compiled.statements) {
    if (auto* text = std::get_if<planner::ExplainText>(&statement.kind)) std::printf("%s\n", text->text.c_str());
  }
  return kOk;
}

// Code generation lives in the local engine's library.
int explain_ir(int argc, char** argv) {
  void* library = dlopen("libsluice_local.so", RTLD_NOW | RTLD_GLOBAL);
  auto* run = library ? reinterpret_cast<CommandFunction>(dlsym(library, "sluice_command_explain_ir")) : nullptr;
  if (run != nullptr) return run(argc, argv);
  std::fprintf(stderr, "sluice: %s\n", dlerror());
  return kWorldFailed;
}

}  // namespace

int explain(int argc, char** argv) {
  CLI::App app("Shows what becomes of a script, stage by stage.", "sluice explain");
  ExplainArguments arguments;
  arguments.script.add_to(app);
  auto* stage = app.add_option_group("stage", "What to show; the physical plan without any");
  stage->add_flag("--ast", arguments.ast, "The statements as they were understood");
  stage->add_flag("--logical", arguments.logical, "The optimized logical plan");
  stage->add_flag("--physical", arguments.physical, "Operators with their traits");
  stage->add_flag("--jobgraph", arguments.jobgraph, "Fragments, edges, state");
  stage->add_flag("--ir", arguments.ir, "Generated code as LLVM IR");
  stage->add_flag("--lineage", arguments.lineage, "Which columns come from which");
  stage->require_option(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  if (arguments.ir) return explain_ir(argc, argv);
  Diagnostics diagnostics;
  auto files = make_real_file_system();
  auto script = load_script(arguments.script, *files, diagnostics);
  if (!script) {
    std::fprintf(stderr, "sluice: %s\n", script.error().message.c_str());
    return kWorldFailed;
  }
  if (!diagnostics.ok()) return fail_with(diagnostics, script->original);
  return arguments.ast ? explain_ast(script->source) : explain_jobs(arguments, *script);
}

}  // namespace sluice::tools
