#include "runtime/job/job_plan.h"

#include <algorithm>
#include <filesystem>

#include "catalog/types/time_zone.h"
#include "runtime/checkpoint/checkpoint_directory.h"

namespace sluice::runtime {
namespace {

constexpr int64_t kTransactionalIntervalMs = 10'000;

// Sinks are told apart by it, over working directories.
std::string absolute(const std::string& path) {
  std::error_code no_working_directory;
  std::filesystem::path whole = std::filesystem::absolute(path, no_working_directory);
  return no_working_directory ? path : whole.lexically_normal().string();
}

Result<const ConnectorFactory*> find_factory(const EngineOptions& engine, const jobgraph::TableRef& table) {
  auto option = table.options.find("connector");
  std::string name = option == table.options.end() ? std::string() : option->second;
  auto found = std::ranges::find(*engine.connectors, name, &ConnectorFactory::name);
  if (found == engine.connectors->end()) {
    return fail(ErrorCode::UnknownConnector, "connector `{}` of `{}` is not in this process", name, table.path);
  }
  return &*found;
}

Status check_settings(const jobgraph::JobGraph& graph) {
  for (const auto& [key, value] : graph.settings) {
    if (auto failure = check_setting(key, value, {}, {})) return *std::move(failure);
  }
  return Done{};
}

// The session time zone by name; it must exist here.
Result<std::string> find_time_zone(const Settings& settings) {
  std::string name = settings.get("table.local-time-zone");
  if (name == "default") name = "UTC";
  if (TimeZone::find(name) == nullptr) return fail(ErrorCode::BadOptionValue, "there is no time zone `{}`", name);
  return name;
}

std::string new_job_id(Random& random) { return fmt::format("{:016x}{:016x}", random.next(), random.next()); }

// Looks at both ends of the job.
Status inspect_connectors(const EngineOptions& engine, JobPlan& plan,
                          std::vector<std::unique_ptr<SinkConnector>>& sinks) {
  BufferPool buffers;
  SessionContext session;
  for (const jobgraph::Fragment& fragment : plan.graph.fragments) {
    for (const jobgraph::Operator& op : fragment.operators) {
      ConnectorContext context = connector_context(engine, plan, op, &buffers, &session);
      if (std::holds_alternative<jobgraph::Source>(op.kind)) {
        SLUICE_TRY(std::unique_ptr<SourceConnector> source, make_source(engine, op, context));
        plan.is_bounded &= source->is_bounded();
      } else if (std::holds_alternative<jobgraph::Sink>(op.kind)) {
        SLUICE_TRY(std::unique_ptr<SinkConnector> sink, make_sink(engine, plan, op, context));
        plan.has_transactional_sink |= sink->is_transactional();
        plan.needs_final_checkpoint |= sink->needs_final_checkpoint();
        sinks.push_back(std::move(sink));
      }
    }
  }
  return Done{};
}

const jobgraph::Fragment& fragment_of(const jobgraph::JobGraph& graph, uint32_t op) {
  auto has_it = [op](const jobgraph::Fragment& fragment) {
    return std::ranges::find(fragment.operators, op, &jobgraph::Operator::id) != fragment.operators.end();
  };
  return *std::ranges::find_if(graph.fragments, has_it);
}

// Changes that pass between subtasks of different number without a key to go by would lose their order.
Status check_parallelism(const JobPlan& plan) {
  for (const jobgraph::Fragment& fragment : plan.graph.fragments) {
    if (plan.parallelism_of(fragment) <= plan.graph.max_parallelism) continue;
    return fail(ErrorCode::BadOptionValue, "the parallelism {} of `{}` is larger than the job's maximum `{}`",
                fragment.parallelism_max, fragment.operators.front().name, plan.graph.max_parallelism);
  }
  for (const jobgraph::Edge& edge : plan.graph.edges) {
    uint32_t from = plan.parallelism_of(fragment_of(plan.graph, edge.from));
    uint32_t to = plan.parallelism_of(fragment_of(plan.graph, edge.to));
    bool keeps_order = edge.distribution == jobgraph::Distribution::Hash || from == to || to == 1;
    if (keeps_order || plan.find(edge.from)->changelog.is_insert_only()) continue;
    return fail(ErrorCode::BadOptionValue, "`{}` has parallelism {} and `{}` {}, and updates have no key to go by",
                plan.find(edge.from)->name, from, plan.find(edge.to)->name, to)
        .hint("Declare a PRIMARY KEY, or leave `scan.parallelism` or `sink.parallelism` out.");
  }
  return Done{};
}

void decide_checkpoints(JobPlan& plan) {
  if (plan.settings.values().contains("execution.checkpointing.interval")) {
    plan.checkpoint_interval_ms = plan.settings.get_ms("execution.checkpointing.interval");
  } else if (!plan.is_bounded && plan.has_transactional_sink) {
    plan.checkpoint_interval_ms = kTransactionalIntervalMs;
    plan.warnings.push_back(
        "a sink shows its rows only when a checkpoint completes, and `execution.checkpointing.interval` is not set: "
        "taking one every 10 s");
  }
  plan.takes_final_checkpoint = plan.checkpoint_interval_ms > 0 || plan.needs_final_checkpoint;
  plan.takes_checkpoints = plan.takes_final_checkpoint || !plan.is_bounded;
}

}  // namespace

const jobgraph::Operator* JobPlan::find(uint32_t id) const {
  for (const jobgraph::Fragment& fragment : graph.fragments) {
    for (const jobgraph::Operator& op : fragment.operators) {
      if (op.id == id) return &op;
    }
  }
  return nullptr;
}

uint32_t JobPlan::parallelism_of(const jobgraph::Fragment& fragment) const {
  return fragment.parallelism_max == 0 ? parallelism : fragment.parallelism_max;
}

Result<std::shared_ptr<const JobPlan>> make_job_plan(const EngineOptions& engine, jobgraph::JobGraph graph,
                                                     JobOptions options) {
  SLUICE_DO(check_settings(graph));
  auto plan = std::make_shared<JobPlan>();
  plan->graph = std::move(graph);
  plan->settings = Settings(plan->graph.settings);
  plan->options = std::move(options);
  if (plan->options.restore_from.empty()) {
    plan->options.restore_from = plan->settings.get("execution.state-recovery.path");
  }
  SLUICE_TRY(plan->time_zone, find_time_zone(plan->settings));
  plan->job_id = plan->options.job_id.empty() ? new_job_id(*engine.env.random) : plan->options.job_id;
  int64_t parallelism = plan->settings.get_int("parallelism.default");
  if (plan->options.parallelism != 0) parallelism = plan->options.parallelism;
  if (parallelism < 1 || parallelism > plan->graph.max_parallelism) {
    return fail(ErrorCode::BadOptionValue, "parallelism `{}` is not between 1 and the job's maximum `{}`", parallelism,
                plan->graph.max_parallelism);
  }
  plan->parallelism = static_cast<uint32_t>(parallelism);
  SLUICE_DO(check_parallelism(*plan));
  std::vector<std::unique_ptr<SinkConnector>> sinks;
  SLUICE_DO(inspect_connectors(engine, *plan, sinks));
  decide_checkpoints(*plan);
  for (const auto& sink : sinks) {
    std::ranges::move(sink->warnings(plan->checkpoint_interval_ms), std::back_inserter(plan->warnings));
  }
  return std::shared_ptr<const JobPlan>(std::move(plan));
}

ConnectorContext connector_context(const EngineOptions& engine, const JobPlan& plan, const jobgraph::Operator& op,
                                   BufferPool* buffers, const SessionContext* session) {
  ConnectorContext context;
  context.env = engine.env;
  context.buffers = buffers;
  context.session = session;
  context.parallelism = plan.parallelism;
  context.job_name = plan.graph.name;
  context.job_id = plan.job_id;
  context.operator_uid = op.uid;
  context.staging_directory = fmt::format("{}/{}/staged/{}", absolute(plan.settings.get("execution.checkpointing.dir")),
                                          directory_name_of(plan.graph.name), op.uid);
  context.settings = &plan.graph.settings;
  context.results = plan.options.results;
  context.values = engine.values;
  context.print = engine.print;
  return context;
}

Result<std::unique_ptr<SourceConnector>> make_source(const EngineOptions& engine, const jobgraph::Operator& op,
                                                     const ConnectorContext& context) {
  const auto& source = std::get<jobgraph::Source>(op.kind);
  SLUICE_TRY(const ConnectorFactory* factory, find_factory(engine, source.table));
  if (factory->source == nullptr) {
    return fail(ErrorCode::NotASource, "`{}` cannot be read: connector `{}` is a sink", source.table.path,
                factory->name);
  }
  return factory->source(source, op.output, context);
}

Result<std::unique_ptr<SinkConnector>> make_sink(const EngineOptions& engine, const JobPlan& plan,
                                                 const jobgraph::Operator& op, const ConnectorContext& context) {
  const auto& sink = std::get<jobgraph::Sink>(op.kind);
  SLUICE_TRY(const ConnectorFactory* factory, find_factory(engine, sink.table));
  if (factory->sink == nullptr) {
    return fail(ErrorCode::NotASink, "`{}` cannot be written: connector `{}` is a source", sink.table.path,
                factory->name);
  }
  const jobgraph::Operator* input = op.inputs.empty() ? nullptr : plan.find(op.inputs[0]);
  if (input == nullptr) return fail(ErrorCode::InvalidJobGraph, "sink `{}` has no input", op.name);
  return factory->sink(sink, input->output, context);
}

}  // namespace sluice::runtime
