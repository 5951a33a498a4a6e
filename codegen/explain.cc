#include "codegen/explain.h"

#include <utility>

#include "catalog/functions/aggregate_decl.h"
#include "codegen/jit/code_engine.h"
#include "codegen/pipeline/split.h"
#include "codegen/state/state_kernels.h"

namespace sluice::codegen {
namespace {

using runtime::AggSpec;
using runtime::KeySpec;
using runtime::PipelineSpec;

class Explainer {
 public:
  Explainer(const ExplainCodeOptions& options, CodeEngine& engine) : options_(options), engine_(engine) {}

  Status add_operator(const jobgraph::Operator& op, const RowSchema& input);
  std::string take() { return std::move(text_); }

 private:
  void note(std::string_view line) { text_ += fmt::format("; {}\n", line); }
  Status add_module(EmittedModule emitted);
  Status add_pipeline(const PipelineSpec& spec);
  Status add_key(const RowSchema& input, const std::vector<uint32_t>& columns);
  Status add_aggregates(const RowSchema& input, const std::vector<uint32_t>& keys,
                        const std::vector<jobgraph::AggregateCall>& calls, jobgraph::AggregatePhase phase);

  Status add(const jobgraph::Source& source, const jobgraph::Operator& op, const RowSchema&);
  Status add(const jobgraph::Calc& calc, const jobgraph::Operator&, const RowSchema& input);
  Status add(const jobgraph::GroupAggregate& aggregate, const jobgraph::Operator&, const RowSchema& input) {
    SLUICE_DO(add_key(input, aggregate.keys));
    return add_aggregates(input, aggregate.keys, aggregate.calls, aggregate.phase);
  }
  Status add(const jobgraph::WindowAggregate& aggregate, const jobgraph::Operator&, const RowSchema& input) {
    SLUICE_DO(add_key(input, aggregate.keys));
    return add_aggregates(input, aggregate.keys, aggregate.calls, aggregate.phase);
  }
  Status add(const jobgraph::Deduplicate& deduplicate, const jobgraph::Operator&, const RowSchema& input) {
    return add_key(input, deduplicate.keys);
  }
  Status add(const jobgraph::ChangelogNormalize& normalize, const jobgraph::Operator&, const RowSchema& input) {
    SLUICE_DO(add_key(input, normalize.keys));
    return normalize.condition.empty() ? Status(Done{}) : add_pipeline({input, normalize.condition, {}});
  }
  Status add(const jobgraph::SinkMaterialize& materialize, const jobgraph::Operator&, const RowSchema& input) {
    return add_key(input, materialize.sink_keys);
  }
  template <class Other>
  Status add(const Other&, const jobgraph::Operator&, const RowSchema&) {
    note("no generated code");
    return Done{};
  }

  const ExplainCodeOptions& options_;
  CodeEngine& engine_;
  std::string text_;
};

Status Explainer::add_module(EmittedModule emitted) {
  if (options_.text != CodeText::Ir) {
    SLUICE_DO(finish_module(emitted, engine_.target(), engine_.bitcode(), Tier::Optimized));
  }
  if (options_.text == CodeText::Assembly) {
    SLUICE_TRY(std::string assembly, assembly_of(emitted, engine_.target(), Tier::Optimized));
    text_ += assembly;
  } else {
    text_ += text_of(*emitted.module);
  }
  text_ += '\n';
  return Done{};
}

Status Explainer::add_pipeline(const PipelineSpec& spec) {
  PipelineSplit split = split_of(spec);
  for (const Expr& condition : spec.condition) note("filter " + to_string(condition));
  for (const Expr& computed : spec.computed) note("compute " + to_string(computed));
  if (spec.condition.empty() && spec.computed.empty()) {
    note("columns are passed through: no generated code");
    return Done{};
  }
  if (!split.generates_condition || (split.generated.empty() && !spec.computed.empty())) {
    note("interpreted as a whole");
    return Done{};
  }
  for (uint32_t column : split.interpreted) note("interpreted: " + to_string(spec.computed[column]));
  return add_module(emit_pipeline(split.is_whole() ? spec : with_columns(spec, split.generated), engine_.target()));
}

Status Explainer::add_key(const RowSchema& input, const std::vector<uint32_t>& columns) {
  KeySpec spec{input, columns, {}};
  std::vector<Type> types;
  for (uint32_t column : columns) types.push_back(input[column].type);
  spec.layout = options_.layout_of(types);
  note("key kernels");
  if (can_emit(spec)) return add_module(emit_key_kernels(spec, engine_.target()));
  note("interpreted: the key is nested");
  return Done{};
}

Status Explainer::add_aggregates(const RowSchema& input, const std::vector<uint32_t>& keys,
                                 const std::vector<jobgraph::AggregateCall>& calls, jobgraph::AggregatePhase phase) {
  AggSpec spec;
  spec.input = input;
  std::vector<Type> fields;
  for (uint32_t key : keys) {
    bool exists = phase != jobgraph::AggregatePhase::Global;
    fields.push_back(input[exists ? key : static_cast<uint32_t>(fields.size())].type);
  }
  for (const jobgraph::AggregateCall& from : calls) {
    runtime::AggregateCall call{from.function, from.version,  from.arguments, from.argument_types,
                                from.filter,   from.distinct, from.retracts,  from.result};
    // The operator turns DISTINCT rows into plain ones, and keeps the values of MIN and MAX that retract.
    call.distinct = false;
    if (call.function == "MIN" || call.function == "MAX") call.retracts = false;
    SLUICE_TRY(AggregateShape shape, running_shape(call.function, call.argument_types, call.retracts));
    spec.fields.push_back(static_cast<uint32_t>(fields.size()));
    spec.merge_columns.push_back(static_cast<uint32_t>(fields.size()));
    for (const AccumulatorField& field : shape.fields) fields.push_back(field.type);
    spec.calls.push_back(std::move(call));
  }
  spec.layout = options_.layout_of(fields);
  note("aggregate kernels");
  if (can_emit(spec)) return add_module(emit_agg_kernels(spec, engine_.target()));
  note("interpreted");
  return Done{};
}

Status Explainer::add(const jobgraph::Source& source, const jobgraph::Operator& op, const RowSchema&) {
  for (const Expr& filter : source.pushed_filters) SLUICE_DO(add_pipeline({op.output, {filter}, {}}));
  if (!source.watermark) {
    if (source.pushed_filters.empty()) note("no generated code");
    return Done{};
  }
  note("watermark");
  return add_pipeline({op.output, {}, {source.watermark->expression}});
}

Status Explainer::add(const jobgraph::Calc& calc, const jobgraph::Operator&, const RowSchema& input) {
  PipelineSpec spec{input, calc.condition, {}};
  for (const Expr& projection : calc.projections) {
    if (projection.as<ColumnRef>() == nullptr) spec.computed.push_back(projection);
  }
  return add_pipeline(spec);
}

Status Explainer::add_operator(const jobgraph::Operator& op, const RowSchema& input) {
  text_ += fmt::format("; ==== {}\n", op.name);
  return std::visit([&](const auto& kind) { return add(kind, op, input); }, op.kind);
}

const jobgraph::Operator* find_operator(const jobgraph::JobGraph& graph, uint32_t id) {
  for (const jobgraph::Fragment& fragment : graph.fragments) {
    for (const jobgraph::Operator& op : fragment.operators) {
      if (op.id == id) return &op;
    }
  }
  return nullptr;
}

}  // namespace

Result<std::string> explain_code(const jobgraph::JobGraph& graph, const ExplainCodeOptions& options) {
  SLUICE_TRY(auto engine, CodeEngine::create(options.env, options.cpu, {}));
  Explainer explainer(options, *engine);
  for (const jobgraph::Fragment& fragment : graph.fragments) {
    for (const jobgraph::Operator& op : fragment.operators) {
      const jobgraph::Operator* input = op.inputs.empty() ? nullptr : find_operator(graph, op.inputs[0]);
      SLUICE_DO(explainer.add_operator(op, input != nullptr ? input->output : RowSchema{}));
    }
  }
  return explainer.take();
}

}  // namespace sluice::codegen

extern "C" __attribute__((visibility("default"))) bool sluice_explain_code(
    const sluice::jobgraph::JobGraph* graph, const sluice::codegen::ExplainCodeOptions* options, std::string* text,
    sluice::Error* error) {
  auto explained = sluice::codegen::explain_code(*graph, *options);
  if (!explained) {
    *error = explained.error();
    return false;
  }
  *text = *std::move(explained);
  return true;
}
