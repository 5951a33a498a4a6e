#include "planner/plan/window_properties.h"

#include <algorithm>

namespace sluice::planner {

namespace {

Window without_time(Window window) {
  window.time = 0;
  return window;
}

WindowProperties of_tvf(const WindowTvf& tvf) {
  auto first = static_cast<uint32_t>(tvf.input->schema.size());
  return {{first}, {first + 1}, {first + 2}, without_time(tvf.window)};
}

WindowProperties of_aggregate(const WindowAggregate& aggregate) {
  WindowProperties out{{}, {}, {}, without_time(aggregate.window)};
  if (aggregate.legacy != WindowAggregate::Legacy::No) return {};
  auto column = static_cast<uint32_t>(aggregate.keys.size() + aggregate.calls.size());
  for (auto property : aggregate.properties) {
    using enum WindowAggregate::Property;
    (property == Start ? out.starts : property == End ? out.ends : out.times).insert(column++);
  }
  return out;
}

WindowProperties of_project(const Project& project) {
  WindowProperties input = window_properties_of(project.input);
  WindowProperties out{{}, {}, {}, input.window};
  for (uint32_t i = 0; i < project.exprs.size(); ++i) {
    auto* reference = project.exprs[i].as<ColumnRef>();
    if (reference == nullptr) continue;
    if (input.starts.contains(reference->index)) out.starts.insert(i);
    if (input.ends.contains(reference->index)) out.ends.insert(i);
    if (input.times.contains(reference->index)) out.times.insert(i);
  }
  return out;
}

// Rows of a window join are in the window of both sides.
WindowProperties of_join(const Join& join) {
  if (join.strategy != JoinStrategy::Window) return {};
  WindowProperties out = window_properties_of(join.left);
  if (join.type != JoinType::Inner) return out;
  WindowProperties right = window_properties_of(join.right);
  auto width = static_cast<uint32_t>(join.left->schema.size());
  for (uint32_t column : right.starts) out.starts.insert(width + column);
  for (uint32_t column : right.ends) out.ends.insert(width + column);
  for (uint32_t column : right.times) out.times.insert(width + column);
  return out;
}

// The bounds stay in place; one that some set leaves out is no bound any more.
WindowProperties of_expand(const Expand& expand) {
  WindowProperties out = window_properties_of(expand.input);
  size_t count = expand.keys.size();
  for (size_t i = 0; i < count; ++i) {
    auto leaves_out = [&](uint64_t set) { return (set >> (count - 1 - i) & 1) != 0; };
    if (std::ranges::none_of(expand.sets, leaves_out)) continue;
    out.starts.erase(expand.keys[i]);
    out.ends.erase(expand.keys[i]);
    out.times.erase(expand.keys[i]);
  }
  return out;
}

WindowProperties of_union(const Union& all) {
  WindowProperties first = window_properties_of(all.inputs[0]);
  bool same = std::ranges::all_of(all.inputs, [&](const Plan& input) { return window_properties_of(input) == first; });
  return same ? first : WindowProperties{};
}

}  // namespace

WindowProperties window_properties_of(const Plan& plan) {
  using None = WindowProperties;
  return match(
      plan, [](const Scan&) { return None{}; }, [](const Values&) { return None{}; },
      [](const Filter& filter) { return window_properties_of(filter.input); },
      [](const Project& project) { return of_project(project); }, [](const Aggregate&) { return None{}; },
      [](const WindowTvf& tvf) { return of_tvf(tvf); },
      [](const WindowAggregate& aggregate) { return of_aggregate(aggregate); },
      [](const Deduplicate& deduplicate) {
        return deduplicate.window.empty() ? None{} : window_properties_of(deduplicate.input);
      },
      [](const Rank& rank) { return rank.window.empty() ? None{} : window_properties_of(rank.input); },
      [](const Over&) { return None{}; }, [](const Match&) { return None{}; },
      [](const Union& all) { return of_union(all); }, [](const Join& join) { return of_join(join); },
      [](const Correlate&) { return None{}; }, [](const Sort&) { return None{}; },
      [](const Expand& expand) { return of_expand(expand); }, [](const ChangelogCall&) { return None{}; },
      [](const WatermarkAssigner& assigner) { return window_properties_of(assigner.input); },
      [](const ChangelogNormalize&) { return None{}; }, [](const Sink&) { return None{}; });
}

}  // namespace sluice::planner
