#pragma once
// A pipeline over one batch, as text: rows that passed, columns, or that some row failed.
#include <string>
#include <vector>

#include "base/check.h"
#include "catalog/expr/interpreter.h"
#include "runtime/abi/code_provider.h"
#include "tests/unit/codegen/random_rows.h"

namespace sluice::testing {

struct PipelineRun {
  BufferPool pool;
  Arena arena{pool};
  SessionContext session;
  KernelContext context;

  PipelineRun() {
    context.arena = &arena;
    context.session = &session;
  }

  RowSchema schema_of(const runtime::PipelineSpec& spec) {
    RowSchema schema;
    for (const Expr& expr : spec.computed) schema.push_back({"out", expr.type});
    return schema;
  }
  std::vector<std::string> text(const runtime::PipelineSpec& spec, runtime::BatchBuilder& builder,
                                const uint32_t* selection, uint32_t count) {
    if (context.error) return {"ERROR"};
    RowSchema schema = schema_of(spec);
    std::vector<std::string> rows = text_of(builder.finish(count, &arena), schema);
    for (uint32_t i = 0; i < count; ++i) rows[i] = fmt::format("{}: {}", selection[i], rows[i]);
    rows.push_back(fmt::format("{} rows", count));
    return rows;
  }

  std::vector<std::string> run(const runtime::PipelineSpec& spec, const runtime::PipelineKernel& kernel,
                               const runtime::Batch& batch) {
    context.error = {};
    runtime::BatchView view(batch);
    runtime::BatchBuilder builder(pool, schema_of(spec));
    builder.bind(context);
    uint32_t selection[kBatchRowsMax];
    uint32_t count = kernel.run(kernel.self, &context, view.columns(), batch.rows, selection, builder.columns());
    return text(spec, builder, selection, count);
  }

  // The oracle: catalog/expr's interpreter.
  std::vector<std::string> interpret(const runtime::PipelineSpec& spec, const runtime::Batch& batch) {
    context.error = {};
    runtime::BatchView view(batch);
    runtime::BatchBuilder builder(pool, schema_of(spec));
    builder.bind(context);
    uint32_t selection[kBatchRowsMax];
    uint32_t count = batch.rows;
    for (uint32_t i = 0; i < count; ++i) selection[i] = i;
    if (!spec.condition.empty()) {
      auto condition = Program::compile(spec.condition, spec.input);
      SLUICE_CHECK(condition.has_value());
      count = (*condition)->filter(context, view.columns(), selection, count, selection);
    }
    auto computed = Program::compile(spec.computed, spec.input);
    SLUICE_CHECK(computed.has_value());
    if (!context.error) (*computed)->evaluate(context, view.columns(), selection, count, builder.columns());
    return text(spec, builder, selection, count);
  }
};

}  // namespace sluice::testing
