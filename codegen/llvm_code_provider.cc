#include "codegen/llvm_code_provider.h"

#include <deque>
#include <utility>

#include "codegen/expr/call_table.h"
#include "codegen/jit/tiered_handle.h"
#include "codegen/pipeline/split.h"
#include "codegen/state/state_kernels.h"

namespace sluice::codegen {

using runtime::AggKernels;
using runtime::AggSpec;
using runtime::KernelRef;
using runtime::KeyKernels;
using runtime::KeySpec;
using runtime::PipelineKernel;
using runtime::PipelineSpec;
using runtime::RowKernels;
using runtime::RowSpec;

void LlvmCodeProvider::Failures::add(std::string text) {
  std::lock_guard lock(mutex);
  texts.push_back(std::move(text));
}

Result<std::unique_ptr<LlvmCodeProvider>> LlvmCodeProvider::create(const CodeProviderOptions& options) {
  SLUICE_TRY(auto engine, CodeEngine::create(options.env, options.cpu, options.cache_directory));
  return std::unique_ptr<LlvmCodeProvider>(new LlvmCodeProvider(options, std::move(engine)));
}

LlvmCodeProvider::LlvmCodeProvider(const CodeProviderOptions& options, std::shared_ptr<CodeEngine> engine)
    : options_(options), engine_(std::move(engine)) {
  if (options_.env.executor == nullptr) options_.start = CodeProviderOptions::Start::Optimized;
}

LlvmCodeProvider::~LlvmCodeProvider() = default;

void LlvmCodeProvider::wait_until_optimized() { engine_->wait_for_background(); }

std::vector<std::string> LlvmCodeProvider::failures() const {
  std::lock_guard lock(failures_->mutex);
  return failures_->texts;
}

template <class Kernels>
Result<KernelRef<Kernels>> LlvmCodeProvider::make(Recipe<Kernels> recipe, const KernelRef<Kernels>& interpreted) {
  using Start = CodeProviderOptions::Start;
  auto kept = std::make_shared<std::pair<std::shared_ptr<const void>, KernelRef<Kernels>>>(recipe.kept, interpreted);
  auto handle = std::make_shared<TieredHandle<Kernels>>(kept);
  auto install = [&](CodeRef code) { handle->install(recipe.bind(*code), code); };

  if (options_.optimizes) {
    SLUICE_TRY(CodeRef known, engine_->cached(recipe.emit(engine_->target()), Tier::Optimized));
    if (known == nullptr && options_.start == Start::Optimized) {
      SLUICE_TRY(known, engine_->code(recipe.emit(engine_->target()), Tier::Optimized));
    }
    if (known != nullptr) {
      install(known);
      return KernelRef<Kernels>(std::move(handle));
    }
  }
  if (options_.start == Start::Interpreter && interpreted != nullptr) {
    handle->install(interpreted->current(), nullptr);
  } else {
    SLUICE_TRY(CodeRef code, engine_->code(recipe.emit(engine_->target()), Tier::Baseline));
    install(code);
  }
  if (!options_.optimizes) return KernelRef<Kernels>(std::move(handle));
  engine_->in_background(
      [recipe, engine = engine_.get(), failures = failures_, weak = std::weak_ptr<TieredHandle<Kernels>>(handle)] {
        auto alive = weak.lock();
        if (alive == nullptr) return;
        auto code = engine->code(recipe.emit(engine->target()), Tier::Optimized);
        if (!code) return failures->add(code.error().message);
        alive->install(recipe.bind(**code), *code);
      });
  return KernelRef<Kernels>(std::move(handle));
}

Result<KernelRef<PipelineKernel>> LlvmCodeProvider::pipeline(const PipelineSpec& spec) {
  PipelineSplit split = split_of(spec);
  KernelRef<PipelineKernel> whole;
  if (auto interpreted = options_.interpreter->pipeline(spec)) {
    whole = *interpreted;
  } else if (!split.is_whole()) {
    return std::move(interpreted).as_failure();
  }
  bool begins_interpreted = options_.start == CodeProviderOptions::Start::Interpreter && whole != nullptr;
  if (begins_interpreted && has_sequence(spec)) return whole;
  if (!split.generates_condition || (split.generated.empty() && !spec.computed.empty())) return whole;

  struct Kept {
    PipelineSpec spec;
    CallData calls;
    KernelRef<PipelineKernel> rest;
    std::deque<SplitPipeline> halves;  // One per tier.
  };
  auto kept = std::make_shared<Kept>();
  kept->spec = split.is_whole() ? spec : with_columns(spec, split.generated);
  for (const Expr* call : calls_of(kept->spec.condition, kept->spec.computed).calls) kept->calls.add(*call);
  Recipe<PipelineKernel> recipe;
  recipe.kept = kept;
  recipe.emit = [kept](const Target& target) { return emit_pipeline(kept->spec, target); };
  if (split.is_whole()) {
    recipe.bind = [kept](const LoadedCode& code) {
      return PipelineKernel{kept->calls.data(), code.pointer<PipelineFunction>(kPipelineEntry)};
    };
    return make(std::move(recipe), whole);
  }
  SLUICE_TRY(kept->rest, options_.interpreter->pipeline(with_columns(spec, split.interpreted)));
  recipe.bind = [kept, split](const LoadedCode& code) {
    auto function = code.pointer<PipelineFunction>(kPipelineEntry);
    return kept->halves.emplace_back(split, kept->rest, function, kept->calls.data()).kernel();
  };
  return make(std::move(recipe), whole);
}

Result<KernelRef<KeyKernels>> LlvmCodeProvider::key(const KeySpec& spec) {
  SLUICE_TRY(auto interpreted, options_.interpreter->key(spec));
  if (!can_emit(spec)) return interpreted;
  Recipe<KeyKernels> recipe{
      [spec](const Target& target) { return emit_key_kernels(spec, target); }, key_kernels_of, {}};
  return make(std::move(recipe), interpreted);
}

Result<KernelRef<AggKernels>> LlvmCodeProvider::aggregates(const AggSpec& spec) {
  SLUICE_TRY(auto interpreted, options_.interpreter->aggregates(spec));
  if (!can_emit(spec)) return interpreted;
  Recipe<AggKernels> recipe{
      [spec](const Target& target) { return emit_agg_kernels(spec, target); }, agg_kernels_of, {}};
  return make(std::move(recipe), interpreted);
}

Result<KernelRef<RowKernels>> LlvmCodeProvider::rows(const RowSpec& spec) {
  SLUICE_TRY(auto interpreted, options_.interpreter->rows(spec));
  if (!can_emit(spec)) return interpreted;
  Recipe<RowKernels> recipe{
      [spec](const Target& target) { return emit_row_kernels(spec, target); }, row_kernels_of, {}};
  return make(std::move(recipe), interpreted);
}

}  // namespace sluice::codegen

extern "C" __attribute__((visibility("default"))) sluice::runtime::CodeProvider* sluice_make_code_provider(
    const sluice::codegen::CodeProviderOptions* options, sluice::Error* error) {
  auto provider = sluice::codegen::LlvmCodeProvider::create(*options);
  if (provider) return (*provider).release();
  *error = provider.error();
  return nullptr;
}
