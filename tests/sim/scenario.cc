#include "tests/sim/scenario.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace sluice::sim {
namespace {

constexpr uint64_t kSpillEvery = 40;  // Seeds: they need many rows.

class Draw {
 public:
  Draw(Scenario& scenario, uint64_t seed) : scenario_(scenario), random_(SimRandom(seed).next()) {}

  void all(std::string_view only) {
    focus();
    program(only);
    data();
    plan();
    runtime();
    deeds();
  }

 private:
  bool one_in(uint64_t n) { return random_.below(n) == 0; }
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_.below(static_cast<uint64_t>(high - low) + 1));
  }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return *(values.begin() + random_.below(values.size()));
  }
  bool is_in_focus(std::string_view prefix) const {
    return std::ranges::any_of(scenario_.focus, [&](std::string_view name) { return name.starts_with(prefix); });
  }

  void focus() {
    const std::vector<FaultPoint>& points = fault_points();
    size_t count = random_.below(4);
    for (size_t i = 0; i < count; ++i) scenario_.focus.push_back(points[random_.below(points.size())].name);
    auto degree = [&] { return one_in(3) ? 0.0 : static_cast<double>(random_.below(101)) / 100; };
    scenario_.intensity = {degree(), degree(), degree()};
  }

  void program(std::string_view only) {
    const std::vector<Program>& all = programs();
    scenario_.program = &all[random_.below(all.size())];
    std::string_view wanted = only;
    bool wants_files = is_in_focus("filesystem.") && !one_in(5);
    if (wanted.empty() && wants_files) wanted = "partitioned_files";
    if (wanted.empty() && is_in_focus("spill.")) wanted = "group_aggregate";
    for (const Program& program : all) {
      if (program.name == wanted) scenario_.program = &program;
    }
  }

  void data() {
    const Program& program = *scenario_.program;
    bool has_state = program.name != "filter_project" && program.sinks[0].folding != Folding::Files;
    scenario_.spills =
        has_state && program.topics[0].feed == Feed::Inserts && (is_in_focus("spill.") || one_in(kSpillEvery));
    DataShape shape;
    shape.rows = static_cast<size_t>(between(20, one_in(4) ? 900 : 250));
    shape.keys = one_of<uint64_t>({1, 4, 20, 20, 150, 600});
    shape.is_skewed = one_in(2);
    if (scenario_.spills) {
      shape = {.rows = 6000, .keys = 6000};
    }
    for (const TopicSpec& topic : program.topics) {
      shape.partitions = static_cast<size_t>(between(1, 4));
      scenario_.inputs[topic.name] = make_events(topic, shape, random_);
    }
  }

  void plan() {
    const Program& program = *scenario_.program;
    // Without an end, windows stay open and files in progress.
    bool needs_end =
        !program.allows_idleness || program.topics[0].is_files || program.sinks[0].folding == Folding::Files;
    scenario_.is_bounded = !program.is_endless && (needs_end || !one_in(3));
    auto& settings = scenario_.planning;
    if (program.takes_mini_batch && one_in(2)) {
      settings["table.exec.mini-batch.enabled"] = "true";
      settings["table.exec.mini-batch.allow-latency"] = one_of({"50 ms", "200 ms", "1 s"});
      settings["table.exec.mini-batch.size"] = one_of({"2", "7", "100", "5000"});
      settings["table.optimizer.agg-phase-strategy"] = one_of({"AUTO", "ONE_PHASE", "TWO_PHASE"});
    }
    if (program.allows_idleness && one_in(3)) settings["table.exec.source.idle-timeout"] = one_of({"40 ms", "300 ms"});
  }

  void runtime() {
    auto& settings = scenario_.settings;
    settings["execution.checkpointing.interval"] = one_of({"20 ms", "60 ms", "60 ms", "200 ms", "700 ms"});
    bool writes_files = scenario_.program->sinks[0].folding == Folding::Files;
    scenario_.flips_soon = writes_files && (is_in_focus("filesystem.after_take_back") || one_in(2));
    settings["execution.checkpointing.num-retained"] = scenario_.flips_soon ? "3" : one_of({"1", "2", "3"});
    scenario_.clock_read_cost_ns = one_of({0, 0, 20'000, 400'000});
    bool may_time_out = scenario_.clock_read_cost_ns < 100'000 && !scenario_.spills;
    if (may_time_out && one_in(4)) {
      settings["execution.checkpointing.timeout"] = one_of({"100 ms", "400 ms", "900 ms"});
    }
    if (one_in(5)) settings["execution.checkpointing.min-pause"] = "100 ms";
    if (one_in(4)) {
      settings["restart-strategy.type"] = "fixed-delay";
      settings["restart-strategy.fixed-delay.attempts"] = one_of({"1", "3"});
      settings["restart-strategy.fixed-delay.delay"] = "50 ms";
    } else {
      settings["restart-strategy.exponential-delay.initial-backoff"] = "30 ms";
      settings["restart-strategy.exponential-delay.max-backoff"] = "500 ms";
    }
    if (scenario_.spills) settings["state.memory.budget"] = "100 kb";
    scenario_.uses_generated_code = one_in(3);
    scenario_.channel_capacity = static_cast<uint32_t>(one_of({1, 2, 8}));
    scenario_.batch_rows_max = static_cast<uint32_t>(one_of({1, 7, 100, 1024}));
    if (scenario_.spills) scenario_.batch_rows_max = 1024;
    scenario_.faults_ms = between(800, 5000);
    if (is_in_focus("state.merge")) {
      settings["execution.checkpointing.interval"] = "20 ms";
      scenario_.faults_ms = 5000;
    }
  }

  // Rows come in portions over the time.
  void deeds() {
    for (const TopicSpec& topic : scenario_.program->topics) {
      if (topic.is_files) continue;
      const Partitions& partitions = scenario_.inputs.at(topic.name);
      for (size_t i = 0; i < partitions.size(); ++i) {
        size_t portions = 1 + random_.below(12);
        for (size_t p = 0; p < portions; ++p) {
          scenario_.deeds.push_back({between(0, scenario_.faults_ms), Deed::Kind::Release, topic.name, i,
                                     partitions[i].size() / portions + 1});
        }
      }
    }
    auto at_some_time = [&](Deed::Kind kind) {
      scenario_.deeds.push_back({between(100, scenario_.faults_ms), kind, "", 0, 0});
    };
    bool wants_savepoint =
        is_in_focus("savepoint.") || is_in_focus("files.savepoint") || is_in_focus("checkpoint.after_savepoint");
    for (int i = 0; i < (wants_savepoint ? 8 : 1); ++i) {
      if (wants_savepoint || one_in(5)) at_some_time(Deed::Kind::StopWithSavepoint);
    }
    if (one_in(6)) at_some_time(Deed::Kind::Cancel);
    while (one_in(2)) at_some_time(Deed::Kind::Crash);
    scenario_.ends_among_faults = scenario_.is_bounded && one_in(2);
    if (scenario_.ends_among_faults) {
      scenario_.deeds.push_back({scenario_.faults_ms - scenario_.faults_ms / 4, Deed::Kind::EndTopics, "", 0, 0});
    }
    std::ranges::stable_sort(scenario_.deeds, {}, &Deed::at_ms);
    scenario_.uses_producers = one_in(3);
    scenario_.dies_in_pairs = one_in(3) || is_in_focus("checkpoint.before_directory_sync");
    const Program& program = *scenario_.program;
    bool has_files = program.sinks[0].folding == Folding::Files || program.topics[0].is_files;
    scenario_.goes_back = scenario_.uses_producers && !has_files && one_in(2);
    if (scenario_.goes_back) scenario_.settings["execution.checkpointing.num-retained"] = "5";
  }

  Scenario& scenario_;
  SimRandom random_;
};

}  // namespace

std::string Scenario::text() const {
  std::string out = fmt::format("program {}, {}, {}, batches of {}, channels of {}", program->name,
                                is_bounded ? "bounded" : "unbounded", uses_generated_code ? "all tiers" : "interpreted",
                                batch_rows_max, channel_capacity);
  for (const auto& [topic, partitions] : inputs) {
    size_t rows = 0;
    for (const auto& partition : partitions) rows += partition.size();
    out += fmt::format(", {} rows of `{}` in {} partitions", rows, topic, partitions.size());
  }
  for (const auto* map : {&planning, &settings}) {
    for (const auto& [key, value] : *map) out += fmt::format("\n  {} = {}", key, value);
  }
  for (std::string_view name : focus) out += fmt::format("\n  focus on {}", name);
  return out;
}

Scenario draw_scenario(uint64_t seed, std::string_view only) {
  Scenario scenario;
  scenario.seed = seed;
  Draw(scenario, seed).all(only);
  return scenario;
}

}  // namespace sluice::sim
