#pragma once
// An engine in this process with everything it needs: the machine's Env, the interpreter, and the code generator, which
// is loaded when the first job wants compiled code. What `sluice run`, `sluice bench` and the worker process stand on.
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/env/real_env.h"
#include "runtime/interp/interpreter_provider.h"
#include "runtime/job/embedded_engine.h"

namespace sluice::gateway {

struct EngineHostOptions {
  RealEnvOptions env;
  bool jit = true;
  std::string object_cache;                // Directory of compiled objects; empty: kept in memory only.
  runtime::ValuesStore* values = nullptr;  // Rows of `values` tables: tests only.
  // Where `print` tables go.
  std::function<void(std::string_view lines, bool to_standard_error)> print;
};

class EngineHost {
 public:
  // Fails when the code generator cannot be loaded.
  static Result<std::unique_ptr<EngineHost>> create(EngineHostOptions options);
  ~EngineHost();

  // Loads the code generator now, so that the next host is there sooner. That it cannot be loaded is seen then.
  static void preload_code_generator();

  const Env& env() const { return env_.env(); }
  runtime::EmbeddedEngine& engine() { return *engine_; }
  runtime::CodeProvider& code() { return compiled_ ? *compiled_ : static_cast<runtime::CodeProvider&>(interpreter_); }

 private:
  explicit EngineHost(const EngineHostOptions& options) : env_(options.env) {}

  runtime::InterpreterProvider interpreter_;
  std::unique_ptr<runtime::CodeProvider> compiled_;
  std::unique_ptr<runtime::EmbeddedEngine> engine_;
  RealEnv env_;  // Goes first: its threads, which may still run a cancelled job, use what stands above.
};

}  // namespace sluice::gateway
