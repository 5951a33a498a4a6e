// GROUP BY as a plan: a projection of keys and arguments, then the aggregate; or a window aggregate.
#include <algorithm>

#include "planner/bind/query_binder.h"

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
  bool over_window_aggregate = false;  // Ends in one instead.
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
  if (plan.as<WindowAggregate>() != nullptr) return Chain{.columns = identity(plan), .over_window_aggregate = true};
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

// Whether keys over a window aggregate hold both of its bounds: a cascade of windows.
bool is_cascade(const Plan& plan, const Chain& chain, const std::vector<Expr>& keys) {
  const Plan* at = &plan;
  while (at->as<WindowAggregate>() == nullptr) {
    at = at->as<Filter>() != nullptr ? &at->as<Filter>()->input : &at->as<Project>()->input;
  }
  const auto& window = *at->as<WindowAggregate>();
  auto first = static_cast<uint32_t>(window.keys.size() + window.calls.size());
  bool start = false, end = false;
  for (const Expr& key : keys) {
    auto* reference = substitute(key, chain.columns).as<ColumnRef>();
    if (reference == nullptr || reference->index < first) continue;
    start |= window.properties[reference->index - first] == Property::Start;
    end |= window.properties[reference->index - first] == Property::End;
  }
  return start && end;
}

class WindowAggregatePlan {
 public:
  WindowAggregatePlan(Chain chain, SourceSpan span, BindSession& session)
      : chain_(std::move(chain)),
        first_(static_cast<uint32_t>(chain_.tvf->input->schema.size())),
        span_(span),
        session_(session) {}

  // Whether the keys are those of a window aggregate; only then may plan() be called.
  bool splits(const std::vector<Expr>& keys) {
    for (const Expr& key : keys) {
      keys_.push_back(substitute(key, chain_.columns));
      property_.push_back(property_of(keys_.back(), first_));
    }
    auto has = [&](Property property) { return std::ranges::find(property_, property) != property_.end(); };
    return has(Property::Start) && has(Property::End);
  }

  // The aggregate, and above it a projection that puts keys and properties where the keys stood.
  Plan plan(const std::vector<std::string>& names, std::vector<AggregateCalls::Item> calls) {
    for (AggregateCalls::Item& call : calls) {
      for (Expr& arg : call.args) arg = checked(substitute(arg, chain_.columns));
      if (call.filter) call.filter = checked(substitute(*call.filter, chain_.columns));
    }
    Plan input = chain_.tvf->input;
    for (const Expr& predicate : chain_.predicates) input = make(Filter{input, checked(predicate)});
    Columns columns(input);
    WindowAggregate aggregate{.input = input, .window = chain_.tvf->window};
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (!property_[i]) aggregate.keys.push_back(columns.add_key(checked(keys_[i]), names[i]));
    }
    aggregate.calls = calls_over(columns, calls);
    aggregate.window.time = columns.add(column(aggregate.window.time, input->schema[aggregate.window.time].type));
    if (refused_) return chain_.tvf->input;
    aggregate.input = std::move(columns).plan();
    aggregate.names = call_names(keys_.size(), calls.size());
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (!property_[i]) continue;
      aggregate.properties.push_back(*property_[i]);
      aggregate.names.push_back(names[i]);
    }
    return in_order(make(aggregate), aggregate, names);
  }

 private:
  Expr checked(Expr expr) {
    if (uses_from(expr, first_) && !refused_) {
      session_.not_supported(span_, "a window aggregate that computes with the bounds of its window");
      refused_ = true;
    }
    return expr;
  }

  Plan in_order(const Plan& plan, const WindowAggregate& aggregate, const std::vector<std::string>& names) const {
    Project project{plan, {}, {}};
    auto key = uint32_t{0};
    auto call = static_cast<uint32_t>(aggregate.keys.size());
    auto property = static_cast<uint32_t>(call + aggregate.calls.size());
    auto add = [&](uint32_t index, const std::string& name) {
      project.exprs.push_back(column(index, plan->schema[index].type));
      project.names.push_back(name);
    };
    for (size_t i = 0; i < keys_.size(); ++i) add(property_[i] ? property++ : key++, names[i]);
    for (size_t i = 0; i < aggregate.calls.size(); ++i, ++call) add(call, aggregate.names[i]);
    return make(std::move(project));
  }

  Chain chain_;
  uint32_t first_;  // Column of window_start in the function's output.
  SourceSpan span_;
  BindSession& session_;
  std::vector<Expr> keys_;
  std::vector<std::optional<Property>> property_;
  bool refused_ = false;
};

}  // namespace

Plan make_aggregate(const Plan& input, const std::vector<Expr>& keys, const std::vector<std::string>& key_names,
                    const std::vector<AggregateCalls::Item>& calls, SourceSpan span, BindSession& session) {
  if (auto chain = chain_of(input)) {
    if (chain->over_window_aggregate) {
      if (is_cascade(input, *chain, keys)) session.not_supported(span, "an aggregate over the window of another one");
    } else {
      WindowAggregatePlan window(std::move(*chain), span, session);
      if (window.splits(keys)) return window.plan(key_names, calls);
    }
  }
  Columns columns(input);
  Aggregate aggregate{.input = input};
  for (size_t i = 0; i < keys.size(); ++i) aggregate.keys.push_back(columns.add_key(keys[i], key_names[i]));
  aggregate.calls = calls_over(columns, calls);
  aggregate.input = std::move(columns).plan();
  aggregate.names = call_names(keys.size(), calls.size());
  return make(std::move(aggregate));
}

}  // namespace sluice::planner
