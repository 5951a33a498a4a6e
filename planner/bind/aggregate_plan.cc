// GROUP BY as a plan: a projection of keys and arguments, then the aggregate; or a window aggregate.
#include <algorithm>
#include <set>

#include "planner/bind/query_binder.h"
#include "planner/bind/window_arguments.h"
#include "planner/plan/window_properties.h"

namespace sluice::planner {

namespace {

// Keys, arguments and filters as columns of one projection, equal ones once.
class Columns {
 public:
  explicit Columns(const Plan& input) : project_{input, {}, {}} {}

  uint32_t add_key(const Expr& expr, const std::string& name) {
    project_.exprs.push_back(expr);
    project_.names.push_back(name);
    return static_cast<uint32_t>(project_.exprs.size() - 1);
  }
  uint32_t add(const Expr& expr) {
    auto found = std::ranges::find(project_.exprs, expr);
    if (found != project_.exprs.end()) return static_cast<uint32_t>(found - project_.exprs.begin());
    auto* reference = expr.as<ColumnRef>();
    const RowSchema& schema = project_.input->schema;
    return add_key(expr,
                   reference != nullptr ? schema[reference->index].name : fmt::format("$f{}", project_.exprs.size()));
  }
  // The input itself where the projection would change nothing.
  Plan plan() && {
    bool same = project_.exprs.size() == project_.input->schema.size();
    for (uint32_t i = 0; same && i < project_.exprs.size(); ++i) {
      auto* reference = project_.exprs[i].as<ColumnRef>();
      same = reference != nullptr && reference->index == i && project_.names[i] == project_.input->schema[i].name;
    }
    return same ? project_.input : make(std::move(project_));
  }

 private:
  Project project_;
};

std::vector<AggregateCall> calls_over(Columns& columns, const std::vector<AggregateCalls::Item>& items) {
  std::vector<AggregateCall> out;
  for (const AggregateCalls::Item& item : items) {
    AggregateCall call{.function = std::string(item.decl->name),
                       .version = item.decl->version,
                       .distinct = item.distinct,
                       .result = item.result};
    for (const Expr& arg : item.args) {
      call.arguments.push_back(columns.add(arg));
      call.argument_types.push_back(arg.type);
    }
    if (item.filter) call.filter = static_cast<int32_t>(columns.add(*item.filter));
    out.push_back(std::move(call));
  }
  return out;
}

std::vector<std::string> call_names(size_t first, size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) names.push_back(fmt::format("$f{}", first + i));
  return names;
}

// ---- Windows

// A chain of filters and projections over a window table function, written as one: what its columns are over the
// function's output, and which predicates rows have passed.
struct Chain {
  const WindowTvf* tvf = nullptr;
  std::vector<Expr> columns;
  std::vector<Expr> predicates;
};

Expr substitute(const Expr& expr, const std::vector<Expr>& columns) {
  return map_columns(expr, [&](uint32_t index, const Expr&) { return columns[index]; });
}

std::vector<Expr> identity(const Plan& plan) {
  std::vector<Expr> out;
  for (uint32_t i = 0; i < plan->schema.size(); ++i) out.push_back(column(i, plan->schema[i].type));
  return out;
}

std::optional<Chain> chain_of(const Plan& plan) {
  if (auto* tvf = plan.as<WindowTvf>()) return Chain{.tvf = tvf, .columns = identity(plan)};
  if (auto* filter = plan.as<Filter>()) {
    auto chain = chain_of(filter->input);
    if (chain) chain->predicates.push_back(substitute(filter->predicate, chain->columns));
    return chain;
  }
  if (auto* project = plan.as<Project>()) {
    auto chain = chain_of(project->input);
    if (!chain) return chain;
    std::vector<Expr> columns;
    for (const Expr& expr : project->exprs) columns.push_back(substitute(expr, chain->columns));
    chain->columns = std::move(columns);
    return chain;
  }
  return {};
}

bool uses_from(const Expr& expr, uint32_t first) {
  if (auto* reference = expr.as<ColumnRef>()) return reference->index >= first;
  return std::ranges::any_of(expr.args, [&](const Expr& arg) { return uses_from(arg, first); });
}

using Property = WindowAggregate::Property;

std::optional<Property> property_of(const Expr& key, uint32_t first) {
  auto* reference = key.as<ColumnRef>();
  if (reference == nullptr || reference->index < first) return {};
  return reference->index == first ? Property::Start : reference->index == first + 1 ? Property::End : Property::Time;
}

// The aggregate, and above it a projection that puts keys and properties where the keys of GROUP BY stood.
Plan in_order(const Plan& plan, const WindowAggregate& aggregate,
              const std::vector<std::optional<Property>>& properties, const std::vector<std::string>& names) {
  Project project{plan, {}, {}};
  auto key = uint32_t{0};
  auto call = static_cast<uint32_t>(aggregate.keys.size());
  auto property = static_cast<uint32_t>(call + aggregate.calls.size());
  auto add = [&](uint32_t index, const std::string& name) {
    project.exprs.push_back(column(index, plan->schema[index].type));
    project.names.push_back(name);
  };
  for (size_t i = 0; i < properties.size(); ++i) add(properties[i] ? property++ : key++, names[i]);
  for (size_t i = 0; i < aggregate.calls.size(); ++i, ++call) add(call, aggregate.names[i]);
  return make(std::move(project));
}

bool has(const std::vector<std::optional<Property>>& properties, Property property) {
  return std::ranges::find(properties, property) != properties.end();
}

// Over a window table function, which the aggregate absorbs.
class AbsorbingPlan {
 public:
  AbsorbingPlan(Chain chain, const std::vector<Expr>& keys, const std::vector<AggregateCalls::Item>& calls)
      : chain_(std::move(chain)), first_(static_cast<uint32_t>(chain_.tvf->input->schema.size())), calls_(calls) {
    for (const Expr& key : keys) {
      keys_.push_back(substitute(key, chain_.columns));
      property_.push_back(property_of(keys_.back(), first_));
    }
    for (AggregateCalls::Item& call : calls_) {
      for (Expr& arg : call.args) arg = substitute(arg, chain_.columns);
      if (call.filter) call.filter = substitute(*call.filter, chain_.columns);
    }
  }

  // Whether nothing but the keys reads the function's columns, and a session's groups are its partitions.
  bool fits() const {
    bool reads = std::ranges::any_of(chain_.predicates, [&](const Expr& expr) { return uses_from(expr, first_); });
    std::set<uint32_t> columns;
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (property_[i]) continue;
      reads |= uses_from(keys_[i], first_);
      auto* reference = keys_[i].as<ColumnRef>();
      columns.insert(reference == nullptr ? UINT32_MAX : reference->index);
    }
    for (const AggregateCalls::Item& call : calls_) {
      for (const Expr& arg : call.args) reads |= uses_from(arg, first_);
      reads |= call.filter && uses_from(*call.filter, first_);
    }
    const std::vector<uint32_t>& partition = chain_.tvf->keys;
    bool is_session = chain_.tvf->window.kind == Window::Kind::Session;
    return !reads && (!is_session || columns == std::set<uint32_t>(partition.begin(), partition.end()));
  }

  Plan plan(const std::vector<std::string>& names) {
    Plan input = chain_.tvf->input;
    for (const Expr& predicate : chain_.predicates) input = make(Filter{input, predicate});
    Columns columns(input);
    WindowAggregate aggregate{.input = input, .window = chain_.tvf->window};
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (!property_[i]) aggregate.keys.push_back(columns.add_key(keys_[i], names[i]));
    }
    aggregate.calls = calls_over(columns, calls_);
    aggregate.window.time = columns.add(column(aggregate.window.time, input->schema[aggregate.window.time].type));
    aggregate.input = std::move(columns).plan();
    add_names(aggregate, property_, names);
    return in_order(make(aggregate), aggregate, property_, names);
  }

  static void add_names(WindowAggregate& aggregate, const std::vector<std::optional<Property>>& properties,
                        const std::vector<std::string>& names) {
    aggregate.names = call_names(properties.size(), aggregate.calls.size());
    for (size_t i = 0; i < properties.size(); ++i) {
      if (!properties[i]) continue;
      aggregate.properties.push_back(*properties[i]);
      aggregate.names.push_back(names[i]);
    }
  }

 private:
  Chain chain_;
  uint32_t first_;  // Column of window_start in the function's output.
  std::vector<AggregateCalls::Item> calls_;
  std::vector<Expr> keys_;
  std::vector<std::optional<Property>> property_;
};

// Over rows that are in windows already.
Plan attached_plan(const Plan& input, const Window& window, const std::vector<std::optional<Property>>& properties,
                   const std::vector<Expr>& keys, const std::vector<std::string>& names,
                   const std::vector<AggregateCalls::Item>& calls) {
  Columns columns(input);
  WindowAggregate aggregate{.input = input, .window = window};
  std::optional<uint32_t> start, end, time;
  for (size_t i = 0; i < keys.size(); ++i) {
    uint32_t place = columns.add_key(keys[i], names[i]);
    if (!properties[i]) aggregate.keys.push_back(place);
    if (properties[i] == Property::Start) start = place;
    if (properties[i] == Property::End) end = place;
    if (properties[i] == Property::Time) time = place;
  }
  aggregate.calls = calls_over(columns, calls);
  aggregate.bounds = {*start, *end};
  aggregate.window.time = time.value_or(*end);
  aggregate.input = std::move(columns).plan();
  AbsorbingPlan::add_names(aggregate, properties, names);
  return in_order(make(aggregate), aggregate, properties, names);
}

std::vector<std::optional<Property>> properties_of(const std::vector<Expr>& keys, const WindowProperties& windows) {
  std::vector<std::optional<Property>> out(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    auto* reference = keys[i].as<ColumnRef>();
    if (reference == nullptr) continue;
    if (windows.starts.contains(reference->index)) out[i] = Property::Start;
    if (windows.ends.contains(reference->index)) out[i] = Property::End;
    if (windows.times.contains(reference->index)) out[i] = Property::Time;
  }
  return out;
}

void check_size(const Window& window, SourceSpan span, BindSession& session) {
  if (window.kind != Window::Kind::Hop || window.size_ms % window.slide_ms == 0) return;
  session.report(fail(ErrorCode::BadWindowSize, span,
                      "an aggregate over HOP needs a size that is a multiple of its slide, and {} is none of {}",
                      length_text(window.size_ms), length_text(window.slide_ms))
                     .hint("Choose a slide that divides the size."),
                 span);
}

// Windows that overlap or grow put results together.
void check_merges(const Window& window, const std::vector<AggregateCalls::Item>& calls, BindSession& session) {
  if (window.kind == Window::Kind::Tumble) return;
  for (const AggregateCalls::Item& call : calls) {
    if (call.decl->merges) continue;
    session.report(fail(ErrorCode::CannotAggregate, call.span, "`{}` is not computed over windows of {}",
                        call.decl->name, name_of(window.kind))
                       .hint("It needs the rows one by one: write TUMBLE, or MIN or MAX."),
                   call.span);
  }
}

// GROUP BY with both bounds of a window; nothing where it holds fewer.
std::optional<Plan> window_aggregate(const Plan& input, const std::vector<Expr>& keys,
                                     const std::vector<std::string>& names,
                                     const std::vector<AggregateCalls::Item>& calls, SourceSpan span,
                                     BindSession& session) {
  WindowProperties windows = window_properties_of(input);
  auto properties = properties_of(keys, windows);
  if (!windows.window || !has(properties, Property::Start) || !has(properties, Property::End)) return {};
  check_size(*windows.window, span, session);
  check_merges(*windows.window, calls, session);
  if (auto chain = chain_of(input)) {
    bool is_session = chain->tvf->window.kind == Window::Kind::Session;
    AbsorbingPlan absorbing(std::move(*chain), keys, calls);
    if (absorbing.fits()) return absorbing.plan(names);
    if (is_session) return {};
  }
  return attached_plan(input, *windows.window, properties, keys, names, calls);
}

}  // namespace

Plan make_aggregate(const Plan& input, const std::vector<Expr>& keys, const std::vector<std::string>& key_names,
                    const std::vector<AggregateCalls::Item>& calls, SourceSpan span, BindSession& session) {
  if (auto plan = window_aggregate(input, keys, key_names, calls, span, session)) return *plan;
  Columns columns(input);
  Aggregate aggregate{.input = input, .span = span};
  for (size_t i = 0; i < keys.size(); ++i) aggregate.keys.push_back(columns.add_key(keys[i], key_names[i]));
  aggregate.calls = calls_over(columns, calls);
  aggregate.input = std::move(columns).plan();
  aggregate.names = call_names(keys.size(), calls.size());
  return make(std::move(aggregate));
}

Plan make_group_window(const Plan& input, const GroupWindow& window, const std::vector<Expr>& keys,
                       const std::vector<std::string>& key_names, const std::vector<AggregateCalls::Item>& calls,
                       BindSession& session) {
  check_merges(window.window, calls, session);
  Columns columns(input);
  WindowAggregate aggregate{.input = input, .window = window.window, .legacy = firing_of(window, session)};
  for (size_t i = 0; i < keys.size(); ++i) aggregate.keys.push_back(columns.add_key(keys[i], key_names[i]));
  aggregate.calls = calls_over(columns, calls);
  aggregate.window.time = columns.add(window.time);
  aggregate.input = std::move(columns).plan();
  aggregate.properties = window.properties;
  aggregate.names = call_names(keys.size(), calls.size());
  constexpr const char* kNames[] = {"w$start", "w$end", "w$time"};
  for (auto property : window.properties) aggregate.names.emplace_back(kNames[static_cast<size_t>(property)]);
  return make(std::move(aggregate));
}

}  // namespace sluice::planner
