#include "codegen/jit/code_engine.h"

#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/ExecutionEngine/Orc/ExecutionUtils.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Support/xxhash.h>

#include "codegen/jit/llvm_error.h"

namespace sluice::codegen {
namespace {

// Raised when emitters or bundles change in a way that the module's text does not show.
constexpr int kCodeVersion = 1;

Result<std::shared_ptr<llvm::orc::LLJIT>> make_linker() {
  SLUICE_TRY_LLVM(auto builder, llvm::orc::JITTargetMachineBuilder::detectHost());
  SLUICE_TRY_LLVM(auto jit, llvm::orc::LLJITBuilder()
                                .setJITTargetMachineBuilder(std::move(builder))
                                .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                                .create());
  char prefix = jit->getDataLayout().getGlobalPrefix();
  // Kernels of the process first (our library and what it depends on), then the C library and compiler helpers.
  SLUICE_TRY_LLVM(auto kernels, llvm::orc::DynamicLibrarySearchGenerator::Load(library_path().c_str(), prefix));
  SLUICE_TRY_LLVM(auto process, llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(prefix));
  jit->getMainJITDylib().addGenerator(std::move(kernels));
  jit->getMainJITDylib().addGenerator(std::move(process));
  return std::shared_ptr<llvm::orc::LLJIT>(std::move(jit));
}

}  // namespace

LoadedCode::~LoadedCode() { llvm::consumeError(jit_->getExecutionSession().removeJITDylib(library_)); }

void* LoadedCode::address(const std::string& symbol) const {
  auto found = jit_->lookup(library_, symbol);
  if (!found) {
    llvm::consumeError(found.takeError());
    return nullptr;
  }
  return found->toPtr<void*>();
}

Result<std::shared_ptr<CodeEngine>> CodeEngine::create(const Env& env, const std::string& cpu,
                                                       const std::string& cache_directory) {
  SLUICE_TRY(Target target, Target::create(cpu));
  SLUICE_TRY(BitcodeLibrary bitcode, BitcodeLibrary::load(*env.files));
  SLUICE_TRY(auto jit, make_linker());
  return std::shared_ptr<CodeEngine>(
      new CodeEngine(env, std::move(target), std::move(bitcode), std::move(jit), cache_directory));
}

CodeEngine::~CodeEngine() = default;

std::string CodeEngine::key_of(const EmittedModule& emitted, Tier tier) const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::WriteBitcodeToFile(*emitted.module, stream);
  for (const std::string& name : emitted.native_kernels) stream << name << '\n';
  stream << kCodeVersion << LLVM_VERSION_STRING << static_cast<int>(tier) << target_.cpu() << target_.features()
         << (tier == Tier::Optimized ? bitcode_.digest() : 0);
  llvm::XXH128_hash_t hash = llvm::xxh3_128bits(llvm::arrayRefFromStringRef(stream.str()));
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Result<CodeRef> CodeEngine::cached(const EmittedModule& emitted, Tier tier) { return cached(key_of(emitted, tier)); }

Result<CodeRef> CodeEngine::cached(const std::string& key) {
  {
    std::lock_guard lock(loaded_mutex_);
    auto found = loaded_.find(key);
    if (found != loaded_.end()) {
      if (CodeRef code = found->second.lock()) return code;
    }
  }
  auto object = cache_.find(key);
  if (!object) return CodeRef();
  return load(key, *object);
}

Result<CodeRef> CodeEngine::code(EmittedModule emitted, Tier tier) {
  std::string key = key_of(emitted, tier);
  SLUICE_TRY(CodeRef loaded, cached(key));
  if (loaded) return loaded;
  SLUICE_TRY(std::string object, compile(emitted, tier));
  auto shared = std::make_shared<const std::string>(std::move(object));
  cache_.put(key, shared);
  return load(key, *shared);
}

Result<std::string> CodeEngine::compile(EmittedModule& emitted, Tier tier) {
  int64_t begin = env_.clock->monotonic_ns();
  SLUICE_DO(finish_module(emitted, target_, bitcode_, tier));
  SLUICE_TRY(std::string object, object_of(emitted, target_, tier));
  compile_ns_ += env_.clock->monotonic_ns() - begin;
  ++modules_compiled_;
  return object;
}

Result<CodeRef> CodeEngine::load(const std::string& key, const std::string& object) {
  std::lock_guard lock(loaded_mutex_);
  auto made = jit_->createJITDylib(fmt::format("module{}", libraries_++));
  if (!made) return failure_of(made.takeError());
  llvm::orc::JITDylib& library = *made;
  library.addToLinkOrder(jit_->getMainJITDylib(), llvm::orc::JITDylibLookupFlags::MatchExportedSymbolsOnly);
  auto code = std::make_shared<const LoadedCode>(jit_, library);
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(object, key);
  if (llvm::Error error = jit_->addObjectFile(library, std::move(buffer))) return failure_of(std::move(error));
  loaded_[key] = code;
  return CodeRef(code);
}

void CodeEngine::in_background(std::function<void()> work) {
  {
    std::lock_guard lock(background_mutex_);
    ++background_pending_;
  }
  env_.executor->submit(Executor::Pool::Compile, [this, kept = shared_from_this(), work = std::move(work)]() mutable {
    work();
    work = nullptr;  // What it holds goes before anyone who waits goes on.
    std::lock_guard lock(background_mutex_);
    if (--background_pending_ == 0) background_done_.notify_all();
  });
}

void CodeEngine::wait_for_background() {
  std::unique_lock lock(background_mutex_);
  background_done_.wait(lock, [this] { return background_pending_ == 0; });
}

}  // namespace sluice::codegen
