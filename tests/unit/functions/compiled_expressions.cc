#include "compiled_expressions.h"

#include <map>

#include "base/check.h"
#include "catalog/functions/function_table.h"
#include "catalog/types/column_value.h"
#include "codegen/pipeline/split.h"
#include "runtime/abi/batch.h"

namespace sluice::tests {
namespace {

using runtime::PipelineSpec;

constexpr size_t kComputedMax = 24;  // Of one pipeline: functions of thousands of instructions compile slowly.

// The rows of one case that go into a pipeline.
struct Part {
  CompiledCase* source = nullptr;
  std::vector<size_t> rows;
};

// A value per computed column and row; or why the pipeline failed.
struct Batched {
  std::vector<std::vector<Value>> columns;
  std::string error;
};

// One pipeline over the columns of several parts; equal columns are shared.
class JointPipeline {
 public:
  JointPipeline(std::vector<Part> parts, bool chooses) : parts_(std::move(parts)), chooses_(chooses) {
    if (chooses_) spec_.input.push_back({"which", Type::integer().not_null()});
    contents_.resize(spec_.input.size());
    for (size_t i = 0; i < parts_.size(); ++i) spec_.computed.push_back(joint_expr(i));
  }

  void run(runtime::CodeProvider& provider) {
    auto made = provider.pipeline(spec_);
    SLUICE_CHECK(made.has_value());
    handle_ = *made;
    session_.time_zone = parts_[0].source->zone.c_str();
    session_.zone = TimeZone::find(parts_[0].source->zone);
    chooses_ ? run_one_by_one() : run_together(provider);
  }

 private:
  Expr joint_expr(size_t part) {
    const CompiledCase& source = *parts_[part].source;
    std::vector<uint32_t> positions(source.columns.size());
    for (uint32_t c : planner::columns_of(source.expr)) positions[c] = position_of(part, c);
    Expr expr = planner::remap_columns(source.expr, positions);
    if (!chooses_) return expr;
    std::vector<Expr> sides;
    sides.push_back(column(0, spec_.input[0].type));
    sides.push_back(literal(Value{static_cast<int64_t>(part)}, Type::integer().not_null()));
    auto chosen = make_call("=", std::move(sides), {});
    SLUICE_CHECK(chosen.has_value());
    Type type = expr.type.as_nullable();
    Expr one{Special{Form::Case}, type, {}, {}};
    one.args.push_back(*std::move(chosen));
    one.args.push_back(std::move(expr));
    one.args.push_back(literal(Value::null(), type));
    return one;
  }

  uint32_t position_of(size_t part, size_t column) {
    const CompiledCase& source = *parts_[part].source;
    std::vector<Value> content;
    for (size_t row : parts_[part].rows) content.push_back(source.rows[row][column]);
    const Type& type = source.columns[column].type;
    for (uint32_t i = chooses_ ? 1 : 0; i < contents_.size(); ++i) {
      if (spec_.input[i].type == type && contents_[i] == content) return i;
    }
    spec_.input.push_back({source.columns[column].name + std::to_string(contents_.size()), type});
    contents_.push_back(std::move(content));
    return static_cast<uint32_t>(contents_.size() - 1);
  }

  Batched evaluate(size_t first, uint32_t count, int64_t which);
  void run_together(runtime::CodeProvider& provider);
  void run_one_by_one();

  std::vector<Part> parts_;
  bool chooses_;
  PipelineSpec spec_;
  std::vector<std::vector<Value>> contents_;  // Per column of the input.
  runtime::KernelRef<runtime::PipelineKernel> handle_;
  SessionContext session_;
};

// Row i of the batch has row `first + i` of every column, or its first one where it has no more.
Batched JointPipeline::evaluate(size_t first, uint32_t count, int64_t which) {
  RowSchema output_schema;
  for (const Expr& expr : spec_.computed) output_schema.push_back({"out", expr.type});
  BufferPool pool;
  Arena arena(pool);
  KernelContext context;
  context.arena = &arena;
  context.session = &session_;
  runtime::BatchBuilder input(pool, spec_.input), output(pool, output_schema);
  input.bind(context);
  for (size_t c = 0; c < spec_.input.size(); ++c) {
    for (uint32_t row = 0; row < count; ++row) {
      bool is_choice = chooses_ && c == 0;
      size_t at = !is_choice && first + row < contents_[c].size() ? first + row : 0;
      const Value& value = is_choice ? Value{which} : contents_[c][at];
      put_value(input.columns()[c], spec_.input[c].type, row, value, context);
    }
  }
  runtime::Batch batch = input.finish(count, &arena);
  runtime::BatchView view(batch);
  output.bind(context);
  uint32_t selection[kBatchRowsMax];
  const auto& kernel = handle_->current();
  kernel.run(kernel.self, &context, view.columns(), count, selection, output.columns());
  if (context.error) {
    return {{},
            context.error.reason_size > 0 ? std::string(context.error.reason, context.error.reason_size)
                                          : std::string(context.error.reason)};
  }
  runtime::Batch computed = output.finish(count, &arena);
  runtime::BatchView results(computed);
  Batched out;
  for (size_t c = 0; c < spec_.computed.size(); ++c) {
    auto& values = out.columns.emplace_back();
    for (uint32_t row = 0; row < count; ++row) {
      values.push_back(value_at(results.columns()[c], spec_.computed[c].type, row));
    }
  }
  return out;
}

// When a row fails that should not, the expressions run alone, so that the others keep their answers.
void JointPipeline::run_together(runtime::CodeProvider& provider) {
  size_t count = 0;
  for (const Part& part : parts_) count = std::max(count, part.rows.size());
  SLUICE_CHECK(count <= kBatchRowsMax);
  Batched batched = evaluate(0, static_cast<uint32_t>(count), 0);
  if (!batched.error.empty() && parts_.size() > 1) {
    for (const Part& part : parts_) JointPipeline({part}, false).run(provider);
    return;
  }
  for (size_t i = 0; i < parts_.size(); ++i) {
    for (size_t k = 0; k < parts_[i].rows.size(); ++k) {
      Outcome& outcome = parts_[i].source->outcomes[parts_[i].rows[k]];
      outcome = batched.error.empty() ? Outcome{batched.columns[i][k], {}} : Outcome{{}, batched.error};
    }
  }
}

void JointPipeline::run_one_by_one() {
  for (size_t i = 0; i < parts_.size(); ++i) {
    for (size_t k = 0; k < parts_[i].rows.size(); ++k) {
      Batched batched = evaluate(k, 1, static_cast<int64_t>(i));
      Outcome& outcome = parts_[i].source->outcomes[parts_[i].rows[k]];
      outcome = batched.error.empty() ? Outcome{batched.columns[i][0], {}} : Outcome{{}, batched.error};
    }
  }
}

void run_parts(runtime::CodeProvider& provider, const std::vector<Part>& parts, bool chooses) {
  for (size_t begin = 0; begin < parts.size(); begin += kComputedMax) {
    size_t end = std::min(begin + kComputedMax, parts.size());
    JointPipeline(
        {parts.begin() + static_cast<std::ptrdiff_t>(begin), parts.begin() + static_cast<std::ptrdiff_t>(end)}, chooses)
        .run(provider);
  }
}

}  // namespace

void run_compiled(runtime::CodeProvider& provider, std::vector<CompiledCase>& cases) {
  std::map<std::string, std::pair<std::vector<Part>, std::vector<Part>>> by_zone;  // Rows without and with an error.
  for (CompiledCase& each : cases) {
    each.outcomes.resize(each.rows.size());
    each.is_generated = !codegen::split_of({each.columns, {}, {each.expr}}).generated.empty();
    Part clean{&each, {}}, failing{&each, {}};
    for (size_t row = 0; row < each.rows.size(); ++row) (each.fails[row] ? failing : clean).rows.push_back(row);
    auto& [clean_parts, failing_parts] = by_zone[each.zone];
    if (!clean.rows.empty()) clean_parts.push_back(std::move(clean));
    if (!failing.rows.empty()) failing_parts.push_back(std::move(failing));
  }
  for (const auto& [zone, parts] : by_zone) {
    run_parts(provider, parts.first, false);
    run_parts(provider, parts.second, true);
  }
}

}  // namespace sluice::tests
