#include "planner/plan/logical.h"

#include "base/check.h"

namespace sluice::planner {

SLUICE_DEFINE_COPIES(NodeKind)

namespace {

struct Derived {
  RowSchema schema;
  std::vector<TimeRole> times;

  void add(std::string name, Type type, TimeRole time = TimeRole::None) {
    schema.push_back({std::move(name), std::move(type)});
    times.push_back(time);
  }
  void add(const Plan& input, uint32_t column, TimeRole time) {
    const RowField& field = input->schema[column];
    add(field.name, field.type, time);
  }
  void add_all(const Plan& input) {
    schema.insert(schema.end(), input->schema.begin(), input->schema.end());
    times.insert(times.end(), input->times.begin(), input->times.end());
  }
};

Type type_at(const TableRef& table, const FieldPath& path) {
  Type type = table.columns[path[0]].type;
  for (size_t i = 1; i < path.size(); ++i) {
    // A field below a NULL row is NULL.
    type = type.child(path[i]).with_nullability(type.nullable() || type.child(path[i]).nullable());
  }
  return type;
}

TimeRole time_of(const Plan& input, const Expr& expr) {
  if (auto* reference = expr.as<ColumnRef>()) return input->times[reference->index];
  return expr.is_call("PROCTIME") ? TimeRole::Proctime : TimeRole::None;
}

// Columns of a window's bounds are plain timestamps; window_time has the type of the time attribute.
void add_property(Derived& out, WindowAggregate::Property property, const std::string& name, const Window& window,
                  const Plan& input, bool legacy = false) {
  if (property != WindowAggregate::Property::Time) return out.add(name, Type::timestamp(3).not_null());
  const Type& time = input->schema[window.time].type;
  Type type = legacy ? time : time.not_null();
  out.add(name, type, window.processing_time ? TimeRole::Proctime : TimeRole::Rowtime);
}

Derived derive(const Scan& scan) {
  Derived out;
  for (size_t i = 0; i < scan.paths.size(); ++i) {
    out.add(scan.names[i], type_at(scan.table, scan.paths[i]), scan.rowtime == i ? TimeRole::Rowtime : TimeRole::None);
  }
  return out;
}

Derived derive(const Values& values) {
  return {values.columns, std::vector<TimeRole>(values.columns.size(), TimeRole::None)};
}

Derived derive_same(const Plan& input) { return {input->schema, input->times}; }

Derived derive(const Filter& filter) { return derive_same(filter.input); }

Derived derive(const Project& project) {
  SLUICE_CHECK(project.exprs.size() == project.names.size());
  Derived out;
  for (size_t i = 0; i < project.exprs.size(); ++i) {
    out.add(project.names[i], project.exprs[i].type, time_of(project.input, project.exprs[i]));
  }
  return out;
}

Derived derive(const Aggregate& aggregate) {
  SLUICE_CHECK(aggregate.calls.size() == aggregate.names.size());
  Derived out;
  for (uint32_t key : aggregate.keys) out.add(aggregate.input, key, TimeRole::None);
  for (size_t i = 0; i < aggregate.calls.size(); ++i) out.add(aggregate.names[i], aggregate.calls[i].result);
  return out;
}

Derived derive(const WindowTvf& tvf) {
  using enum WindowAggregate::Property;
  Derived out;
  out.add_all(tvf.input);
  add_property(out, Start, "window_start", tvf.window, tvf.input);
  add_property(out, End, "window_end", tvf.window, tvf.input);
  add_property(out, Time, "window_time", tvf.window, tvf.input);
  return out;
}

Derived derive(const WindowAggregate& aggregate) {
  SLUICE_CHECK(aggregate.calls.size() + aggregate.properties.size() == aggregate.names.size());
  Derived out;
  for (uint32_t key : aggregate.keys) out.add(aggregate.input, key, TimeRole::None);
  size_t name = 0;
  for (const AggregateCall& call : aggregate.calls) out.add(aggregate.names[name++], call.result);
  for (auto property : aggregate.properties) {
    bool is_legacy = aggregate.legacy != WindowAggregate::Legacy::No;
    add_property(out, property, aggregate.names[name++], aggregate.window, aggregate.input, is_legacy);
  }
  return out;
}

Derived derive(const Deduplicate& deduplicate) { return derive_same(deduplicate.input); }

Derived derive(const Rank& rank) {
  Derived out = derive_same(rank.input);
  if (!rank.number.empty()) out.add(rank.number, Type::bigint().not_null());
  return out;
}

Derived derive(const Over& over) {
  SLUICE_CHECK(over.calls.size() == over.names.size());
  Derived out = derive_same(over.input);
  for (size_t i = 0; i < over.calls.size(); ++i) out.add(over.names[i], over.calls[i].result);
  return out;
}

Derived derive(const Match& match) {
  SLUICE_CHECK(match.measures.size() == match.names.size());
  Derived out;
  for (uint32_t key : match.keys) out.add(match.input, key, TimeRole::None);
  for (size_t i = 0; i < match.measures.size(); ++i) {
    const Expr& measure = match.measures[i];
    TimeRole role = measure.is_call("MATCH_ROWTIME")    ? TimeRole::Rowtime
                    : measure.is_call("MATCH_PROCTIME") ? TimeRole::Proctime
                                                        : TimeRole::None;
    out.add(match.names[i], measure.type, role);
  }
  return out;
}

// A column is NOT NULL, and a time attribute, where it is one in every input.
Derived derive(const Union& all) {
  SLUICE_CHECK(!all.inputs.empty());
  Derived out = derive_same(all.inputs[0]);
  for (const Plan& input : all.inputs) {
    SLUICE_CHECK(input->schema.size() == out.schema.size());
    for (size_t i = 0; i < out.schema.size(); ++i) {
      Type& type = out.schema[i].type;
      type = type.with_nullability(type.nullable() || input->schema[i].type.nullable());
      if (input->times[i] != out.times[i]) out.times[i] = TimeRole::None;
    }
  }
  return out;
}

// A regular join gives its rows out whenever the other side comes, so no time is in order behind it; a temporal or
// lookup join keeps the left side's, an interval join both.
TimeRole joined_time(const Join& join, bool is_right, TimeRole time) {
  bool keeps = join.strategy == JoinStrategy::Interval || join.strategy == JoinStrategy::Window ||
               (!is_right && join.strategy != JoinStrategy::Regular);
  return keeps ? time : TimeRole::None;
}

void add_side(Derived& out, const Join& join, const Plan& input, bool is_right) {
  bool is_nullable = join.type == JoinType::Full || join.type == (is_right ? JoinType::Left : JoinType::Right);
  for (uint32_t i = 0; i < input->schema.size(); ++i) {
    const RowField& field = input->schema[i];
    Type type = is_nullable ? field.type.as_nullable() : field.type;
    out.add(field.name, std::move(type), joined_time(join, is_right, input->times[i]));
  }
}

Derived derive(const Join& join) {
  Derived out;
  add_side(out, join, join.left, false);
  if (join.type != JoinType::Semi && join.type != JoinType::Anti) add_side(out, join, join.right, true);
  return out;
}

Derived derive(const Correlate& correlate) {
  Derived out = derive_same(correlate.input);
  for (const RowField& field : correlate.columns) {
    out.add(field.name, correlate.type == JoinType::Left ? field.type.as_nullable() : field.type);
  }
  return out;
}

Derived derive(const Sort& sort) { return derive_same(sort.input); }

Derived derive(const Expand& expand) {
  Derived out = derive_same(expand.input);
  uint64_t missing = 0;
  for (uint64_t set : expand.sets) missing |= set;
  for (size_t i = 0; i < expand.keys.size(); ++i) {
    uint32_t key = expand.keys[i];
    out.times[key] = TimeRole::None;
    bool may_miss = (missing >> (expand.keys.size() - 1 - i) & 1) != 0;
    if (may_miss) out.schema[key].type = out.schema[key].type.as_nullable();
  }
  out.add("$e", Type::bigint().not_null());
  return out;
}

Derived derive(const ChangelogCall& call) {
  Derived out;
  const Node& input = *call.input;
  for (uint32_t i = 0; i <= call.columns.size(); ++i) {
    if (i == call.keys && !call.added.empty()) out.add(call.added, Type::string().not_null());
    if (i == call.columns.size()) break;
    const RowField& field = input.schema[call.columns[i]];
    out.add(field.name, field.type);
    if (!call.added.empty()) out.times.back() = input.times[call.columns[i]];
  }
  return out;
}

Derived derive(const WatermarkAssigner& assigner) {
  Derived out = derive_same(assigner.input);
  out.times[assigner.time] = TimeRole::Rowtime;
  return out;
}

Derived derive(const ChangelogNormalize& normalize) { return derive_same(normalize.input); }

Derived derive(const Sink& sink) { return derive_same(sink.input); }

const char* name_of(JoinStrategy strategy) {
  constexpr const char* kNames[] = {"Join", "IntervalJoin", "TemporalJoin", "LookupJoin", "WindowJoin"};
  return kNames[static_cast<size_t>(strategy)];
}

const char* name_of(const Sort& sort) {
  if (sort.keys.empty()) return "Limit";
  if (sort.is_bounded()) return "SortLimit";
  return is_temporal(sort) ? "TemporalSort" : "Sort";
}

}  // namespace

bool Over::is_by_time() const { return order.size() == 1 && input->times[order[0].column] != TimeRole::None; }

Plan make(NodeKind kind) {
  Derived derived = std::visit([](const auto& node) { return derive(node); }, kind);
  auto node = std::make_shared<Node>(Node{std::move(kind), std::move(derived.schema), std::move(derived.times)});
  Plan plan(node);
  for_each_input(plan, [&](const Plan& input) {
    node->tree_nodes = std::min(node->tree_nodes + input->tree_nodes, kTreeNodesMax + 1);
  });
  return plan;
}

bool is_temporal(const Sort& sort) {
  return !sort.keys.empty() && !sort.is_bounded() && !sort.keys[0].descending &&
         sort.input->times[sort.keys[0].column] != TimeRole::None;
}

const char* name_of(Window::Kind kind) {
  constexpr const char* kNames[] = {"TUMBLE", "HOP", "CUMULATE", "SESSION"};
  return kNames[static_cast<size_t>(kind)];
}

const char* name_of(const Plan& plan) {
  return match(
      plan, [](const Scan&) { return "Scan"; }, [](const Values&) { return "Values"; },
      [](const Filter&) { return "Filter"; }, [](const Project&) { return "Project"; },
      [](const Aggregate&) { return "Aggregate"; }, [](const WindowTvf&) { return "WindowTvf"; },
      [](const WindowAggregate& aggregate) {
        return aggregate.legacy == WindowAggregate::Legacy::No ? "WindowAggregate" : "GroupWindowAggregate";
      },
      [](const Deduplicate& deduplicate) { return deduplicate.window.empty() ? "Deduplicate" : "WindowDeduplicate"; },
      [](const Rank& rank) { return rank.window.empty() ? "Rank" : "WindowRank"; }, [](const Over&) { return "Over"; },
      [](const Match&) { return "Match"; }, [](const Union&) { return "Union"; },
      [](const Join& join) { return name_of(join.strategy); }, [](const Correlate&) { return "Correlate"; },
      [](const Sort& sort) { return name_of(sort); }, [](const Expand&) { return "Expand"; },
      [](const ChangelogCall& call) { return call.added.empty() ? "FromChangelog" : "ToChangelog"; },
      [](const WatermarkAssigner&) { return "WatermarkAssigner"; },
      [](const ChangelogNormalize&) { return "ChangelogNormalize"; }, [](const Sink&) { return "Sink"; });
}

}  // namespace sluice::planner
