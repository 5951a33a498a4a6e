#include "tests/sim/graph_builder.h"

#include "catalog/functions/aggregate_decl.h"

namespace sluice::sim {
namespace {

jobgraph::AggregateCall call(const std::string& function, std::vector<uint32_t> arguments, std::vector<Type> types) {
  jobgraph::AggregateCall out;
  out.function = function;
  out.arguments = std::move(arguments);
  out.argument_types = std::move(types);
  out.result = aggregate_shape(*find_aggregate(function), out.argument_types, false, false)->result;
  return out;
}

jobgraph::TableRef table_of(const std::string& name, RowSchema columns) {
  jobgraph::TableRef table;
  table.id = "table:" + name;
  table.path = name;
  table.columns = std::move(columns);
  table.options = {{"connector", "values"}};
  return table;
}

}  // namespace

void GraphBuilder::begin_fragment(uint32_t parallelism_max) {
  graph_.fragments.push_back({static_cast<uint32_t>(graph_.fragments.size()), {}, parallelism_max});
}

uint32_t GraphBuilder::add(jobgraph::OperatorKind kind, std::vector<uint32_t> inputs, RowSchema output,
                           std::string name) {
  jobgraph::Operator op;
  op.id = next_id_++;
  op.uid = "uid-" + std::to_string(op.id);
  op.name = name + "[" + std::to_string(op.id) + "]";
  op.kind = std::move(kind);
  op.inputs = std::move(inputs);
  op.output = std::move(output);
  op.changelog = ChangelogMode::all();
  graph_.fragments.back().operators.push_back(std::move(op));
  return next_id_ - 1;
}

uint32_t GraphBuilder::source(const std::string& table, bool bounded) {
  jobgraph::Source source;
  source.table = table_of(table, kPairs);
  source.table.options["bounded"] = bounded ? "true" : "false";
  source.paths = {{0}, {1}};
  return add(std::move(source), {}, kPairs, "Source");
}

uint32_t GraphBuilder::count_and_sum(uint32_t input) {
  jobgraph::GroupAggregate aggregate;
  aggregate.keys = {0};
  aggregate.calls = {call("COUNT", {}, {}), call("SUM", {1}, {Type::bigint()})};
  RowSchema output = {kPairs[0], {"n", aggregate.calls[0].result}, {"s", aggregate.calls[1].result}};
  return add(std::move(aggregate), {input}, std::move(output), "GroupAggregate");
}

uint32_t GraphBuilder::sink(const std::string& table, uint32_t input) {
  jobgraph::Sink sink;
  RowSchema columns = op(input).output;
  for (RowField& column : columns) column.type = column.type.as_nullable();
  sink.table = table_of(table, columns);
  sink.accepts = ChangelogMode::all();
  return add(std::move(sink), {input}, op(input).output, "Sink");
}

void GraphBuilder::edge(uint32_t from, uint32_t to, uint32_t input, jobgraph::Distribution distribution,
                        std::vector<uint32_t> hash_columns) {
  graph_.edges.push_back({from, to, input, distribution, std::move(hash_columns)});
}

jobgraph::Operator& GraphBuilder::op(uint32_t id) {
  for (jobgraph::Fragment& fragment : graph_.fragments) {
    for (jobgraph::Operator& op : fragment.operators) {
      if (op.id == id) return op;
    }
  }
  return graph_.fragments.front().operators.front();
}

jobgraph::JobGraph counting_graph(const std::string& name, bool bounded) {
  GraphBuilder builder(name);
  builder.begin_fragment();
  uint32_t source = builder.source("in", bounded);
  builder.begin_fragment();
  uint32_t aggregate = builder.count_and_sum(source);
  builder.sink("out", aggregate);
  builder.edge(source, aggregate, 0, jobgraph::Distribution::Hash, {0});
  return builder.graph();
}

jobgraph::JobGraph union_graph(const std::string& name, bool bounded) {
  GraphBuilder builder(name);
  builder.begin_fragment();
  uint32_t first = builder.source("in1", bounded);
  builder.begin_fragment();
  uint32_t second = builder.source("in2", bounded);
  builder.begin_fragment();
  uint32_t both = builder.add(jobgraph::Union{}, {first, second}, kPairs, "Union");
  builder.begin_fragment();
  uint32_t aggregate = builder.count_and_sum(both);
  builder.sink("out", aggregate);
  builder.edge(first, both, 0, jobgraph::Distribution::Forward);
  builder.edge(second, both, 1, jobgraph::Distribution::Forward);
  builder.edge(both, aggregate, 0, jobgraph::Distribution::Hash, {0});
  return builder.graph();
}

}  // namespace sluice::sim
