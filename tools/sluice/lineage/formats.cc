#include "tools/sluice/lineage/formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "catalog/types/text_form.h"
#include "planner/lineage/lineage.h"

namespace sluice::tools {
namespace {

using Json = nlohmann::ordered_json;
using jobgraph::LineageEdge;
using jobgraph::TableRef;

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// ---- OpenLineage

struct Dataset {
  std::string space, name;
};

// By OpenLineage's naming: where the data is, so that other systems' events meet it.
Dataset dataset_of(const TableRef& table) {
  auto option = [&](const char* key) {
    auto found = table.options.find(key);
    return found == table.options.end() ? std::string() : found->second;
  };
  std::string connector = option("connector");
  if (connector == "kafka" || connector == "upsert-kafka") {
    std::string broker = option("properties.bootstrap.servers");
    std::string topic = option("topic");
    if (!topic.empty()) return {"kafka://" + broker.substr(0, broker.find(',')), topic};
  }
  if (connector == "filesystem") return {"file", option("path")};
  return {"sluice", table.path};
}

class OpenLineage {
 public:
  OpenLineage(const JobLineage& job, const LineageReport& report) : job_(job), report_(report) {
    for (const auto* tables : {&job.sources, &job.sinks}) {
      for (const TableRef& table : *tables) datasets_[table.path] = dataset_of(table);
    }
  }

  Json event() const {
    Json inputs = Json::array(), outputs = Json::array();
    for (const TableRef& table : job_.sources) inputs.push_back(with_schema(table));
    for (const TableRef& table : job_.sinks) {
      Json output = with_schema(table);
      output["facets"]["columnLineage"] = column_lineage(table);
      outputs.push_back(std::move(output));
    }
    return {{"eventTime", time_text(report_.wall_ms)},
            {"producer", kProducer},
            {"schemaURL", "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"},
            {"job", {{"namespace", "sluice"}, {"name", job_.name}}},
            {"inputs", std::move(inputs)},
            {"outputs", std::move(outputs)}};
  }

 private:
  static constexpr const char* kProducer = "urn:sluice:" SLUICE_VERSION;

  static std::string time_text(int64_t wall_ms) {
    char text[64];
    return {text, write_iso_instant(text, TimestampNs{wall_ms, 0})};
  }
  static Json facet(const char* schema) {
    return {{"_producer", kProducer}, {"_schemaURL", std::string("https://openlineage.io/spec/facets/") + schema}};
  }
  Json with_schema(const TableRef& table) const {
    const Dataset& dataset = datasets_.at(table.path);
    Json fields = Json::array();
    for (const RowField& column : table.columns) {
      fields.push_back({{"name", column.name}, {"type", column.type.to_string()}});
    }
    Json schema = facet("1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet");
    schema["fields"] = std::move(fields);
    return {{"namespace", dataset.space}, {"name", dataset.name}, {"facets", {{"schema", std::move(schema)}}}};
  }

  static const char* subtype_of(const std::string& reason) {
    static const std::map<std::string, const char*> kSubtypes = {{"identity", "IDENTITY"},
                                                                 {"transformation", "TRANSFORMATION"},
                                                                 {"aggregation", "AGGREGATION"},
                                                                 {"filter", "FILTER"},
                                                                 {"group", "GROUP_BY"},
                                                                 {"window", "WINDOW"},
                                                                 {"order", "SORT"},
                                                                 {"condition", "CONDITIONAL"},
                                                                 {"join", "JOIN"}};
    auto found = kSubtypes.find(reason);
    return found == kSubtypes.end() ? "TRANSFORMATION" : found->second;
  }
  Json input_field(const LineageEdge& edge) const {
    const Dataset& dataset = datasets_.at(edge.source_table);
    Json transformation = {{"type", edge.direct ? "DIRECT" : "INDIRECT"},
                           {"subtype", subtype_of(edge.reason)},
                           {"description", std::string(report_.source->text(edge.span))},
                           {"masking", false}};
    return {{"namespace", dataset.space},
            {"name", dataset.name},
            {"field", edge.source_column},
            {"transformations", Json::array({std::move(transformation)})}};
  }
  Json column_lineage(const TableRef& sink) const {
    Json facet = OpenLineage::facet("1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet");
    facet["fields"] = Json::object();
    facet["dataset"] = Json::array();
    for (const LineageEdge& edge : job_.edges) {
      if (edge.sink_table != sink.path) continue;
      Json& list = edge.sink_column == "*" ? facet["dataset"] : facet["fields"][edge.sink_column]["inputFields"];
      list.push_back(input_field(edge));
    }
    return facet;
  }

  const JobLineage& job_;
  const LineageReport& report_;
  std::map<std::string, Dataset> datasets_;
};

// ---- Graphs

// `table` of catalog.database.table.
std::string short_name(const std::string& path) { return path.substr(path.rfind('.') + 1); }

// Back-slashes and quotes of a DOT string; Mermaid knows entities instead.
std::string dot_text(const std::string& text) {
  std::string out;
  for (char c : text) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return "\"" + out + "\"";
}
std::string mermaid_text(const std::string& text) {
  std::string out;
  for (char c : text) {
    bool is_plain = c == ' ' || c == '_' || c == '.' || c == '*' || std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                    static_cast<unsigned char>(c) >= 0x80;
    out += is_plain ? std::string(1, c) : fmt::format("#{};", static_cast<int>(c));
  }
  return "\"" + out + "\"";
}

// Columns as nodes within their tables, numbered in the order in which they come.
struct ColumnGraph {
  std::map<std::pair<std::string, std::string>, size_t> nodes;
  std::map<std::string, std::vector<std::string>> columns;  // Of tables, by path.

  explicit ColumnGraph(const JobLineage& job) {
    for (const LineageEdge& edge : job.edges) {
      add(edge.source_table, edge.source_column);
      add(edge.sink_table, edge.sink_column);
    }
  }
  size_t of(const std::string& table, const std::string& column) const { return nodes.at({table, column}); }

 private:
  void add(const std::string& table, const std::string& column) {
    if (nodes.try_emplace({table, column}, nodes.size()).second) columns[table].push_back(column);
  }
};

const char* const kAllRows = "all rows";
std::string column_name(const std::string& column) { return column == "*" ? kAllRows : column; }

}  // namespace

std::string text_lineage(const LineageReport& report) {
  std::string out;
  for (const JobLineage& job : report.jobs) {
    out += fmt::format("{}{}\n{}", out.empty() ? "" : "\n", job.name, planner::lineage_text(job.edges));
  }
  return out;
}

std::string json_lineage(const LineageReport& report) {
  Json jobs = Json::array();
  for (const JobLineage& job : report.jobs) {
    Json edges = Json::array();
    for (const LineageEdge& edge : job.edges) {
      Json entry = {{"source", {{"table", edge.source_table}, {"column", edge.source_column}}},
                    {"sink", {{"table", edge.sink_table}, {"column", edge.sink_column}}},
                    {"direct", edge.direct},
                    {"reason", edge.reason}};
      if (edge.span.end > edge.span.begin) {
        Position at = report.source->position(edge.span.begin);
        entry["expression"] = std::string(report.source->text(edge.span));
        Position end = report.source->position(edge.span.end);
        entry["place"] = {{"file", std::string(at.file)},
                          {"line", at.line},
                          {"column", at.column},
                          {"end_line", end.line},
                          {"end_column", end.column}};
      }
      edges.push_back(std::move(entry));
    }
    jobs.push_back({{"name", job.name}, {"edges", std::move(edges)}});
  }
  return dumped({{"jobs", std::move(jobs)}}, 2) + "\n";
}

std::string openlineage_lineage(const LineageReport& report) {
  std::string out;
  for (const JobLineage& job : report.jobs) out += dumped(OpenLineage(job, report).event(), -1) + "\n";
  return out;
}

std::string dot_lineage(const LineageReport& report) {
  std::string out;
  for (const JobLineage& job : report.jobs) {
    ColumnGraph graph(job);
    out += fmt::format("digraph {} {{\n  rankdir=LR;\n  node [shape=box];\n", dot_text(job.name));
    size_t tables = 0;
    for (const auto& [table, columns] : graph.columns) {
      out += fmt::format("  subgraph cluster_{} {{\n    label={};\n", tables++, dot_text(short_name(table)));
      for (const std::string& column : columns) {
        out += fmt::format("    c{} [label={}];\n", graph.of(table, column), dot_text(column_name(column)));
      }
      out += "  }\n";
    }
    for (const LineageEdge& edge : job.edges) {
      out += fmt::format("  c{} -> c{} [label={}{}];\n", graph.of(edge.source_table, edge.source_column),
                         graph.of(edge.sink_table, edge.sink_column), dot_text(edge.reason),
                         edge.direct ? "" : ", style=dashed");
    }
    out += "}\n";
  }
  return out;
}

// One chart: a page shows one.
std::string mermaid_lineage(const LineageReport& report) {
  std::string out = "flowchart LR\n";
  size_t jobs = 0;
  for (const JobLineage& job : report.jobs) {
    ColumnGraph graph(job);
    size_t tables = 0;
    for (const auto& [table, columns] : graph.columns) {
      out += fmt::format("  subgraph j{}t{}[{}]\n", jobs, tables++, mermaid_text(short_name(table)));
      for (const std::string& column : columns) {
        out += fmt::format("    j{}c{}[{}]\n", jobs, graph.of(table, column), mermaid_text(column_name(column)));
      }
      out += "  end\n";
    }
    for (const LineageEdge& edge : job.edges) {
      out += fmt::format("  j{0}c{1} {2}|{3}| j{0}c{4}\n", jobs, graph.of(edge.source_table, edge.source_column),
                         edge.direct ? "-->" : "-.->", edge.reason, graph.of(edge.sink_table, edge.sink_column));
    }
    ++jobs;
  }
  return out;
}

const std::vector<LineageFormat>& lineage_formats() {
  static const std::vector<LineageFormat> kFormats = {{"text", text_lineage},
                                                      {"json", json_lineage},
                                                      {"openlineage", openlineage_lineage},
                                                      {"dot", dot_lineage},
                                                      {"mermaid", mermaid_lineage}};
  return kFormats;
}

}  // namespace sluice::tools
