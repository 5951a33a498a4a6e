#include "runtime/job/deployment.h"

#include <algorithm>

#include "base/check.h"
#include "catalog/connectors/watermark_options.h"
#include "runtime/operators/factory.h"
#include "runtime/task/calc.h"
#include "runtime/task/sink_operator.h"
#include "runtime/task/stateless_operators.h"
#include "runtime/task/values_source.h"

namespace sluice::runtime {
namespace {

// Whether the subtasks `from` and `to` are joined.
bool joins(const jobgraph::Edge& edge, uint32_t from, uint32_t from_count, uint32_t to, uint32_t to_count) {
  bool is_parallel = edge.distribution == jobgraph::Distribution::Forward && from_count == to_count;
  return !is_parallel || from == to;
}

}  // namespace

Deployment::Deployment(DeploymentOptions options) : options_(std::move(options)), plan_(*options_.plan) {
  make_channels();
  for (const jobgraph::Fragment& fragment : plan_.graph.fragments) {
    for (uint32_t subtask = 0; subtask < plan_.parallelism_of(fragment); ++subtask) make_task(fragment, subtask);
  }
  connect_channels();
}

void Deployment::start() {
  for (const auto& task : tasks_) task->start();
}

const jobgraph::Fragment& Deployment::fragment_of(uint32_t op) const {
  for (const jobgraph::Fragment& fragment : plan_.graph.fragments) {
    if (std::ranges::find(fragment.operators, op, &jobgraph::Operator::id) != fragment.operators.end()) {
      return fragment;
    }
  }
  SLUICE_UNREACHABLE("edges of a valid graph join operators of it");
}

void Deployment::make_channels() {
  for (const jobgraph::Edge& edge : plan_.graph.edges) {
    const jobgraph::Fragment& from = fragment_of(edge.from);
    const jobgraph::Fragment& to = fragment_of(edge.to);
    EdgeChannels made{&edge, from.id, to.id, plan_.parallelism_of(from), plan_.parallelism_of(to), {}};
    for (uint32_t i = 0; i < made.from_parallelism; ++i) {
      for (uint32_t j = 0; j < made.to_parallelism; ++j) {
        bool joined = joins(edge, i, made.from_parallelism, j, made.to_parallelism);
        made.channels.push_back(joined ? std::make_unique<Channel>(plan_.options.channel_capacity) : nullptr);
      }
    }
    edges_.push_back(std::move(made));
  }
}

void Deployment::connect_channels() {
  auto task_of = [this](uint32_t fragment, uint32_t subtask) {
    auto found = std::ranges::find_if(tasks_, [&](const auto& task) {
      return task->setup().fragment == fragment && task->setup().subtask == subtask;
    });
    return found->get();
  };
  for (const EdgeChannels& edge : edges_) {
    for (uint32_t i = 0; i < edge.from_parallelism; ++i) {
      for (uint32_t j = 0; j < edge.to_parallelism; ++j) {
        Channel* channel = edge.at(i, j);
        if (channel) channel->connect(task_of(edge.from_fragment, i), task_of(edge.to_fragment, j));
      }
    }
  }
}

std::vector<TaskInput> Deployment::task_inputs(const jobgraph::Fragment& fragment, uint32_t subtask) {
  std::vector<TaskInput> inputs;
  for (const EdgeChannels& edge : edges_) {
    if (edge.to_fragment != fragment.id) continue;
    auto node = std::ranges::find(fragment.operators, edge.edge->to, &jobgraph::Operator::id);
    TaskInput input{static_cast<uint32_t>(node - fragment.operators.begin()), edge.edge->input, {}};
    for (uint32_t from = 0; from < edge.from_parallelism; ++from) {
      if (Channel* channel = edge.at(from, subtask)) input.channels.push_back(channel);
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

OperatorContext Deployment::make_context(const jobgraph::Fragment& fragment, const jobgraph::Operator& op,
                                         uint32_t subtask) {
  OperatorContext context;
  context.env = options_.engine.env;
  context.buffers = &options_.memory->buffers;
  context.code = options_.engine.code;
  context.op = &op;
  for (uint32_t input : op.inputs) context.inputs.push_back(plan_.find(input)->output);
  context.subtask = subtask;
  context.parallelism = plan_.parallelism_of(fragment);
  context.max_parallelism = plan_.graph.max_parallelism;
  context.key_groups = key_groups_of(subtask, context.parallelism, context.max_parallelism);
  return context;
}

void Deployment::make_task(const jobgraph::Fragment& fragment, uint32_t subtask) {
  TaskSetup setup;
  setup.name = fmt::format("{}-{}", fragment.id, subtask);
  setup.fragment = fragment.id;
  setup.subtask = subtask;
  setup.env = options_.engine.env;
  setup.buffers = &options_.memory->buffers;
  setup.session = &options_.memory->session;
  setup.inputs = task_inputs(fragment, subtask);
  std::vector<Metrics*> metrics;
  for (uint32_t node = 0; node < fragment.operators.size(); ++node) {
    const jobgraph::Operator& op = fragment.operators[node];
    NodeMetrics& made = metrics_.emplace_back(NodeMetrics{&op, subtask, std::make_unique<Metrics>()});
    metrics.push_back(made.metrics.get());
    setup.contexts.push_back(make_context(fragment, op, subtask));
    setup.contexts.back().metrics = made.metrics.get();
    if (op.inputs.empty()) setup.sources.push_back(node);
  }
  setup.make_chain = [this, &fragment, subtask, metrics](Arena& arena) {
    return make_chain(fragment, subtask, metrics, arena);
  };
  uint32_t parallelism = plan_.parallelism_of(fragment);
  setup.state = {.env = options_.engine.env,
                 .memory = &options_.memory->state,
                 .shared_directory = options_.shared_directory,
                 .spill_directory = options_.spill_directory,
                 .attempt = options_.attempt,
                 .fragment = fragment.id,
                 .subtask = subtask,
                 .groups = key_groups_of(subtask, parallelism, plan_.graph.max_parallelism),
                 .max_parallelism = plan_.graph.max_parallelism,
                 .restore = options_.restore};
  setup.make_state = options_.engine.make_state;
  setup.listener = options_.listener;
  setup.keeps_alive = options_.memory;
  tasks_.push_back(std::make_shared<Task>(std::move(setup)));
}

Result<ChainParts> Deployment::make_chain(const jobgraph::Fragment& fragment, uint32_t subtask,
                                          const std::vector<Metrics*>& metrics, Arena& arena) {
  ChainParts parts;
  uint32_t parallelism = plan_.parallelism_of(fragment);
  for (const jobgraph::Operator& op : fragment.operators) {
    Chain::Node node;
    SLUICE_TRY(node.op, make_node(op, subtask, parallelism));
    node.inputs = static_cast<uint32_t>(op.inputs.size());
    node.metrics = metrics[parts.nodes.size()];
    for (uint32_t consumer = 0; consumer < fragment.operators.size(); ++consumer) {
      const std::vector<uint32_t>& inputs = fragment.operators[consumer].inputs;
      for (uint32_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i] == op.id) node.consumers.push_back({consumer, i});
      }
    }
    for (const EdgeChannels& edge : edges_) {
      if (edge.edge->from != op.id) continue;
      std::vector<Channel*> targets;
      for (uint32_t to = 0; to < edge.to_parallelism; ++to) {
        if (Channel* channel = edge.at(subtask, to)) targets.push_back(channel);
      }
      SLUICE_TRY(auto writer, make_edge_writer(std::move(targets), {.distribution = edge.edge->distribution,
                                                                    .schema = op.output,
                                                                    .hash_columns = edge.edge->hash_columns,
                                                                    .subtask = subtask,
                                                                    .max_parallelism = plan_.graph.max_parallelism,
                                                                    .buffers = &options_.memory->buffers,
                                                                    .arena = &arena,
                                                                    .code = options_.engine.code}));
      node.edges.push_back(writer.get());
      parts.edges.push_back(std::move(writer));
    }
    parts.nodes.push_back(std::move(node));
  }
  return parts;
}

Result<std::unique_ptr<Operator>> Deployment::make_node(const jobgraph::Operator& op, uint32_t subtask,
                                                        uint32_t parallelism) {
  using Made = std::unique_ptr<Operator>;
  uint32_t rows_max = plan_.options.batch_rows_max;
  if (auto* calc = std::get_if<jobgraph::Calc>(&op.kind)) return Made(std::make_unique<Calc>(*calc));
  if (std::holds_alternative<jobgraph::Union>(op.kind)) return Made(std::make_unique<UnionAll>());
  if (std::holds_alternative<jobgraph::DropUpdateBefore>(op.kind)) return Made(std::make_unique<DropUpdateBefore>());
  if (auto* values = std::get_if<jobgraph::Values>(&op.kind)) {
    return Made(std::make_unique<ValuesSource>(*values, rows_max));
  }
  if (auto* assigner = std::get_if<jobgraph::MiniBatchAssigner>(&op.kind)) {
    return Made(std::make_unique<MiniBatchAssigner>(*assigner));
  }
  bool is_source = std::holds_alternative<jobgraph::Source>(op.kind);
  if (!is_source && !std::holds_alternative<jobgraph::Sink>(op.kind)) return make_operator(op);
  if (is_source) {
    ConnectorContext context =
        connector_context(options_.engine, plan_, op, &options_.memory->buffers, &options_.memory->session);
    context.subtask = subtask;
    context.parallelism = parallelism;
    context.attempt = options_.attempt;
    SLUICE_TRY(std::shared_ptr<SourceConnector> connector, make_source(options_.engine, op, context));
    const auto& source = std::get<jobgraph::Source>(op.kind);
    SLUICE_TRY(SourceAlignment::Options alignment, alignment_of(source));
    SourceReader::Options options{std::move(connector), options_.splits.at(op.id), rows_max, std::move(alignment)};
    return Made(std::make_unique<SourceReader>(source, std::move(options)));
  }
  return Made(std::make_unique<SinkOperator>(std::get<jobgraph::Sink>(op.kind), options_.sinks.at(op.uid)));
}

// As in Flink, a source without a drift or a watermark is not aligned.
Result<SourceAlignment::Options> Deployment::alignment_of(const jobgraph::Source& source) {
  SLUICE_TRY(WatermarkOptions options, read_options<WatermarkOptions>(source.table.options));
  if (!source.watermark || options.alignment_group.empty() || options.alignment_max_drift.count() == 0) {
    return SourceAlignment::Options{};
  }
  return SourceAlignment::Options{alignments_.group(options.alignment_group), options.alignment_max_drift.count(),
                                  std::max<int64_t>(options.alignment_update_interval.count(), 1)};
}

JobMetrics Deployment::metrics() const {
  JobMetrics all;
  for (const NodeMetrics& node : metrics_) {
    const Metrics& from = *node.metrics;
    OperatorMetrics& to = all.operators.emplace_back();
    to = {node.op->id,
          node.op->name,
          node.op->uid,
          node.subtask,
          from.rows_in.value(),
          from.rows_out.value(),
          from.late_records_dropped.value(),
          from.not_null_records_dropped.value(),
          from.malformed_records.value(),
          from.watermark.value(),
          {},
          from.lags.value()};
    for (size_t i = 0; i < kDecodeFaults; ++i) to.malformed_by_fault[i] = from.malformed_by_fault[i].value();
    if (node.op->inputs.empty()) all.rows_in += to.rows_out;
    if (std::holds_alternative<jobgraph::Sink>(node.op->kind)) all.rows_out += to.rows_in;
  }
  for (const auto& task : tasks_) {
    const TaskMetrics& load = task->metrics();
    all.tasks.push_back({task->setup().name, load.busy_ns.value(), load.back_pressured_ns.value()});
  }
  all.state_bytes = options_.memory->state.bytes_in_use();
  all.buffer_bytes = options_.memory->buffers.bytes_in_use();
  return all;
}

}  // namespace sluice::runtime
