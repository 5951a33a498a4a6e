#include "planner/plan/traits.h"

#include <algorithm>

namespace sluice::planner {
namespace {

constexpr size_t kUpsertKeysMax = 8;  // A key column that is projected twice doubles them.

void collect_columns(const Expr& expr, std::vector<uint32_t>& columns) {
  if (auto* column = expr.as<ColumnRef>()) columns.push_back(column->index);
  for (const Expr& arg : expr.args) collect_columns(arg, columns);
}

std::vector<uint32_t> sorted(std::vector<uint32_t> columns) {
  std::ranges::sort(columns);
  columns.erase(std::ranges::unique(columns).begin(), columns.end());
  return columns;
}

void add_key(UpsertKeys& keys, std::vector<uint32_t> key) {
  key = sorted(std::move(key));
  if (keys.size() < kUpsertKeysMax && std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
}

// Every way to name the key's columns in the projection's output.
void project_key(const std::vector<uint32_t>& key, const std::vector<Expr>& exprs, std::vector<uint32_t>& chosen,
                 UpsertKeys& out) {
  if (chosen.size() == key.size()) return add_key(out, chosen);
  for (uint32_t i = 0; i < exprs.size() && out.size() < kUpsertKeysMax; ++i) {
    auto* column = exprs[i].as<ColumnRef>();
    if (column == nullptr || column->index != key[chosen.size()]) continue;
    chosen.push_back(i);
    project_key(key, exprs, chosen, out);
    chosen.pop_back();
  }
}

UpsertKeys keys_of(const Scan& scan) {
  if (scan.table.primary_key.empty()) return {};
  std::vector<uint32_t> key;
  for (uint32_t column : scan.table.primary_key) {
    auto found = std::ranges::find(scan.paths, FieldPath{column});
    if (found == scan.paths.end()) return {};
    key.push_back(static_cast<uint32_t>(found - scan.paths.begin()));
  }
  return {sorted(std::move(key))};
}

UpsertKeys keys_of(const Project& project) {
  UpsertKeys out;
  for (const std::vector<uint32_t>& key : upsert_keys_of(project.input)) {
    std::vector<uint32_t> chosen;
    project_key(key, project.exprs, chosen, out);
  }
  return out;
}

UpsertKeys first_columns(size_t count) {
  std::vector<uint32_t> key(count);
  for (uint32_t i = 0; i < count; ++i) key[i] = i;
  return {std::move(key)};
}

constexpr ChangelogMode kUpdating = {RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter};

ChangelogMode without_update_before(ChangelogMode mode) {
  ChangelogMode out;
  for (RowKind kind : {RowKind::Insert, RowKind::UpdateAfter, RowKind::Delete}) {
    if (mode.contains(kind)) out = out | ChangelogMode{kind};
  }
  return out;
}

bool has_updates(ChangelogMode mode) {
  return mode.contains(RowKind::UpdateAfter) || mode.contains(RowKind::UpdateBefore);
}

ChangelogMode mode_of_aggregate(ChangelogMode input) {
  return input.is_insert_only() ? kUpdating : ChangelogMode::all();
}

ChangelogMode mode_of_deduplicate(const Deduplicate& deduplicate, ChangelogMode input, bool mini_batch) {
  bool sends_once = input.is_insert_only() && !deduplicate.keeps_last && !mini_batch;
  return sends_once ? ChangelogMode::insert_only() : ChangelogMode::all();
}

// ---- The top-down pass

bool reads_only(const Expr& expr, const std::vector<uint32_t>& key) {
  std::vector<uint32_t> columns;
  collect_columns(expr, columns);
  return std::ranges::all_of(columns, [&](uint32_t column) { return std::ranges::count(key, column) > 0; });
}

// A filter that looks at more than the key lets an update-after pass or not; the row of before would stay behind.
bool passes_whole_keys(const Filter& filter) {
  UpsertKeys keys = upsert_keys_of(filter.input);
  return std::ranges::any_of(keys, [&](const auto& key) { return reads_only(filter.predicate, key); });
}

class Inference {
 public:
  Inference(Diagnostics& diagnostics, bool mini_batch) : diagnostics_(diagnostics), mini_batch_(mini_batch) {}

  void visit_sink(const Plan& plan, const Sink& sink) {
    ChangelogMode offered = changelog_of(sink.input, mini_batch_);
    if (!check_accepts(plan, sink, offered)) return note(plan, {offered});
    bool needs_before = has_updates(offered) && !takes_upserts(sink, offered);
    bool key_deletes = option_is_true(sink.table, "sink.supports-delete-by-key");
    note(plan, {assign(sink.input, needs_before, key_deletes)});
  }

  ChangelogAnnotations take() { return std::move(annotations_); }

 private:
  static bool option_is_true(const TableRef& table, const char* key) {
    auto found = table.options.find(key);
    return found != table.options.end() && found->second == "true";
  }

  // Whether rows keyed as the sink's are fine without update-befores, all the way down.
  bool takes_upserts(const Sink& sink, ChangelogMode offered) const {
    bool wants_before = sink.accepts.contains(RowKind::UpdateBefore) || !sink.accepts.contains(RowKind::UpdateAfter);
    if (wants_before || !offered.contains(RowKind::UpdateAfter)) return false;
    if (!sink.table.primary_key.empty()) {
      UpsertKeys keys = upsert_keys_of(sink.input);
      if (std::ranges::find(keys, sorted(sink.table.primary_key)) == keys.end()) return false;
    }
    return can_send_upserts(sink.input);
  }

  bool can_send_upserts(const Plan& plan) const {
    if (auto* filter = plan.as<Filter>()) {
      bool updates = has_updates(changelog_of(filter->input, mini_batch_));
      return (!updates || passes_whole_keys(*filter)) && can_send_upserts(filter->input);
    }
    if (auto* project = plan.as<Project>()) return can_send_upserts(project->input);
    if (auto* assigner = plan.as<WatermarkAssigner>()) return can_send_upserts(assigner->input);
    if (auto* tvf = plan.as<WindowTvf>()) return can_send_upserts(tvf->input);
    if (auto* all = plan.as<Union>()) {
      return std::ranges::all_of(all->inputs, [&](const Plan& input) { return can_send_upserts(input); });
    }
    return true;
  }

  void note(const Plan& plan, ChangelogTraits traits) {
    auto [at, fresh] = annotations_.emplace(plan.id(), traits);
    if (fresh) return;
    // Shared: what any consumer needs.
    at->second.mode = at->second.mode | traits.mode;
    at->second.sends_update_before |= traits.sends_update_before;
    at->second.drops_update_before &= traits.drops_update_before;
    at->second.is_needless &= traits.is_needless;
  }

  // The mode in which the node's rows arrive at a consumer with this need.
  ChangelogMode assign(const Plan& plan, bool needs_before, bool key_deletes) {
    ChangelogTraits traits =
        std::visit([&](const auto& node) { return traits_of(node, needs_before, key_deletes); }, plan->kind);
    traits.sends_update_before = needs_before;
    note(plan, traits);
    return traits.mode;
  }

  static ChangelogMode sent(ChangelogMode mode, bool needs_before) {
    return needs_before ? mode : without_update_before(mode);
  }

  ChangelogTraits traits_of(const Scan& scan, bool needs_before, bool) {
    bool drops = !needs_before && scan.changelog.contains(RowKind::UpdateBefore);
    return {.mode = sent(scan.changelog, needs_before), .drops_update_before = drops};
  }
  ChangelogTraits traits_of(const Values&, bool, bool) { return {.mode = ChangelogMode::insert_only()}; }
  ChangelogTraits traits_of(const Filter& filter, bool needs_before, bool) {
    return {.mode = assign(filter.input, needs_before, false)};
  }
  ChangelogTraits traits_of(const Project& project, bool needs_before, bool) {
    return {.mode = assign(project.input, needs_before, false)};
  }
  ChangelogTraits traits_of(const WindowTvf& tvf, bool needs_before, bool) {
    return {.mode = assign(tvf.input, needs_before, false)};
  }
  ChangelogTraits traits_of(const WatermarkAssigner& assigner, bool needs_before, bool key_deletes) {
    return {.mode = assign(assigner.input, needs_before, key_deletes)};
  }
  ChangelogTraits traits_of(const Aggregate& aggregate, bool needs_before, bool) {
    return {.mode = sent(mode_of_aggregate(assign(aggregate.input, true, false)), needs_before)};
  }
  ChangelogTraits traits_of(const WindowAggregate& aggregate, bool, bool) {
    assign(aggregate.input, true, false);
    return {.mode = ChangelogMode::insert_only()};
  }
  ChangelogTraits traits_of(const Deduplicate& deduplicate, bool needs_before, bool) {
    ChangelogMode input = assign(deduplicate.input, true, false);
    return {.mode = sent(mode_of_deduplicate(deduplicate, input, mini_batch_), needs_before)};
  }
  ChangelogTraits traits_of(const Union& all, bool needs_before, bool) {
    ChangelogMode mode;
    for (const Plan& input : all.inputs) mode = mode | assign(input, needs_before, false);
    return {.mode = mode};
  }

  // Upserts by the same key, without a filter that must see what was before, are as good as normalized ones where
  // nobody needs update-befores; deletes must carry what the consumer reads.
  ChangelogTraits traits_of(const ChangelogNormalize& normalize, bool needs_before, bool key_deletes) {
    ChangelogMode input = assign(normalize.input, false, key_deletes);
    const Scan* scan = scan_below(normalize.input);
    bool is_upsert = scan != nullptr && !scan->changelog.contains(RowKind::UpdateBefore);
    bool deletes_by_key = is_upsert && scan->changelog.contains(RowKind::Delete) &&
                          option_is_true(scan->table, "source.produces-delete-by-key");
    bool is_needless = !needs_before && is_upsert && normalize.condition.empty() && (!deletes_by_key || key_deletes);
    if (is_needless) return {.mode = input, .is_needless = true};
    return {.mode = sent(ChangelogMode::all(), needs_before)};
  }
  ChangelogTraits traits_of(const Sink& sink, bool needs_before, bool) {
    return {.mode = assign(sink.input, needs_before, false)};
  }

  static const Scan* scan_below(const Plan& plan) {
    if (auto* filter = plan.as<Filter>()) return scan_below(filter->input);
    if (auto* project = plan.as<Project>()) return scan_below(project->input);
    if (auto* assigner = plan.as<WatermarkAssigner>()) return scan_below(assigner->input);
    return plan.as<Scan>();
  }

  // The lowest node that sends a kind which its inputs do not.
  const Plan& producer(const Plan& plan, RowKind kind) const {
    const Plan* found = nullptr;
    for_each_input(plan, [&](const Plan& input) {
      if (found == nullptr && changelog_of(input, mini_batch_).contains(kind)) found = &producer(input, kind);
    });
    return found != nullptr ? *found : plan;
  }

  bool check_accepts(const Plan&, const Sink& sink, ChangelogMode offered) {
    bool updates = has_updates(offered) && !sink.accepts.contains(RowKind::UpdateAfter);
    bool deletes = offered.contains(RowKind::Delete) && !sink.accepts.contains(RowKind::Delete);
    if (!updates && !deletes) return true;
    const char* what = updates && deletes ? "update and delete" : updates ? "update" : "delete";
    const Plan& node = producer(sink.input, updates ? RowKind::UpdateAfter : RowKind::Delete);
    diagnostics_.report(fail(ErrorCode::SinkCannotTakeUpdates,
                             "table sink `{}` doesn't support consuming {} changes which is produced by node {}",
                             sink.table.path, what, name_of(node))
                            .hint("Write to a table with a primary key whose connector takes updates, or make the "
                                  "query append-only, for instance with a window."));
    return false;
  }

  Diagnostics& diagnostics_;
  bool mini_batch_;
  ChangelogAnnotations annotations_;
};

}  // namespace

ChangelogMode changelog_of(const Plan& plan, bool mini_batch) {
  auto below = [&](const Plan& input) { return changelog_of(input, mini_batch); };
  return match(
      plan, [](const Scan& scan) { return scan.changelog; }, [](const Values&) { return ChangelogMode::insert_only(); },
      [&](const Filter& filter) { return below(filter.input); },
      [&](const Project& project) { return below(project.input); },
      [&](const Aggregate& aggregate) { return mode_of_aggregate(below(aggregate.input)); },
      [&](const WindowTvf& tvf) { return below(tvf.input); },
      [](const WindowAggregate&) { return ChangelogMode::insert_only(); },
      [&](const Deduplicate& deduplicate) {
        return mode_of_deduplicate(deduplicate, below(deduplicate.input), mini_batch);
      },
      [&](const Union& all) {
        ChangelogMode mode;
        for (const Plan& input : all.inputs) mode = mode | below(input);
        return mode;
      },
      [&](const WatermarkAssigner& assigner) { return below(assigner.input); },
      [](const ChangelogNormalize&) { return ChangelogMode::all(); },
      [&](const Sink& sink) { return below(sink.input); });
}

UpsertKeys upsert_keys_of(const Plan& plan) {
  return match(
      plan, [](const Scan& scan) { return keys_of(scan); }, [](const Values&) { return UpsertKeys{}; },
      [](const Filter& filter) { return upsert_keys_of(filter.input); },
      [](const Project& project) { return keys_of(project); },
      [](const Aggregate& aggregate) { return first_columns(aggregate.keys.size()); },
      [](const WindowTvf& tvf) { return upsert_keys_of(tvf.input); },
      [](const WindowAggregate&) { return UpsertKeys{}; },  // Inserts only: nothing to identify.
      [](const Deduplicate& deduplicate) { return UpsertKeys{sorted(deduplicate.keys)}; },
      [](const Union&) { return UpsertKeys{}; },
      [](const WatermarkAssigner& assigner) { return upsert_keys_of(assigner.input); },
      [](const ChangelogNormalize& normalize) { return UpsertKeys{sorted(normalize.keys)}; },
      [](const Sink& sink) { return upsert_keys_of(sink.input); });
}

ChangelogAnnotations infer_changelogs(const std::vector<Plan>& sinks, Diagnostics& diagnostics, bool mini_batch) {
  Inference inference(diagnostics, mini_batch);
  for (const Plan& plan : sinks) {
    if (auto* sink = plan.as<Sink>()) inference.visit_sink(plan, *sink);
  }
  return inference.take();
}

}  // namespace sluice::planner
