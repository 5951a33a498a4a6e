#include <fmt/format.h>

#include "planner/lineage/lineage.h"

namespace sluice::planner {
namespace {

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string lineage_text(const std::vector<jobgraph::LineageEdge>& edges) {
  std::string out;
  for (const jobgraph::LineageEdge& edge : edges) {
    out += fmt::format("{}.{} {} {}.{}  {}\n", edge.sink_table, edge.sink_column, edge.direct ? "<-" : "<~",
                       edge.source_table, edge.source_column, edge.reason);
  }
  return out;
}

std::string lineage_json(const std::vector<jobgraph::LineageEdge>& edges) {
  std::string out = "[";
  for (const jobgraph::LineageEdge& edge : edges) {
    out += fmt::format(
        "{}\n  {{\"source\": {{\"table\": {}, \"column\": {}}}, \"sink\": {{\"table\": {}, \"column\": {}}}, "
        "\"direct\": {}, \"reason\": {}, \"span\": [{}, {}]}}",
        out.size() == 1 ? "" : ",", json_text(edge.source_table), json_text(edge.source_column),
        json_text(edge.sink_table), json_text(edge.sink_column), edge.direct, json_text(edge.reason), edge.span.begin,
        edge.span.end);
  }
  return out + (edges.empty() ? "]" : "\n]");
}

}  // namespace sluice::planner
