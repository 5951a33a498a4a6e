#pragma once
// Owns LLVM's run-time linker, the cache of objects and the count of compilations; one per code provider. Thread-safe.
#include <llvm/ExecutionEngine/Orc/LLJIT.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "codegen/jit/bitcode.h"
#include "codegen/jit/compile.h"
#include "codegen/jit/object_cache.h"
#include "codegen/jit/target.h"

namespace sluice::codegen {

class CodeEngine;

// Machine code in memory, and its owner: the memory goes with the last bundle that uses it.
class LoadedCode {
 public:
  LoadedCode(std::shared_ptr<llvm::orc::LLJIT> jit, llvm::orc::JITDylib& library) : jit_(jit), library_(library) {}
  LoadedCode(const LoadedCode&) = delete;
  ~LoadedCode();
  // Null when the module had no such function.
  void* address(const std::string& symbol) const;
  // As a pointer to function of type F.
  template <class F>
  F pointer(const std::string& symbol) const {
    return reinterpret_cast<F>(address(symbol));
  }

 private:
  std::shared_ptr<llvm::orc::LLJIT> jit_;
  llvm::orc::JITDylib& library_;
};

using CodeRef = std::shared_ptr<const LoadedCode>;

class CodeEngine : public std::enable_shared_from_this<CodeEngine> {
 public:
  static Result<std::shared_ptr<CodeEngine>> create(const Env& env, const std::string& cpu,
                                                    const std::string& cache_directory);
  ~CodeEngine();

  // The module's code: loaded before, from the cache, or compiled now.
  Result<CodeRef> code(EmittedModule emitted, Tier tier);
  // As above, null instead of compiling.
  Result<CodeRef> cached(const EmittedModule& emitted, Tier tier);

  // Runs `work` on the compiler's thread; `wait_for_background` returns when all of it is done.
  void in_background(std::function<void()> work);
  void wait_for_background();

  const Target& target() const { return target_; }
  const BitcodeLibrary& bitcode() const { return bitcode_; }
  double compile_ms() const { return static_cast<double>(compile_ns_.load()) / 1e6; }
  uint64_t modules_compiled() const { return modules_compiled_.load(); }

 private:
  CodeEngine(const Env& env, Target target, BitcodeLibrary bitcode, std::shared_ptr<llvm::orc::LLJIT> jit,
             const std::string& cache_directory)
      : env_(env),
        target_(std::move(target)),
        bitcode_(std::move(bitcode)),
        jit_(std::move(jit)),
        cache_(env.files, cache_directory) {}

  std::string key_of(const EmittedModule& emitted, Tier tier) const;
  Result<CodeRef> cached(const std::string& key);
  Result<CodeRef> load(const std::string& key, const std::string& object);
  Result<std::string> compile(EmittedModule& emitted, Tier tier);

  Env env_;
  Target target_;
  BitcodeLibrary bitcode_;
  std::shared_ptr<llvm::orc::LLJIT> jit_;
  ObjectCache cache_;
  std::mutex loaded_mutex_;
  std::map<std::string, std::weak_ptr<const LoadedCode>> loaded_;
  uint64_t libraries_ = 0;  // Makes names of JITDylibs unique.
  std::atomic<int64_t> compile_ns_{0};
  std::atomic<uint64_t> modules_compiled_{0};
  std::mutex background_mutex_;
  std::condition_variable background_done_;
  uint64_t background_pending_ = 0;
};

}  // namespace sluice::codegen
