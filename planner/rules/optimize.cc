#include "planner/rules/optimize.h"

#include "base/check.h"

namespace sluice::planner {
namespace {

// A rule may improve what is known about a column (NOT NULL, a shorter name), never what it is.
void verify(const Plan& before, const Plan& after) {
  SLUICE_CHECK(before->schema.size() == after->schema.size());
  for (size_t i = 0; i < before->schema.size(); ++i) {
    SLUICE_CHECK(before->schema[i].type.root() == after->schema[i].type.root());
  }
}

class Rewrite {
 public:
  explicit Rewrite(const OptimizeOptions& options) : options_(options) {}

  Plan run(Plan sink, const std::vector<Stage>& stages) {
    for (const Stage& stage : stages) {
      for (int round = 0; round < stage.rounds_max; ++round) {
        int hits_before = hits_;
        sink = bottom_up(sink, stage);
        for (const Rule& rule : stage.rules) {
          if (rule.apply_to_sink != nullptr) sink = hit(rule, sink, rule.apply_to_sink);
        }
        if (hits_ == hits_before) break;
      }
    }
    return sink;
  }

 private:
  template <class F>
  Plan hit(const Rule& rule, const Plan& plan, F&& apply) {
    if (options_.disabled_rules.contains(rule.name)) return plan;
    std::optional<Plan> better = apply(plan, options_.context);
    if (!better) return plan;
    ++hits_;
    verify(plan, *better);
    if (options_.trace) options_.trace(rule.name, *better);
    return *std::move(better);
  }

  Plan bottom_up(const Plan& plan, const Stage& stage) {
    Plan current = map_inputs(plan, [&](const Plan& input) { return bottom_up(input, stage); });
    for (const Rule& rule : stage.rules) {
      if (rule.apply != nullptr) current = hit(rule, current, rule.apply);
    }
    return current;
  }

  const OptimizeOptions& options_;
  int hits_ = 0;
};

}  // namespace

Plan optimize(Plan sink, const OptimizeOptions& options) { return Rewrite(options).run(std::move(sink), stages()); }

Plan merge_calcs(Plan sink, const OptimizeOptions& options) {
  return Rewrite(options).run(std::move(sink), merge_stages());
}

}  // namespace sluice::planner
