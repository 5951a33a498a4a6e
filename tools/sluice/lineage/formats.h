#pragma once
// Lineage of a script's jobs as text, JSON, OpenLineage events, and graphs.
#include <string>
#include <vector>

#include "base/source_text.h"
#include "planner/jobgraph/jobgraph.h"

namespace sluice::tools {

struct JobLineage {
  std::string name;
  std::vector<jobgraph::LineageEdge> edges;
  std::vector<jobgraph::TableRef> sources, sinks;  // Every table once, by path.
};

struct LineageReport {
  std::vector<JobLineage> jobs;
  const SourceText* source = nullptr;  // What the edges' spans are offsets into.
  int64_t wall_ms = 0;                 // When it was made.
};

std::string text_lineage(const LineageReport& report);
// {"jobs": [{"name", "edges": [{"source", "sink", "direct", "reason", "expression", "place"}]}]}
std::string json_lineage(const LineageReport& report);
// One JobEvent per job and line, with the facet columnLineage 1-2-0.
std::string openlineage_lineage(const LineageReport& report);
std::string dot_lineage(const LineageReport& report);
std::string mermaid_lineage(const LineageReport& report);

struct LineageFormat {
  const char* name;
  std::string (*write)(const LineageReport& report);
};
const std::vector<LineageFormat>& lineage_formats();

}  // namespace sluice::tools
