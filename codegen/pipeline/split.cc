#include "codegen/pipeline/split.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "catalog/functions/function_table.h"
#include "codegen/expr/emit_expr.h"

namespace sluice::codegen {
namespace {

using runtime::PipelineSpec;

// Computed twice, once for each half, it might differ.
bool changes_per_row(const Expr& expr) {
  if (auto* call = expr.as<Call>()) {
    const FunctionDecl* function = find_function(call->function);
    if (function == nullptr || function->volatility == Volatility::PerRow) return true;
  }
  return std::ranges::any_of(expr.args, changes_per_row);
}

bool is_sequence(const Expr& expr) {
  bool seeded =
      (expr.is_call("RAND") && expr.args.size() == 1) || (expr.is_call("RAND_INTEGER") && expr.args.size() == 2);
  return (seeded && expr.args[0].as<Literal>() != nullptr) || std::ranges::any_of(expr.args, is_sequence);
}

}  // namespace

bool has_sequence(const PipelineSpec& spec) {
  return std::ranges::any_of(spec.condition, is_sequence) || std::ranges::any_of(spec.computed, is_sequence);
}

PipelineSplit split_of(const PipelineSpec& spec) {
  PipelineSplit split;
  for (uint32_t i = 0; i < spec.computed.size(); ++i) {
    (can_emit(spec.computed[i]) ? split.generated : split.interpreted).push_back(i);
  }
  if (spec.condition.empty()) return split;
  split.generates_condition = can_emit(spec.condition[0]);
  if (!split.interpreted.empty() && changes_per_row(spec.condition[0])) split.generates_condition = false;
  return split;
}

PipelineSpec with_columns(const PipelineSpec& spec, const std::vector<uint32_t>& columns) {
  PipelineSpec out{spec.input, spec.condition, {}};
  for (uint32_t column : columns) out.computed.push_back(spec.computed[column]);
  return out;
}

uint32_t SplitPipeline::run(const void* self, KernelContext* context, const ColumnView* columns, uint32_t rows,
                            uint32_t* selection, MutableColumn* out) {
  auto* pipeline = static_cast<const SplitPipeline*>(self);
  auto pick = [&](const std::vector<uint32_t>& positions) {
    std::vector<MutableColumn> picked;
    for (uint32_t position : positions) picked.push_back(out[position]);
    return picked;
  };
  std::vector<MutableColumn> generated = pick(pipeline->split_.generated);
  uint32_t count = pipeline->generated_(pipeline->generated_self_, context, columns, rows, selection, generated.data());
  if (context->error || count == 0) return count;
  std::vector<MutableColumn> interpreted = pick(pipeline->split_.interpreted);
  uint32_t again[kBatchRowsMax];
  const auto& kernel = pipeline->interpreted_->current();
  uint32_t count_again = kernel.run(kernel.self, context, columns, rows, again, interpreted.data());
  SLUICE_CHECK(context->error || count_again == count);
  return count;
}

}  // namespace sluice::codegen
