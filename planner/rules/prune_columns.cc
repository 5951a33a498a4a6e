// Every node keeps the columns that someone above reads, and no others; Scans read accordingly less. What decides about
// rows (keys, conditions, the watermark) is always kept.
#include <algorithm>

#include "base/check.h"
#include "planner/rules/expressions.h"
#include "planner/rules/pruned.h"
#include "planner/rules/rule.h"

namespace sluice::planner {
namespace {

Pruned prune(const Plan& plan, Columns wanted);

class Prune {
 public:
  Prune(const Plan& plan, Columns wanted) : plan_(plan), wanted_(std::move(wanted)) {}

  Pruned operator()(const Scan& scan) {
    for (const Expr& filter : scan.pushed_filters) collect_columns(filter, wanted_);
    if (scan.watermark) collect_columns(scan.watermark->expression, wanted_);
    std::vector<uint32_t> positions = positions_of(wanted_, scan.paths.size());
    Scan out = scan;
    out.paths = pick(scan.paths, wanted_);
    out.names = pick(scan.names, wanted_);
    for (Expr& filter : out.pushed_filters) filter = remap_columns(filter, positions);
    if (out.watermark) out.watermark->expression = remap_columns(out.watermark->expression, positions);
    if (out.rowtime) out.rowtime = positions[*out.rowtime];
    if (out.rowtime == kGone) out.rowtime.reset();
    return {make(std::move(out)), std::move(positions)};
  }

  Pruned operator()(const Values& values) {
    wanted_ = at_least_one(wanted_, plan_->schema);
    Values out{pick(values.columns, wanted_), {}};
    for (const ValueList& row : values.rows) out.rows.push_back(pick(row, wanted_));
    return {make(std::move(out)), positions_of(wanted_, values.columns.size())};
  }

  Pruned operator()(const Filter& filter) {
    collect_columns(filter.predicate, wanted_);
    Pruned input = prune(filter.input, wanted_);
    Expr predicate = remap_columns(filter.predicate, input.positions);
    return {make(Filter{input.plan, std::move(predicate)}), std::move(input.positions)};
  }

  Pruned operator()(const Project& project) {
    wanted_ = at_least_one(wanted_, plan_->schema);
    Project out{project.input, pick(project.exprs, wanted_), pick(project.names, wanted_)};
    Columns read;
    for (const Expr& expr : out.exprs) collect_columns(expr, read);
    Pruned input = prune(project.input, std::move(read));
    for (Expr& expr : out.exprs) expr = remap_columns(expr, input.positions);
    out.input = input.plan;
    return {make(std::move(out)), positions_of(wanted_, project.exprs.size())};
  }

  Pruned operator()(const Aggregate& aggregate) {
    Columns calls = wanted_calls(aggregate.keys.size(), aggregate.calls.size());
    if (calls.empty() && aggregate.keys.empty()) calls.insert(0);  // The one row of the one group.
    Aggregate out = aggregate;
    out.calls = pick(aggregate.calls, calls);
    out.names = pick(aggregate.names, calls);
    out.input = prune_arguments(out.input, out.keys, out.calls, {}).plan;
    return {make(std::move(out)), positions_behind(aggregate.keys.size(), calls, aggregate.calls.size())};
  }

  Pruned operator()(const WindowAggregate& aggregate) {
    size_t results = aggregate.calls.size() + aggregate.properties.size();
    Columns calls, properties, kept = wanted_calls(aggregate.keys.size(), results);
    for (uint32_t i : kept) {
      i < aggregate.calls.size() ? calls.insert(i)
                                 : properties.insert(i - static_cast<uint32_t>(aggregate.calls.size()));
    }
    WindowAggregate out = aggregate;
    out.calls = pick(aggregate.calls, calls);
    out.properties = pick(aggregate.properties, properties);
    out.names = pick(aggregate.names, kept);
    wanted_ = {out.bounds.begin(), out.bounds.end()};
    wanted_.insert(out.window.time);
    Pruned input = prune_arguments(out.input, out.keys, out.calls, wanted_);
    out.input = input.plan;
    out.bounds = moved(out.bounds, input.positions);
    out.window.time = input.positions.at(out.window.time);
    return {make(std::move(out)), positions_behind(aggregate.keys.size(), kept, results)};
  }

  Pruned operator()(const WindowTvf& tvf) {
    auto width = static_cast<uint32_t>(tvf.input->schema.size());
    Columns read = {tvf.window.time};
    read.insert(tvf.keys.begin(), tvf.keys.end());
    for (uint32_t column : wanted_) {
      if (column < width) read.insert(column);
    }
    Pruned input = prune(tvf.input, std::move(read));
    auto next = static_cast<uint32_t>(input.plan->schema.size());
    std::vector<uint32_t> positions = input.positions;
    for (uint32_t i = 0; i < 3; ++i) positions.push_back(next + i);
    Window window = tvf.window;
    window.time = input.positions.at(window.time);
    return {make(WindowTvf{input.plan, window, moved(tvf.keys, input.positions)}), std::move(positions)};
  }

  // A processing time that only orders is not a column: two rows that differ in nothing else are the same row.
  Pruned operator()(const Deduplicate& deduplicate) {
    Deduplicate out = deduplicate;
    bool has_column = out.time != Deduplicate::kProcessingTime;
    bool only_orders = has_column && plan_->times[out.time] == TimeRole::Proctime && !wanted_.contains(out.time);
    if (only_orders) out.time = Deduplicate::kProcessingTime;
    if (has_column && !only_orders) wanted_.insert(out.time);
    wanted_.insert(out.keys.begin(), out.keys.end());
    wanted_.insert(out.window.begin(), out.window.end());
    Pruned input = prune(deduplicate.input, at_least_one(wanted_, plan_->schema));
    out.input = input.plan;
    out.keys = moved(out.keys, input.positions);
    out.window = moved(out.window, input.positions);
    if (has_column && !only_orders) out.time = input.positions.at(out.time);
    return {make(std::move(out)), std::move(input.positions)};
  }

  Pruned operator()(const Rank& rank) {
    auto width = static_cast<uint32_t>(rank.input->schema.size());
    Rank out = rank;
    if (!wanted_.contains(width)) out.number.clear();
    Columns read = columns_below(width, rank.keys, rank.order);
    read.insert(rank.window.begin(), rank.window.end());
    if (rank.last_column != Rank::kNoColumn) read.insert(rank.last_column);
    Pruned input = prune(rank.input, at_least_one(std::move(read), rank.input->schema));
    out.input = input.plan;
    out.keys = moved(out.keys, input.positions);
    out.order = moved(out.order, input.positions);
    out.window = moved(out.window, input.positions);
    if (out.last_column != Rank::kNoColumn) out.last_column = input.positions.at(out.last_column);
    std::vector<uint32_t> positions = input.positions;
    if (!rank.number.empty()) {
      positions.push_back(out.number.empty() ? kGone : static_cast<uint32_t>(input.plan->schema.size()));
    }
    return {make(std::move(out)), std::move(positions)};
  }

  Pruned operator()(const Over& over) {
    auto width = static_cast<uint32_t>(over.input->schema.size());
    Columns calls = wanted_calls(width, over.calls.size());
    if (calls.empty()) return prune(over.input, wanted_);
    Over out = over;
    out.calls = pick(over.calls, calls);
    out.names = pick(over.names, calls);
    Columns read = columns_below(width, over.keys, over.order);
    for (const AggregateCall& call : out.calls) read.insert(call.arguments.begin(), call.arguments.end());
    Pruned input = prune(over.input, at_least_one(std::move(read), over.input->schema));
    out.input = input.plan;
    out.keys = moved(out.keys, input.positions);
    out.order = moved(out.order, input.positions);
    for (AggregateCall& call : out.calls) call.arguments = moved(call.arguments, input.positions);
    std::vector<uint32_t> positions = input.positions;
    auto next = static_cast<uint32_t>(input.plan->schema.size());
    for (uint32_t i = 0; i < over.calls.size(); ++i) positions.push_back(calls.contains(i) ? next++ : kGone);
    return {make(std::move(out)), std::move(positions)};
  }

  Pruned operator()(const Match& match) {
    Columns kept = wanted_calls(match.keys.size(), match.measures.size());
    Match out = match;
    out.measures = pick(match.measures, kept);
    out.names = pick(match.names, kept);
    Columns read(match.keys.begin(), match.keys.end());
    for (const SortKey& key : match.order) read.insert(key.column);
    for (const Expr& expr : out.measures) collect_columns(expr, read);
    for (const Expr& expr : out.defines) collect_columns(expr, read);
    Pruned input = prune(match.input, at_least_one(std::move(read), match.input->schema));
    out.input = input.plan;
    out.keys = moved(out.keys, input.positions);
    out.order = moved(out.order, input.positions);
    for (Expr& expr : out.measures) expr = remap_columns(expr, input.positions);
    for (Expr& expr : out.defines) expr = remap_columns(expr, input.positions);
    return {make(std::move(out)), positions_behind(match.keys.size(), kept, match.measures.size())};
  }

  Pruned operator()(const Union& all) {
    wanted_ = at_least_one(wanted_, plan_->schema);
    std::vector<uint32_t> list(wanted_.begin(), wanted_.end());
    Union out;
    for (const Plan& input : all.inputs) out.inputs.push_back(exactly(prune(input, wanted_), list, input));
    return {make(std::move(out)), positions_of(wanted_, plan_->schema.size())};
  }

  Pruned operator()(const Join& join) {
    auto width = static_cast<uint32_t>(join.left->schema.size());
    for (const Expr& condition : join.condition) collect_columns(condition, wanted_);
    if (join.version_time) wanted_.insert(*join.version_time);
    Columns wanted[2];
    for (uint32_t column : wanted_) wanted[column < width ? 0 : 1].insert(column < width ? column : column - width);
    Pruned left = prune(join.left, at_least_one(std::move(wanted[0]), join.left->schema));
    Pruned right = prune(join.right, at_least_one(std::move(wanted[1]), join.right->schema));
    auto offset = static_cast<uint32_t>(left.plan->schema.size());
    std::vector<uint32_t> positions = std::move(left.positions);
    for (uint32_t position : right.positions) positions.push_back(position == kGone ? kGone : position + offset);
    Join out = join;
    out.left = left.plan;
    out.right = right.plan;
    for (Expr& condition : out.condition) condition = remap_columns(condition, positions);
    if (out.version_time) out.version_time = positions.at(*out.version_time);
    positions.resize(plan_->schema.size());
    return {make(std::move(out)), std::move(positions)};
  }

  Pruned operator()(const Correlate& correlate) {
    auto width = static_cast<uint32_t>(correlate.input->schema.size());
    for (const Expr& condition : correlate.condition) collect_columns(condition, wanted_);
    Columns read;
    for (uint32_t column : wanted_) {
      if (column < width) read.insert(column);
    }
    for (const Expr& arg : correlate.args) collect_columns(arg, read);
    Pruned input = prune(correlate.input, at_least_one(std::move(read), correlate.input->schema));
    auto next = static_cast<uint32_t>(input.plan->schema.size());
    std::vector<uint32_t> positions = std::move(input.positions);
    for (size_t i = 0; i < correlate.columns.size(); ++i) positions.push_back(next++);
    Correlate out = correlate;
    out.input = input.plan;
    for (Expr& arg : out.args) arg = remap_columns(arg, positions);
    for (Expr& condition : out.condition) condition = remap_columns(condition, positions);
    return {make(std::move(out)), std::move(positions)};
  }

  Pruned operator()(const Sort& sort) {
    for (const Sort::Key& key : sort.keys) wanted_.insert(key.column);
    Pruned input = prune(sort.input, at_least_one(wanted_, plan_->schema));
    Sort out = sort;
    out.input = input.plan;
    out.keys = moved(sort.keys, input.positions);
    return {make(std::move(out)), std::move(input.positions)};
  }

  Pruned operator()(const Expand& expand) {
    auto width = static_cast<uint32_t>(expand.input->schema.size());
    Columns read = columns_below(width, expand.keys, {});
    Pruned input = prune(expand.input, at_least_one(std::move(read), expand.input->schema));
    auto set = static_cast<uint32_t>(input.plan->schema.size());
    std::vector<uint32_t> positions = std::move(input.positions);
    Expand out = expand;
    out.input = input.plan;
    out.keys = moved(expand.keys, positions);
    positions.push_back(set);
    return {make(std::move(out)), std::move(positions)};
  }

  // The rows are data themselves: all of them stay whole.
  Pruned operator()(const ChangelogCall& call) {
    std::set<uint32_t> all;
    for (uint32_t i = 0; i < call.input->schema.size(); ++i) all.insert(i);
    Pruned input = prune(call.input, all);
    ChangelogCall out = call;
    out.input = input.plan;
    out.columns = moved(call.columns, input.positions);
    if (out.read) out.read = input.positions.at(*out.read);
    std::vector<uint32_t> same(plan_->schema.size());
    for (uint32_t i = 0; i < same.size(); ++i) same[i] = i;
    return {make(std::move(out)), std::move(same)};
  }

  Pruned operator()(const WatermarkAssigner& assigner) {
    bool is_marker = !assigner.watermark;
    if (is_marker && !wanted_.contains(assigner.time)) return prune(assigner.input, wanted_);
    wanted_.insert(assigner.time);
    if (assigner.watermark) collect_columns(assigner.watermark->expression, wanted_);
    Pruned input = prune(assigner.input, wanted_);
    WatermarkAssigner out{input.plan, input.positions.at(assigner.time), assigner.watermark};
    if (out.watermark) out.watermark->expression = remap_columns(out.watermark->expression, input.positions);
    return {make(std::move(out)), std::move(input.positions)};
  }

  Pruned operator()(const ChangelogNormalize& normalize) {
    wanted_.insert(normalize.keys.begin(), normalize.keys.end());
    for (const Expr& condition : normalize.condition) collect_columns(condition, wanted_);
    Pruned input = prune(normalize.input, wanted_);
    ChangelogNormalize out{input.plan, moved(normalize.keys, input.positions), normalize.condition};
    for (Expr& condition : out.condition) condition = remap_columns(condition, input.positions);
    return {make(std::move(out)), std::move(input.positions)};
  }

  Pruned operator()(const Sink& sink) {
    std::vector<uint32_t> all(sink.input->schema.size());
    for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    Sink out = sink;
    out.input = exactly(prune(sink.input, {all.begin(), all.end()}), all, sink.input);
    return {make(std::move(out)), all};
  }

 private:
  // What is wanted of the first `width` columns, with keys and order.
  Columns columns_below(uint32_t width, const std::vector<uint32_t>& keys, const std::vector<SortKey>& order) const {
    Columns read(keys.begin(), keys.end());
    for (const SortKey& key : order) read.insert(key.column);
    for (uint32_t column : wanted_) {
      if (column < width) read.insert(column);
    }
    return read;
  }

  // Of the results behind the keys.
  Columns wanted_calls(size_t keys, size_t results) const {
    Columns out;
    for (uint32_t i = 0; i < results; ++i) {
      if (wanted_.contains(static_cast<uint32_t>(keys) + i)) out.insert(i);
    }
    return out;
  }

  static std::vector<uint32_t> positions_behind(size_t keys, const Columns& kept, size_t results) {
    std::vector<uint32_t> positions(keys);
    for (uint32_t i = 0; i < keys; ++i) positions[i] = i;
    for (uint32_t position : positions_of(kept, results)) {
      positions.push_back(position == kGone ? kGone : position + static_cast<uint32_t>(keys));
    }
    return positions;
  }

  static Pruned prune_arguments(const Plan& input, std::vector<uint32_t>& keys, std::vector<AggregateCall>& calls,
                                Columns read) {
    read.insert(keys.begin(), keys.end());
    for (const AggregateCall& call : calls) {
      read.insert(call.arguments.begin(), call.arguments.end());
      if (call.filter >= 0) read.insert(static_cast<uint32_t>(call.filter));
    }
    Pruned pruned = prune(input, at_least_one(std::move(read), input->schema));
    keys = moved(keys, pruned.positions);
    for (AggregateCall& call : calls) {
      call.arguments = moved(call.arguments, pruned.positions);
      if (call.filter >= 0) call.filter = static_cast<int32_t>(pruned.positions.at(static_cast<size_t>(call.filter)));
    }
    return pruned;
  }

  const Plan& plan_;
  Columns wanted_;
};

Pruned prune(const Plan& plan, Columns wanted) {
  Prune visitor(plan, std::move(wanted));
  return std::visit([&](const auto& node) { return visitor(node); }, plan->kind);
}

}  // namespace

std::optional<Plan> prune_columns(const Plan& sink, const RuleContext&) {
  std::vector<uint32_t> all(sink->schema.size());
  for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  Plan better = exactly(prune(sink, {all.begin(), all.end()}), all, sink);
  if (better == sink) return {};
  return better;
}

}  // namespace sluice::planner
