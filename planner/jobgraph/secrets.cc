#include "planner/jobgraph/secrets.h"

#include "base/secrets.h"

namespace sluice::jobgraph {
namespace {

void hide(std::map<std::string, std::string>& values) {
  for (auto& [key, value] : values) {
    value = shown_value(key, value);
  }
}

}  // namespace

JobGraph without_secrets(JobGraph graph) {
  graph.sql = sluice::without_secrets(graph.sql);
  hide(graph.settings);
  for (Fragment& fragment : graph.fragments) {
    for (Operator& op : fragment.operators) {
      if (auto* source = std::get_if<Source>(&op.kind)) hide(source->table.options);
      if (auto* sink = std::get_if<Sink>(&op.kind)) hide(sink->table.options);
    }
  }
  return graph;
}

}  // namespace sluice::jobgraph
