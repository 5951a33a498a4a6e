#include "planner/jobgraph/validate.h"

#include <map>
#include <set>

#include "base/key_hash.h"
#include "planner/jobgraph/validate_expr.h"

namespace sluice::jobgraph {
namespace {

Failure invalid(std::string_view what) { return fail(ErrorCode::InvalidJobGraph, "job graph is damaged: {}", what); }

Status validate_columns(const std::vector<uint32_t>& columns, const RowSchema& schema) {
  for (uint32_t column : columns) {
    if (column >= schema.size()) return invalid("column out of range");
  }
  return Done{};
}

Status validate_optional_column(int32_t column, const RowSchema& schema) {
  if (column < -1 || column >= static_cast<int32_t>(schema.size())) return invalid("column out of range");
  return Done{};
}

Status validate_schema(const RowSchema& schema) {
  for (const RowField& field : schema) SLUICE_DO(validate_type(field.type));
  return Done{};
}

Status validate_condition(const std::vector<Expr>& condition, const RowSchema& input) {
  if (condition.size() > 1) return invalid("more than one condition");
  for (const Expr& expr : condition) {
    if (!expr.type.is(TypeRoot::Boolean)) return invalid("condition that is not BOOLEAN");
    SLUICE_DO(validate_expr(expr, input));
  }
  return Done{};
}

Status validate_table(const TableRef& table) {
  SLUICE_DO(validate_schema(table.columns));
  SLUICE_DO(validate_columns(table.primary_key, table.columns));
  SLUICE_DO(validate_columns(table.partition_keys, table.columns));
  if (table.metadata_keys.size() > table.columns.size()) return invalid("more metadata than columns");
  return Done{};
}

Status validate_path(const FieldPath& path, const RowSchema& columns, const Type& output) {
  if (path.empty() || path[0] >= columns.size()) return invalid("path to no column");
  const Type* type = &columns[path[0]].type;
  for (size_t i = 1; i < path.size(); ++i) {
    if (!type->is(TypeRoot::Row) || path[i] >= type->child_count()) return invalid("path to no field");
    type = &type->child(path[i]);
  }
  if (!is_same_layout(*type, output)) return invalid("path to a field of another type");
  return Done{};
}

Status validate_same(const RowSchema& a, const RowSchema& b) {
  if (a.size() != b.size()) return invalid("output with another number of columns");
  for (size_t i = 0; i < a.size(); ++i) {
    if (!is_same_layout(a[i].type, b[i].type)) return invalid("output of another type");
  }
  return Done{};
}

// An operator with what it reads.
class OperatorCheck {
 public:
  OperatorCheck(const Operator& op, std::vector<const RowSchema*> inputs) : op_(op), inputs_(std::move(inputs)) {}

  Status run() {
    SLUICE_DO(validate_schema(op_.output));
    for (const auto& key : op_.upsert_keys) SLUICE_DO(validate_columns(key, op_.output));
    SLUICE_DO(validate_optional_column(op_.rowtime, op_.output));
    SLUICE_DO(validate_state());
    return std::visit([this](const auto& kind) { return check(kind); }, op_.kind);
  }

 private:
  const RowSchema& input() const { return *inputs_[0]; }

  Status wants_inputs(size_t count) const {
    if (inputs_.size() != count) return invalid("operator with another number of inputs");
    return Done{};
  }

  Status passes_rows_on() const {
    SLUICE_DO(wants_inputs(1));
    return validate_same(input(), op_.output);
  }

  Status check(const Source& source) const {
    SLUICE_DO(wants_inputs(0));
    SLUICE_DO(validate_table(source.table));
    if (source.paths.size() != op_.output.size()) return invalid("source with another number of columns");
    for (size_t i = 0; i < source.paths.size(); ++i) {
      SLUICE_DO(validate_path(source.paths[i], source.table.columns, op_.output[i].type));
    }
    for (const Expr& filter : source.pushed_filters) SLUICE_DO(validate_condition({filter}, op_.output));
    if (!source.watermark) return Done{};
    if (source.watermark->interval_ms < 0 || source.watermark->idle_timeout_ms < 0) return invalid("negative interval");
    if (!source.watermark->expression.type.is_timestamp()) return invalid("watermark that is no timestamp");
    return validate_expr(source.watermark->expression, op_.output);
  }

  Status check(const Values& values) const {
    SLUICE_DO(wants_inputs(0));
    for (const ValueList& row : values.rows) {
      if (row.size() != op_.output.size()) return invalid("row with another number of columns");
      for (size_t i = 0; i < row.size(); ++i) SLUICE_DO(validate_value(row[i], op_.output[i].type));
    }
    return Done{};
  }

  Status check(const Calc& calc) const {
    SLUICE_DO(wants_inputs(1));
    SLUICE_DO(validate_condition(calc.condition, input()));
    RowSchema computed;
    for (const Expr& expr : calc.projections) {
      SLUICE_DO(validate_expr(expr, input()));
      computed.push_back({"", expr.type});
    }
    return validate_same(computed, op_.output);
  }

  Status check(const Union&) const {
    if (inputs_.empty()) return invalid("union of nothing");
    for (const RowSchema* schema : inputs_) SLUICE_DO(validate_same(*schema, op_.output));
    return Done{};
  }

  Status check(const MiniBatchAssigner& assigner) const {
    if (assigner.interval_ms <= 0) return invalid("mini-batch without an interval");
    return passes_rows_on();
  }

  Status check_calls(const std::vector<AggregateCall>& calls, AggregatePhase phase) const {
    for (const AggregateCall& call : calls) {
      SLUICE_DO(validate_type(call.result));
      for (const Type& type : call.argument_types) SLUICE_DO(validate_type(type));
      if (phase == AggregatePhase::Global) continue;  // Reads accumulators.
      if (call.arguments.size() != call.argument_types.size()) return invalid("aggregate with untyped arguments");
      SLUICE_DO(validate_columns(call.arguments, input()));
      for (size_t i = 0; i < call.arguments.size(); ++i) {
        if (!is_same_layout(input()[call.arguments[i]].type, call.argument_types[i])) {
          return invalid("aggregate over another type");
        }
      }
      SLUICE_DO(validate_optional_column(call.filter, input()));
      if (call.filter >= 0 && !input()[static_cast<size_t>(call.filter)].type.is(TypeRoot::Boolean)) {
        return invalid("aggregate filter that is not BOOLEAN");
      }
    }
    return Done{};
  }

  // Output columns from `first` on are the results of the calls.
  Status check_results(const std::vector<uint32_t>& keys, const std::vector<AggregateCall>& calls, size_t rest) const {
    if (op_.output.size() != keys.size() + calls.size() + rest) return invalid("aggregate with wrong output");
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!is_same_layout(input()[keys[i]].type, op_.output[i].type)) return invalid("aggregate with wrong output");
    }
    for (size_t i = 0; i < calls.size(); ++i) {
      if (!is_same_layout(calls[i].result, op_.output[keys.size() + i].type)) {
        return invalid("aggregate with wrong output");
      }
    }
    return Done{};
  }

  Status check(const GroupAggregate& aggregate) const {
    SLUICE_DO(wants_inputs(1));
    SLUICE_DO(validate_columns(aggregate.keys, input()));
    SLUICE_DO(check_calls(aggregate.calls, aggregate.phase));
    if (aggregate.phase != AggregatePhase::Single && !aggregate.mini_batch) return invalid("phase without mini-batch");
    if (aggregate.phase == AggregatePhase::Local) return Done{};
    return check_results(aggregate.keys, aggregate.calls, 0);
  }

  Status check(const Deduplicate& deduplicate) const {
    SLUICE_DO(passes_rows_on());
    SLUICE_DO(validate_columns(deduplicate.keys, input()));
    SLUICE_DO(validate_optional_column(deduplicate.rowtime, input()));
    if (deduplicate.rowtime >= 0 && !input()[static_cast<size_t>(deduplicate.rowtime)].type.is_timestamp()) {
      return invalid("time attribute that is no timestamp");
    }
    return Done{};
  }

  Status check(const ChangelogNormalize& normalize) const {
    SLUICE_DO(passes_rows_on());
    if (normalize.keys.empty()) return invalid("normalisation without a key");
    SLUICE_DO(validate_columns(normalize.keys, input()));
    return validate_condition(normalize.condition, input());
  }

  Status check(const DropUpdateBefore&) const { return passes_rows_on(); }

  Status check_window(const Window& window) const {
    if (window.size_ms <= 0 || window.slide_ms < 0) return invalid("window without a size");
    bool has_slide = window.kind == Window::Kind::Hop || window.kind == Window::Kind::Cumulate;
    if (has_slide && (window.slide_ms <= 0 || window.size_ms % window.slide_ms != 0)) return invalid("window slide");
    if (window.offset_ms <= -window.size_ms || window.offset_ms >= window.size_ms) return invalid("window offset");
    return Done{};
  }

  Status check(const WindowAggregate& aggregate) const {
    SLUICE_DO(wants_inputs(1));
    SLUICE_DO(check_window(aggregate.window));
    SLUICE_DO(validate_columns(aggregate.keys, input()));
    SLUICE_DO(validate_columns({aggregate.window.time}, input()));
    if (aggregate.phase != AggregatePhase::Global && !input()[aggregate.window.time].type.is_timestamp()) {
      return invalid("time attribute that is no timestamp");
    }
    SLUICE_DO(check_calls(aggregate.calls, aggregate.phase));
    if (aggregate.phase == AggregatePhase::Local) return Done{};
    SLUICE_DO(check_results(aggregate.keys, aggregate.calls, aggregate.properties.size()));
    for (size_t i = aggregate.keys.size() + aggregate.calls.size(); i < op_.output.size(); ++i) {
      if (!op_.output[i].type.is_timestamp()) return invalid("window bound that is no timestamp");
    }
    return Done{};
  }

  Status check(const SinkMaterialize& materialize) const {
    SLUICE_DO(passes_rows_on());
    if (materialize.sink_keys.empty()) return invalid("materialisation without a key");
    SLUICE_DO(validate_columns(materialize.sink_keys, input()));
    return validate_columns(materialize.upsert_keys, input());
  }

  Status check(const Sink& sink) const {
    SLUICE_DO(passes_rows_on());
    SLUICE_DO(validate_table(sink.table));
    SLUICE_DO(validate_same(sink.table.columns, input()));
    return validate_optional_column(sink.rowtime, input());
  }

  Status validate_state() const {
    std::set<std::string> names;
    for (const StateTable& table : op_.state) {
      if (!names.insert(table.name).second) return invalid("two state tables of one name");
      if (table.ttl_ms < 0) return invalid("negative time to live");
      std::set<uint32_t> ids;
      for (const auto* fields : {&table.key, &table.value}) {
        for (const StateField& field : *fields) {
          if (!ids.insert(field.id).second) return invalid("two state fields of one id");
          SLUICE_DO(validate_type(field.type));
        }
      }
    }
    return Done{};
  }

  const Operator& op_;
  std::vector<const RowSchema*> inputs_;
};

struct Place {
  const Operator* op = nullptr;
  size_t fragment = 0;
  size_t position = 0;
};

class GraphCheck {
 public:
  explicit GraphCheck(const JobGraph& graph) : graph_(graph) {}

  Status run() {
    if (graph_.max_parallelism == 0 || graph_.max_parallelism > kParallelismLimit) {
      return invalid("max-parallelism out of range");
    }
    if (graph_.key_hash_version != kKeyHashVersion) return invalid("unknown key hash");
    SLUICE_DO(place_operators());
    SLUICE_DO(place_edges());
    SLUICE_DO(check_cycles());
    for (const auto& [id, place] : places_) {
      SLUICE_TRY(std::vector<const RowSchema*> inputs, inputs_of(place));
      SLUICE_DO(OperatorCheck(*place.op, std::move(inputs)).run());
    }
    return Done{};
  }

 private:
  Status place_operators() {
    std::set<uint32_t> fragment_ids;
    for (size_t f = 0; f < graph_.fragments.size(); ++f) {
      const Fragment& fragment = graph_.fragments[f];
      if (!fragment_ids.insert(fragment.id).second) return invalid("two fragments of one id");
      if (fragment.operators.empty()) return invalid("fragment without operators");
      for (size_t i = 0; i < fragment.operators.size(); ++i) {
        const Operator& op = fragment.operators[i];
        if (!places_.emplace(op.id, Place{&op, f, i}).second) return invalid("two operators of one id");
      }
    }
    return Done{};
  }

  Status place_edges() {
    for (const Edge& edge : graph_.edges) {
      auto from = places_.find(edge.from), to = places_.find(edge.to);
      if (from == places_.end() || to == places_.end()) return invalid("edge to nowhere");
      if (from->second.fragment == to->second.fragment) return invalid("edge inside a fragment");
      const std::vector<uint32_t>& inputs = to->second.op->inputs;
      if (edge.input >= inputs.size() || inputs[edge.input] != edge.from) return invalid("edge to another input");
      if (!edges_.emplace(std::pair(edge.to, edge.input), &edge).second) return invalid("two edges to one input");
      SLUICE_DO(validate_columns(edge.hash_columns, from->second.op->output));
      bool hashes = edge.distribution == Distribution::Hash;
      if (hashes == edge.hash_columns.empty()) return invalid("hash edge without columns");
    }
    return Done{};
  }

  // Fragments whose inputs are all done are taken away until none is left.
  Status check_cycles() const {
    std::map<size_t, std::set<size_t>> upstream;
    for (const Edge& edge : graph_.edges) upstream[places_.at(edge.to).fragment].insert(places_.at(edge.from).fragment);
    std::set<size_t> done;
    for (bool moved = true; moved;) {
      moved = false;
      for (size_t f = 0; f < graph_.fragments.size(); ++f) {
        if (done.contains(f)) continue;
        bool ready = true;
        for (size_t input : upstream[f]) ready = ready && done.contains(input);
        if (ready) moved = done.insert(f).second;
      }
    }
    if (done.size() != graph_.fragments.size()) return invalid("fragments in a circle");
    return Done{};
  }

  Result<std::vector<const RowSchema*>> inputs_of(const Place& place) const {
    std::vector<const RowSchema*> inputs;
    for (uint32_t i = 0; i < place.op->inputs.size(); ++i) {
      auto from = places_.find(place.op->inputs[i]);
      if (from == places_.end()) return invalid("input from nowhere");
      if (std::holds_alternative<Sink>(from->second.op->kind)) return invalid("input from a sink");
      bool is_local = from->second.fragment == place.fragment;
      if (is_local && from->second.position >= place.position) return invalid("input after its consumer");
      if (is_local == edges_.contains({place.op->id, i})) return invalid("input without an edge");
      inputs.push_back(&from->second.op->output);
    }
    return inputs;
  }

  const JobGraph& graph_;
  std::map<uint32_t, Place> places_;
  std::map<std::pair<uint32_t, uint32_t>, const Edge*> edges_;
};

}  // namespace

Status validate(const JobGraph& graph) { return GraphCheck(graph).run(); }

}  // namespace sluice::jobgraph
