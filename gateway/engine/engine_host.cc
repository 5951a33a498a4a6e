#include "gateway/engine/engine_host.h"

#include <dlfcn.h>

#include "codegen/code_provider_factory.h"

namespace sluice::gateway {
namespace {

constexpr const char* kCodeGenerator = "libsluice_codegen.so";

// LLVM takes tens of milliseconds to load, so it is not linked but loaded.
Result<std::unique_ptr<runtime::CodeProvider>> load_code_generator(const codegen::CodeProviderOptions& options) {
  void* library = dlopen(kCodeGenerator, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fail(ErrorCode::CodeGenerationFailed, "cannot load the code generator: {}", dlerror());
  auto* make = reinterpret_cast<codegen::MakeCodeProvider*>(dlsym(library, codegen::kMakeCodeProvider));
  if (make == nullptr) return fail(ErrorCode::CodeGenerationFailed, "the code generator has no entry: {}", dlerror());
  Error error;
  std::unique_ptr<runtime::CodeProvider> provider(make(&options, &error));
  if (!provider) return Failure{error};
  return provider;
}

}  // namespace

Result<std::unique_ptr<EngineHost>> EngineHost::create(EngineHostOptions options) {
  std::unique_ptr<EngineHost> host(new EngineHost(options));
  if (options.jit) {
    codegen::CodeProviderOptions codegen;
    codegen.env = host->env();
    codegen.interpreter = &host->interpreter_;
    codegen.cache_directory = options.object_cache;
    SLUICE_TRY(host->compiled_, load_code_generator(codegen));
  }
  runtime::EngineOptions engine;
  engine.env = host->env();
  engine.code = &host->code();
  engine.connectors = &runtime::connectors();
  engine.values = options.values;
  engine.print = std::move(options.print);
  host->engine_ = std::make_unique<runtime::EmbeddedEngine>(std::move(engine));
  return host;
}

EngineHost::~EngineHost() = default;

void EngineHost::preload_code_generator() { dlopen(kCodeGenerator, RTLD_NOW | RTLD_LOCAL); }

}  // namespace sluice::gateway
