#include "planner/jobgraph/print.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/check.h"

namespace sluice::jobgraph {
namespace {

std::string text_of(const std::vector<uint32_t>& columns) { return fmt::format("[{}]", fmt::join(columns, ", ")); }

std::string text_of(const std::vector<Expr>& exprs) {
  std::string out;
  for (const Expr& expr : exprs) out += (out.empty() ? "" : ", ") + to_string(expr);
  return "[" + out + "]";
}

std::string text_of(const FieldPath& path, const RowSchema& columns) {
  std::string out = columns[path[0]].name;
  const Type* type = &columns[path[0]].type;
  for (size_t i = 1; i < path.size(); ++i) {
    out += "." + type->field_name(path[i]);
    type = &type->child(path[i]);
  }
  return out;
}

std::string text_of(const std::vector<AggregateCall>& calls) {
  std::string out;
  for (const AggregateCall& call : calls) out += (out.empty() ? "" : ", ") + text_of(call);
  return "[" + out + "]";
}

const char* text_of(AggregatePhase phase) {
  switch (phase) {
    case AggregatePhase::Single:
      return "";
    case AggregatePhase::Local:
      return " phase=local";
    case AggregatePhase::Global:
      return " phase=global";
  }
  SLUICE_UNREACHABLE("every phase has a text");
}

std::string text_of(const std::optional<MiniBatch>& mini_batch) {
  return mini_batch ? fmt::format(" mini_batch={}", mini_batch->rows_max) : "";
}

std::string ttl_text(int64_t ttl_ms) { return ttl_ms == 0 ? "" : fmt::format(" ttl={}ms", ttl_ms); }

const char* flag(bool is_set, const char* text) { return is_set ? text : ""; }

std::string text_of(const Source& source) {
  std::string out = source.table.path + " columns=[";
  for (size_t i = 0; i < source.paths.size(); ++i) {
    out += (i > 0 ? ", " : "") + text_of(source.paths[i], source.table.columns);
  }
  out += "]";
  if (!source.pushed_filters.empty()) out += " filters=" + text_of(source.pushed_filters);
  if (source.watermark) {
    out += " watermark=" + to_string(source.watermark->expression) + flag(source.watermark->per_event, " per_event");
    if (source.watermark->idle_timeout_ms > 0) out += fmt::format(" idle={}ms", source.watermark->idle_timeout_ms);
  }
  return out;
}

std::string text_of(const WindowAggregate& aggregate) {
  constexpr const char* kProperties[] = {"start", "end", "time"};
  std::string properties;
  for (auto property : aggregate.properties) {
    properties += (properties.empty() ? "" : ", ") + std::string(kProperties[static_cast<size_t>(property)]);
  }
  std::string out = fmt::format("window={} keys={} calls={} properties=[{}]{}{}", text_of(aggregate.window),
                                text_of(aggregate.keys), text_of(aggregate.calls), properties, text_of(aggregate.phase),
                                flag(aggregate.input_retracts, " retracts"));
  return aggregate.shift_time_zone.empty() ? out : out + " zone=" + aggregate.shift_time_zone;
}

struct Describe {
  std::string operator()(const Source& source) const { return text_of(source); }
  std::string operator()(const Values& values) const { return fmt::format("rows={}", values.rows.size()); }
  std::string operator()(const Calc& calc) const {
    std::string projections = "projections=" + text_of(calc.projections);
    return calc.condition.empty() ? projections : "condition=" + to_string(calc.condition[0]) + " " + projections;
  }
  std::string operator()(const Union&) const { return ""; }
  std::string operator()(const MiniBatchAssigner& assigner) const {
    return fmt::format("interval={}ms", assigner.interval_ms);
  }
  std::string operator()(const GroupAggregate& aggregate) const {
    return fmt::format("keys={} calls={}{}{}{}{}{}{}", text_of(aggregate.keys), text_of(aggregate.calls),
                       text_of(aggregate.phase), flag(aggregate.input_retracts, " retracts"),
                       flag(!aggregate.sends_update_before, " no_update_before"), text_of(aggregate.mini_batch),
                       flag(aggregate.in_place_of_two_phases, " in_place_of_two_phases"), ttl_text(aggregate.ttl_ms));
  }
  std::string operator()(const Deduplicate& deduplicate) const {
    std::string time = deduplicate.rowtime < 0 ? "proctime" : fmt::format("${}", deduplicate.rowtime);
    return fmt::format("keys={} time={} keeps={}{}{}{}{}{}", text_of(deduplicate.keys), time,
                       deduplicate.keeps_last ? "last" : "first",
                       flag(!deduplicate.sends_update_before, " no_update_before"),
                       flag(deduplicate.omits_insert, " no_insert"), text_of(deduplicate.mini_batch),
                       flag(deduplicate.compacts, " compacts"), ttl_text(deduplicate.ttl_ms));
  }
  std::string operator()(const ChangelogNormalize& normalize) const {
    std::string condition = normalize.condition.empty() ? "" : " condition=" + to_string(normalize.condition[0]);
    return fmt::format("keys={}{}{}{}{}", text_of(normalize.keys), condition,
                       flag(!normalize.sends_update_before, " no_update_before"), text_of(normalize.mini_batch),
                       ttl_text(normalize.ttl_ms));
  }
  std::string operator()(const DropUpdateBefore&) const { return ""; }
  std::string operator()(const WindowAggregate& aggregate) const { return text_of(aggregate); }
  std::string operator()(const SinkMaterialize& materialize) const {
    return fmt::format("sink_keys={} upsert_keys={}{}{}", text_of(materialize.sink_keys),
                       text_of(materialize.upsert_keys), flag(materialize.input_is_upsert, " upsert_input"),
                       ttl_text(materialize.ttl_ms));
  }
  std::string operator()(const Sink& sink) const {
    return fmt::format("{} accepts=[{}]{}{}", sink.table.path, jobgraph::text_of(sink.accepts),
                       flag(sink.not_null == Sink::NotNull::Drop, " drops_null"),
                       flag(sink.length == Sink::Length::TrimPad, " trims_to_length"),
                       flag(sink.length == Sink::Length::Error, " checks_length"));
  }
};

std::string fields_text(const std::vector<StateField>& fields) {
  std::string out;
  for (const StateField& field : fields) {
    out += fmt::format("{}{}:{} {}", out.empty() ? "" : ", ", field.id, field.name, field.type.to_string());
  }
  return out;
}

std::string text_of(const StateTable& table) {
  constexpr const char* kKinds[] = {"value", "map", "append", "ordered", "slices", "timers", "list"};
  return fmt::format("      state {} {} ({}) -> ({}){}\n", table.name, kKinds[static_cast<size_t>(table.kind)],
                     fields_text(table.key), fields_text(table.value), ttl_text(table.ttl_ms));
}

std::string traits_text(const Operator& op) {
  std::string out = "[" + jobgraph::text_of(op.changelog) + "]";
  for (const auto& key : op.upsert_keys) out += fmt::format(" key({})", fmt::join(key, ","));
  if (op.rowtime >= 0) out += fmt::format(" rowtime({})", op.rowtime);
  return out;
}

std::string text_of(const Operator& op) {
  std::string description = describe(op.kind);
  std::string out = fmt::format("    {} {}{}{}", op.id, name_of(op.kind), description.empty() ? "" : " ", description);
  if (!op.inputs.empty()) out += fmt::format(" <- {}", fmt::join(op.inputs, ", "));
  out += "  " + traits_text(op) + "\n";
  if (!op.uid.empty()) out += "      uid " + op.uid + "\n";
  std::string columns;
  for (const RowField& field : op.output) {
    columns += (columns.empty() ? "" : ", ") + field.name + " " + field.type.to_string();
  }
  out += "      output " + columns + "\n";
  for (const StateTable& table : op.state) out += text_of(table);
  return out;
}

std::string text_of(const Edge& edge) {
  constexpr const char* kDistributions[] = {"forward", "hash", "gather", "rebalance"};
  std::string columns = edge.hash_columns.empty() ? "" : text_of(edge.hash_columns);
  return fmt::format("  {} -> {}.{} {}{}\n", edge.from, edge.to, edge.input,
                     kDistributions[static_cast<size_t>(edge.distribution)], columns);
}

}  // namespace

const char* name_of(const OperatorKind& kind) {
  struct Name {
    const char* operator()(const Source&) const { return "Source"; }
    const char* operator()(const Values&) const { return "Values"; }
    const char* operator()(const Calc&) const { return "Calc"; }
    const char* operator()(const Union&) const { return "Union"; }
    const char* operator()(const MiniBatchAssigner&) const { return "MiniBatchAssigner"; }
    const char* operator()(const GroupAggregate&) const { return "GroupAggregate"; }
    const char* operator()(const Deduplicate&) const { return "Deduplicate"; }
    const char* operator()(const ChangelogNormalize&) const { return "ChangelogNormalize"; }
    const char* operator()(const DropUpdateBefore&) const { return "DropUpdateBefore"; }
    const char* operator()(const WindowAggregate&) const { return "WindowAggregate"; }
    const char* operator()(const SinkMaterialize&) const { return "SinkMaterialize"; }
    const char* operator()(const Sink&) const { return "Sink"; }
  };
  return std::visit(Name{}, kind);
}

std::string text_of(ChangelogMode mode) {
  constexpr std::pair<RowKind, const char*> kNames[] = {
      {RowKind::Insert, "I"}, {RowKind::UpdateBefore, "UB"}, {RowKind::UpdateAfter, "UA"}, {RowKind::Delete, "D"}};
  std::string out;
  for (auto [kind, name] : kNames) {
    if (mode.contains(kind)) out += (out.empty() ? "" : ",") + std::string(name);
  }
  return out;
}

std::string text_of(const AggregateCall& call) {
  std::string arguments;
  for (uint32_t argument : call.arguments) arguments += fmt::format("{}${}", arguments.empty() ? "" : ", ", argument);
  std::string filter = call.filter < 0 ? "" : fmt::format(" FILTER ${}", call.filter);
  return fmt::format("{}({}{}){}{}", call.function, flag(call.distinct, "DISTINCT "), arguments, filter,
                     flag(call.retracts, " RETRACTS"));
}

std::string text_of(const Window& window) {
  std::string slide = window.slide_ms == 0 ? "" : fmt::format(", slide={}ms", window.slide_ms);
  std::string offset = window.offset_ms == 0 ? "" : fmt::format(", offset={}ms", window.offset_ms);
  constexpr const char* kKinds[] = {"TUMBLE", "HOP", "CUMULATE", "SESSION"};
  return fmt::format("{}(${}{}, size={}ms{}{})", kKinds[static_cast<size_t>(window.kind)], window.time,
                     flag(window.processing_time, " proctime"), window.size_ms, slide, offset);
}

std::string describe(const OperatorKind& kind) { return std::visit(Describe{}, kind); }

std::string print(const JobGraph& graph) {
  std::string out = fmt::format("job {} max_parallelism={}\n", graph.name, graph.max_parallelism);
  for (const auto& [key, value] : graph.settings) out += fmt::format("  set {} = {}\n", key, value);
  for (const Fragment& fragment : graph.fragments) {
    std::string limit = fragment.parallelism_max == 0 ? "" : fmt::format(" parallelism<={}", fragment.parallelism_max);
    out += fmt::format("  fragment {}{}\n", fragment.id, limit);
    for (const Operator& op : fragment.operators) out += text_of(op);
  }
  for (const Edge& edge : graph.edges) out += text_of(edge);
  return out;
}

}  // namespace sluice::jobgraph
