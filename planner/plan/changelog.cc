// Kinds of change: bottom-up what nodes can send, top-down who needs update-befores.
#include <algorithm>

#include <fmt/format.h>

#include "planner/plan/join_keys.h"
#include "planner/plan/monotonicity.h"
#include "planner/plan/traits.h"

namespace sluice::planner {

namespace {

constexpr ChangelogMode kUpdates = {RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter};

bool has_updates(ChangelogMode mode) { return mode.contains(RowKind::UpdateAfter); }

ChangelogMode without_update_before(ChangelogMode mode) {
  ChangelogMode out;
  for (RowKind kind : {RowKind::Insert, RowKind::UpdateAfter, RowKind::Delete}) {
    if (mode.contains(kind)) out = out | ChangelogMode{kind};
  }
  return out;
}

// Rows are let go when their time is over.
bool meets_in_time(const Join& join) {
  return join.strategy == JoinStrategy::Interval || join.strategy == JoinStrategy::Window;
}

// What changes on the right of a temporal or lookup join changes no row that is out.
bool looks_at_left_only(const Join& join) {
  return join.strategy == JoinStrategy::Temporal || join.strategy == JoinStrategy::Lookup;
}

// A Top-1 that Flink takes for a deduplication that keeps the first row declares inserts only, also where a better row
// can come later: it looks at the direction of an order of one column, and not at what the column is.
ChangelogMode changelog_of_rank(const Rank& rank) {
  if (!rank.window.empty()) return ChangelogMode::insert_only();
  bool keeps_last = rank.order.size() == 1 && rank.order[0].descending;
  bool insert_only = rank.is_top_1() && !keeps_last && !rank.mini_batch;
  return insert_only && changelog_of(rank.input).is_insert_only() ? ChangelogMode::insert_only() : ChangelogMode::all();
}

// The node hands the changes of its input on, one by one.
bool passes_on(const Plan& plan) {
  return match(
      plan, [](const Scan&) { return false; }, [](const Values&) { return false; }, [](const Filter&) { return true; },
      [](const Project&) { return true; }, [](const Aggregate&) { return false; },
      [](const WindowTvf&) { return true; }, [](const WindowAggregate&) { return false; },
      [](const Deduplicate&) { return false; }, [](const Rank&) { return false; }, [](const Over&) { return false; },
      [](const Match&) { return false; }, [](const Union&) { return true; },
      [](const Join& join) { return looks_at_left_only(join); }, [](const Correlate&) { return true; },
      [](const Sort&) { return false; }, [](const Expand&) { return true; }, [](const ChangelogCall&) { return false; },
      [](const WatermarkAssigner&) { return true; }, [](const ChangelogNormalize&) { return false; },
      [](const Sink&) { return true; });
}

// The inputs whose changes become changes of the node.
template <class F>
void for_each_changing_input(const Plan& plan, F&& visit) {
  auto* join = plan.as<Join>();
  if (join != nullptr && looks_at_left_only(*join)) return visit(join->left);
  for_each_input(plan, visit);
}

bool reads_only(const Expr& expr, const std::vector<uint32_t>& columns) {
  auto* reference = expr.as<ColumnRef>();
  if (reference != nullptr && std::ranges::find(columns, reference->index) == columns.end()) return false;
  return std::ranges::all_of(expr.args, [&](const Expr& arg) { return reads_only(arg, columns); });
}

// Takes all changes of an upsert key, or none.
bool filters_by_key(const Filter& filter) {
  UpsertKeys keys = upsert_keys_of(filter.input);
  return std::ranges::any_of(keys, [&](const auto& key) { return reads_only(filter.predicate, key); });
}

// A row of one side is found again without its update-before where the join's keys are within its upsert key.
bool omits_update_before(const Join& join);

// Whether updates can leave the node as update-afters alone. A filter over more than the key cannot: it looks at each
// row by itself, and an update that stops passing shows only as its update-before.
bool can_omit_update_before(const Plan& plan) {
  auto* filter = plan.as<Filter>();
  if (filter != nullptr && has_updates(changelog_of(plan)) && !filters_by_key(*filter)) return false;
  auto* join = plan.as<Join>();
  if (join != nullptr && !looks_at_left_only(*join)) return omits_update_before(*join);
  bool all = true;
  if (passes_on(plan)) {
    for_each_changing_input(plan, [&](const Plan& input) { all = all && can_omit_update_before(input); });
  }
  return all;
}

bool omits_update_before(const Join& join) {
  JoinKeys on = join_keys_of(join);
  auto omits = [](const Plan& input, const std::vector<uint32_t>& columns) {
    if (!has_updates(changelog_of(input))) return true;
    UpsertKeys keys = upsert_keys_of(input);
    auto holds_columns = [&](const std::vector<uint32_t>& key) {
      return std::ranges::all_of(columns, [&](uint32_t column) { return std::ranges::count(key, column) > 0; });
    };
    return std::ranges::any_of(keys, holds_columns) && can_omit_update_before(input);
  };
  return omits(join.left, on.left) && omits(join.right, on.right);
}

bool sink_needs_update_before(const Sink& sink) {
  if (sink.accepts.contains(RowKind::UpdateBefore)) return true;
  if (!sink.accepts.contains(RowKind::UpdateAfter)) return false;
  if (!can_omit_update_before(sink.input)) return true;
  if (sink.table.primary_key.empty()) return false;
  std::vector<uint32_t> key = sink.table.primary_key;
  std::ranges::sort(key);
  UpsertKeys keys = upsert_keys_of(sink.input);
  return std::ranges::find(keys, key) == keys.end();
}

// Whether the node needs the update-befores of its inputs to do its work.
bool needs_update_before(const Plan& plan) {
  return match(
      plan, [](const Scan&) { return false; }, [](const Values&) { return false; }, [](const Filter&) { return false; },
      [](const Project&) { return false; }, [](const Aggregate&) { return true; },
      [](const WindowTvf&) { return false; }, [](const WindowAggregate&) { return true; },
      [](const Deduplicate&) { return true; },
      [](const Rank& rank) { return rank_strategy(rank) == RankStrategy::Retract; }, [](const Over&) { return true; },
      [](const Match&) { return true; }, [](const Union&) { return false; }, [](const Join&) { return false; },
      [](const Correlate&) { return false; }, [](const Sort&) { return true; }, [](const Expand&) { return false; },
      [](const ChangelogCall& call) { return !call.added.empty() && call.mode.contains(RowKind::UpdateBefore); },
      [](const WatermarkAssigner&) { return false; }, [](const ChangelogNormalize&) { return false; },
      [](const Sink& sink) { return sink_needs_update_before(sink); });
}

bool option_is_true(const TableRef& table, const char* key) {
  auto found = table.options.find(key);
  return found != table.options.end() && found->second == "true";
}

// The Scan whose changes reach `plan` one by one, or null.
const Scan* source_of(const Plan& plan) {
  if (auto* scan = plan.as<Scan>()) return scan;
  const Scan* found = nullptr;
  if (passes_on(plan) && plan.as<Union>() == nullptr) {
    for_each_changing_input(plan, [&](const Plan& input) { found = source_of(input); });
  }
  return found;
}

// Upserts by the same key, without a filter that must see what was before, are as good as normalized ones where nobody
// needs update-befores. Deletes that carry only the key must be enough for the sink, with nothing between.
bool is_needless(const ChangelogNormalize& normalize, bool key_deletes) {
  const Scan* scan = source_of(normalize.input);
  if (scan == nullptr || scan->changelog.contains(RowKind::UpdateBefore) || !normalize.condition.empty()) return false;
  bool deletes_by_key =
      scan->changelog.contains(RowKind::Delete) && option_is_true(scan->table, "source.produces-delete-by-key");
  return !deletes_by_key || key_deletes;
}

class Inference {
 public:
  // `key_deletes`: the consumer takes deletes that carry only the key.
  void require(const Plan& plan, bool update_before, bool key_deletes) {
    bool omits = !update_before && can_omit_update_before(plan);
    auto [found, fresh] = annotations.try_emplace(plan.id());
    ChangelogTraits& traits = found->second;
    bool is_enough = traits.sends_update_before || (omits && (!traits.is_needless || key_deletes));
    if (!fresh && is_enough) return;
    auto* normalize = plan.as<ChangelogNormalize>();
    traits.is_needless = normalize != nullptr && omits && is_needless(*normalize, key_deletes);
    traits.mode = changelog_of(plan);
    if (traits.is_needless) traits.mode = changelog_of(normalize->input);
    traits.sends_update_before = !omits && has_updates(traits.mode);
    bool is_source = plan.as<Scan>() != nullptr;
    traits.drops_update_before = is_source && omits && traits.mode.contains(RowKind::UpdateBefore);
    if (omits) traits.mode = without_update_before(traits.mode);
    auto* sink = plan.as<Sink>();
    auto* join = plan.as<Join>();
    bool asks = needs_update_before(plan) || ((passes_on(plan) || join != nullptr) && sink == nullptr && !omits);
    bool takes_keys = sink != nullptr ? option_is_true(sink->table, "sink.supports-delete-by-key")
                                      : key_deletes && plan.as<WatermarkAssigner>() != nullptr;
    for_each_input(plan, [&](const Plan& input) {
      bool is_looked_up = join != nullptr && looks_at_left_only(*join) && input.id() == join->right.id();
      require(input, asks && !is_looked_up, takes_keys);
    });
  }

  ChangelogAnnotations annotations;
};

// The node from which the changes come that `accepted` has no room for, with the path to it.
const Plan* origin_of(const Plan& plan, ChangelogMode accepted, std::string& path) {
  std::string step = name_of(plan);  // A projection of a projection says nothing more.
  if (path != step && !path.ends_with(" <- " + step)) path += (path.empty() ? "" : " <- ") + step;
  if (!passes_on(plan)) return &plan;
  const Plan* origin = nullptr;
  std::string before = path;
  for_each_changing_input(plan, [&](const Plan& input) {
    ChangelogMode mode = changelog_of(input);
    bool fits = (!has_updates(mode) || has_updates(accepted)) &&
                (!mode.contains(RowKind::Delete) || accepted.contains(RowKind::Delete));
    if (origin != nullptr || fits) return;
    path = before;
    origin = origin_of(input, accepted, path);
  });
  return origin;
}

const char* changes_text(ChangelogMode mode) {
  if (!mode.contains(RowKind::Delete)) return "update changes";
  return has_updates(mode) ? "update and delete changes" : "delete changes";
}

std::optional<SourceSpan> span_of(const Plan& plan) {
  if (auto* scan = plan.as<Scan>()) return scan->span;
  if (auto* normalize = plan.as<ChangelogNormalize>()) return span_of(normalize->input);
  if (auto* aggregate = plan.as<Aggregate>()) return aggregate->span;
  if (auto* join = plan.as<Join>()) return join->span;
  if (auto* sort = plan.as<Sort>()) return sort->span;
  if (auto* deduplicate = plan.as<Deduplicate>()) return deduplicate->span;
  if (auto* rank = plan.as<Rank>()) return rank->span;
  if (auto* over = plan.as<Over>()) return over->span;
  if (auto* match = plan.as<Match>()) return match->span;
  if (auto* call = plan.as<ChangelogCall>()) return call->span;
  return {};
}

// Why the node makes changes, for the one who wrote the query.
const char* reason_of(const Plan& plan) {
  if (plan.as<Aggregate>() != nullptr) return "a group's result changes with every row that comes";
  if (auto* rank = plan.as<Rank>()) {
    return rank->is_top_1() ? "a better row replaces the one that is out"
                            : "rows leave the first ones when better come";
  }
  if (plan.as<Deduplicate>() != nullptr) return "a later row replaces the one that is out";
  if (plan.as<ChangelogNormalize>() != nullptr || plan.as<Scan>() != nullptr) return "rows of this table change";
  if (plan.as<Sort>() != nullptr) return "rows leave the first ones when others come";
  if (plan.as<Over>() != nullptr) return "results change when rows come in between";
  auto* join = plan.as<Join>();
  if (join == nullptr) return "the changes are made here";
  bool is_inner = join->type == JoinType::Inner || join->type == JoinType::Semi;
  return is_inner ? "rows go when their partner goes" : "a row without a partner is taken back when one comes";
}

// Every place where the changes come from, the nearest first.
Failure with_origins(Failure failure, const Plan& origin, ChangelogMode accepted) {
  if (auto span = span_of(origin); span && span->end > span->begin) {
    failure = std::move(failure).note(*span, reason_of(origin));
  }
  auto* join = origin.as<Join>();
  bool hands_on = join != nullptr && (join->type == JoinType::Inner || join->type == JoinType::Semi);
  if (!hands_on) return failure;
  for (const Plan* input : {&join->left, &join->right}) {
    if (changelog_of(*input).is_insert_only()) continue;
    std::string path;
    if (auto* next = origin_of(*input, accepted, path)) failure = with_origins(std::move(failure), *next, accepted);
  }
  return failure;
}

const char* taken_text(ChangelogMode accepted) {
  if (accepted.is_insert_only()) return "only inserts";
  return has_updates(accepted) ? "inserts and updates" : "inserts and deletes";
}

// What the author can do so that the table takes the rows.
std::string way_out(const Sink& sink, const Plan& origin) {
  const char* takes = sink.accepts.is_insert_only() ? "can update" : "takes deletes";
  std::string out = fmt::format("Write to a table whose connector {}, with a primary key", takes);
  if (origin.as<Aggregate>() != nullptr) return out + ", or aggregate in windows, whose results are final.";
  if (origin.as<Deduplicate>() != nullptr) return out + ", or keep the first row, ordered by time ascending.";
  if (origin.as<Rank>() != nullptr) return out + ", or take the first rows of windows, which are final.";
  if (origin.as<Join>() != nullptr) return out + ", or bound how far the times of both sides are apart.";
  return out + ".";
}

void check_sink(const Sink& sink, const Plan& plan, Diagnostics& diagnostics) {
  ChangelogMode mode = changelog_of(sink.input);
  bool update = has_updates(mode) && !has_updates(sink.accepts);
  bool remove = mode.contains(RowKind::Delete) && !sink.accepts.contains(RowKind::Delete);
  if (!update && !remove) return;
  const char* what = update && remove ? "update and delete changes" : update ? "update changes" : "delete changes";
  std::string path;
  const Plan* origin = origin_of(plan, sink.accepts, path);
  Failure failure = fail(ErrorCode::SinkCannotTakeUpdates, sink.span, "table `{}` takes {}, and {} come from {}",
                         sink.table.path, taken_text(sink.accepts), what, origin == nullptr ? "?" : name_of(*origin))
                        .hint(fmt::format("The changes come this way: {}. {}", path,
                                          way_out(sink, origin == nullptr ? plan : *origin)));
  if (origin != nullptr) failure = with_origins(std::move(failure), *origin, sink.accepts);
  diagnostics.report(std::move(failure));
}

ChangelogMode mode_of(const Join& join) {
  if (meets_in_time(join)) return ChangelogMode::insert_only();
  if (looks_at_left_only(join)) return changelog_of(join.left);
  if (join.type != JoinType::Inner && join.type != JoinType::Semi) return ChangelogMode::all();
  ChangelogMode both = changelog_of(join.left) | changelog_of(join.right);
  return has_updates(both) ? both | ChangelogMode{RowKind::UpdateBefore} : both;
}

ChangelogMode mode_of(const Sort& sort) {
  if (is_temporal(sort)) return ChangelogMode::insert_only();
  bool only_limits = sort.keys.empty() && changelog_of(sort.input).is_insert_only();
  return only_limits ? ChangelogMode::insert_only() : ChangelogMode::all();
}

// Whether the operator works on rows that never change.
bool takes_inserts_only(const Plan& plan) {
  auto* join = plan.as<Join>();
  auto* sort = plan.as<Sort>();
  auto* deduplicate = plan.as<Deduplicate>();
  auto* rank = plan.as<Rank>();
  auto* over = plan.as<Over>();
  auto* call = plan.as<ChangelogCall>();
  return (call != nullptr && call->added.empty()) || (join != nullptr && meets_in_time(*join)) ||
         (sort != nullptr && is_temporal(*sort)) || (deduplicate != nullptr && !deduplicate->window.empty()) ||
         (rank != nullptr && !rank->window.empty()) || (over != nullptr && over->is_by_time()) ||
         plan.as<Match>() != nullptr;
}

// Operators that cannot take rows back, with what they are fed with.
void check_operators(const Plan& plan, Diagnostics& diagnostics) {
  for_each_input(plan, [&](const Plan& input) { check_operators(input, diagnostics); });
  if (!takes_inserts_only(plan)) return;
  for_each_input(plan, [&](const Plan& input) {
    ChangelogMode mode = changelog_of(input);
    if (mode.is_insert_only()) return;
    std::string path;
    const Plan* origin = origin_of(input, ChangelogMode::insert_only(), path);
    Failure failure =
        fail(ErrorCode::OperatorCannotTakeUpdates, span_of(plan), "{} takes only inserts, and {} come from {}",
             name_of(plan), changes_text(mode), origin == nullptr ? "?" : name_of(*origin))
            .hint(fmt::format("It takes rows that never change. The changes come this way: {}.", path));
    if (origin != nullptr) failure = with_origins(std::move(failure), *origin, ChangelogMode::insert_only());
    diagnostics.report(std::move(failure));
  });
}

}  // namespace

ChangelogMode changelog_of(const Plan& plan) {
  return match(
      plan, [](const Scan& scan) { return scan.changelog; }, [](const Values&) { return ChangelogMode::insert_only(); },
      [](const Filter& filter) { return changelog_of(filter.input); },
      [](const Project& project) { return changelog_of(project.input); },
      [](const Aggregate& aggregate) {
        return changelog_of(aggregate.input).is_insert_only() ? kUpdates : ChangelogMode::all();
      },
      [](const WindowTvf& tvf) { return changelog_of(tvf.input); },
      [](const WindowAggregate& aggregate) {
        return aggregate.legacy == WindowAggregate::Legacy::Updating ? kUpdates : ChangelogMode::insert_only();
      },
      [](const Deduplicate& deduplicate) {
        if (!deduplicate.window.empty()) return ChangelogMode::insert_only();
        bool insert_only = !deduplicate.keeps_last && !deduplicate.mini_batch;
        return insert_only && changelog_of(deduplicate.input).is_insert_only() ? ChangelogMode::insert_only()
                                                                               : ChangelogMode::all();
      },
      [](const Rank& rank) { return changelog_of_rank(rank); },
      [](const Over& over) { return over.is_by_time() ? ChangelogMode::insert_only() : ChangelogMode::all(); },
      [](const Match&) { return ChangelogMode::insert_only(); },
      [](const Union& all) {
        ChangelogMode mode;
        for (const Plan& input : all.inputs) mode = mode | changelog_of(input);
        return mode;
      },
      [](const Join& join) { return mode_of(join); },
      [](const Correlate& correlate) { return changelog_of(correlate.input); },
      [](const Sort& sort) { return mode_of(sort); }, [](const Expand& expand) { return changelog_of(expand.input); },
      [](const ChangelogCall& call) { return call.added.empty() ? call.mode : ChangelogMode::insert_only(); },
      [](const WatermarkAssigner& assigner) { return changelog_of(assigner.input); },
      [](const ChangelogNormalize&) { return ChangelogMode::all(); },
      [](const Sink& sink) { return changelog_of(sink.input); });
}

bool needs_materialize(const Plan& input, ChangelogMode accepted, const std::vector<uint32_t>& primary_key,
                       const std::string& setting) {
  if (primary_key.empty() || setting == "NONE" || accepted.is_insert_only()) return false;
  if (setting == "FORCE") return true;
  if (changelog_of(input).is_insert_only()) return false;
  auto within_key = [&](const std::vector<uint32_t>& upsert_key) {
    return std::ranges::all_of(
        upsert_key, [&](uint32_t column) { return std::ranges::find(primary_key, column) != primary_key.end(); });
  };
  return std::ranges::none_of(upsert_keys_of(input), within_key);
}

ChangelogAnnotations infer_changelogs(const std::vector<Plan>& sinks, Diagnostics& diagnostics) {
  Inference inference;
  for (const Plan& plan : sinks) {
    size_t before = diagnostics.count();
    check_operators(plan, diagnostics);
    auto* sink = plan.as<Sink>();
    if (sink != nullptr && diagnostics.count() == before) check_sink(*sink, plan, diagnostics);
    inference.require(plan, true, false);
  }
  return std::move(inference.annotations);
}

}  // namespace sluice::planner
