#include "planner/hazards/hazards.h"

#include <algorithm>
#include <set>

#include "catalog/connectors/datagen.h"
#include "catalog/connectors/filesystem.h"
#include "catalog/connectors/kafka.h"
#include "catalog/connectors/nexmark.h"
#include "catalog/functions/function_table.h"

namespace sluice::planner {
namespace {

template <class Options>
bool holds(const TableRef& table, bool (*is_true)(const Options&)) {
  auto options = read_options<Options>(table.options);
  return options && is_true(*options);
}

// Whether the table's rows come to no end. Connectors that are not listed are bounded, or not known to be endless.
bool is_endless(const TableRef& table) {
  auto connector = table.options.find("connector");
  if (connector == table.options.end()) return false;
  const std::string& name = connector->second;
  if (name == "upsert-kafka") return true;
  if (name == "kafka") {
    return holds<KafkaOptions>(table, [](const KafkaOptions& o) { return o.bound == KafkaBound::Unbounded; });
  }
  if (name == "datagen")
    return holds<DatagenOptions>(table, [](const DatagenOptions& o) { return o.number_of_rows < 0; });
  if (name == "nexmark") return holds<NexmarkOptions>(table, [](const NexmarkOptions& o) { return o.events_num == 0; });
  if (name == "filesystem") {
    return holds<FilesystemOptions>(table, [](const FilesystemOptions& o) { return o.monitor_interval.count() > 0; });
  }
  return false;
}

void for_each_node(const Plan& plan, std::set<const Node*>& seen, const auto& visit) {
  if (!seen.insert(plan.id()).second) return;
  visit(plan);
  for_each_input(plan, [&](const Plan& input) { for_each_node(input, seen, visit); });
}

bool reads_endless(const Plan& plan) {
  bool found = false;
  std::set<const Node*> seen;
  for_each_node(plan, seen, [&](const Plan& node) {
    if (auto* scan = node.as<Scan>()) found = found || is_endless(scan->table);
  });
  return found;
}

// `table` of catalog.database.table.
std::string_view short_name(const TableRef& table) {
  return std::string_view(table.path).substr(table.path.rfind('.') + 1);
}

const Expr* changing_call(const Expr& expr) {
  if (auto* call = expr.as<Call>()) {
    const FunctionDecl* function = find_function(call->function);
    if (function != nullptr && function->volatility == Volatility::PerRow) return &expr;
  }
  for (const Expr& arg : expr.args) {
    if (const Expr* found = changing_call(arg)) return found;
  }
  return nullptr;
}

class JobHazards {
 public:
  JobHazards(const PlannedJob& job, Diagnostics& diagnostics) : job_(job), diagnostics_(diagnostics) {}

  void find() {
    std::set<const Node*> seen;
    for (const Plan& sink : job_.optimized.sinks) {
      sink_ = sink.as<Sink>();
      for_each_node(sink, seen, [&](const Plan& node) { look_at(node); });
    }
  }

 private:
  void warn(Failure failure) {
    if (!failure.error.span) failure.error.span = sink_->span;
    // What a table lacks is told at its first use.
    bool is_of_table = failure.error.code == ErrorCode::IdleSource;
    bool is_known = std::ranges::any_of(diagnostics_.warnings(), [&](const Error& known) {
      return known.code == failure.error.code && (is_of_table || known.span == failure.error.span) &&
             known.message == failure.error.message;
    });
    if (!is_known) diagnostics_.report(std::move(failure));
  }

  void look_at(const Plan& node) {
    if (auto* call = node.as<ChangelogCall>()) return refuse_later(*call);
    if (auto* aggregate = node.as<Aggregate>()) return look_at_groups(*aggregate);
    if (auto* deduplicate = node.as<Deduplicate>()) return look_at_keys(*deduplicate);
    if (auto* rank = node.as<Rank>()) return look_at_order(*rank);
    if (auto* over = node.as<Over>()) return look_at_frame(*over);
    if (auto* match = node.as<Match>()) return look_at_pattern(*match);
    if (auto* join = node.as<Join>()) return look_at_pairs(*join);
    if (auto* window = node.as<WindowAggregate>()) return look_at_watermarks(window->input);
    if (auto* project = node.as<Project>()) return look_at_updates(project->input, project->exprs);
    if (auto* filter = node.as<Filter>()) return look_at_updates(filter->input, {filter->predicate});
    if (auto* sink = node.as<Sink>()) return look_at_keys(*sink);
  }

  // Functions that are planned, and that the Flink whose answers are given does not have yet.
  void refuse_later(const ChangelogCall& call) {
    const char* name = call.added.empty() ? "FROM_CHANGELOG" : "TO_CHANGELOG";
    diagnostics_.report(fail(ErrorCode::UnknownFunction, call.span, "{} is of a later Flink than 2.2", name)
                            .hint("Write a changelog to a table whose connector can update."));
  }

  bool keeps_state_for_ever() const { return job_.settings.get_ms("table.exec.state.ttl") == 0; }

  void warn_of_state(const Plan& input, const std::vector<uint32_t>& keys, std::string_view what,
                     std::optional<SourceSpan> span = {}) {
    if (keys.empty() || !keeps_state_for_ever() || !reads_endless(input)) return;
    std::string names;
    for (uint32_t key : keys) {
      const std::string& name = input->schema[key].name;
      bool is_own = name.starts_with('$');  // Of an expression.
      names += (names.empty() ? "" : ", ") + (is_own ? "value of an expression" : fmt::format("`{}`", name));
    }
    if (!span || span->end <= span->begin) span = place_of(input, keys);
    warn(fail(ErrorCode::UnboundedState, span, "{} for every {} that ever comes, and none is given up", what, names)
             .hint("Use windows, or let state end: SET 'table.exec.state.ttl' = '1 d'."));
  }
  void look_at_order(const Rank& rank) {
    if (!rank.window.empty()) return look_at_watermarks(rank.input);
    warn_of_state(rank.input, rank.keys, "the first rows are kept", rank.span);
    if (!rank.order.empty()) look_at_time(rank.input, rank.order[0].column, rank.span, "rows are ordered by");
  }
  void look_at_frame(const Over& over) {
    if (over.is_by_time()) look_at_watermarks(over.input);
    // Rows of a RANGE are given up when their time is over.
    if (!over.frame.preceding || over.frame.rows)
      warn_of_state(over.input, over.keys, "the results so far are kept", over.span);
  }
  void look_at_pattern(const Match& match) {
    look_at_watermarks(match.input);
    if (match.within_ms) return;
    warn(fail(ErrorCode::UnboundedState, match.span, "a match that has begun is kept until it is whole, however long")
             .hint("Write WITHIN INTERVAL .. behind PATTERN."));
  }
  void look_at_pairs(const Join& join) {
    bool is_timed = join.strategy == JoinStrategy::Interval || join.strategy == JoinStrategy::Window ||
                    join.strategy == JoinStrategy::Temporal;
    if (is_timed) {
      look_at_watermarks(join.left);
      return look_at_watermarks(join.right);
    }
    bool keeps = join.strategy == JoinStrategy::Regular && join.hints.find("STATE_TTL") == std::string::npos;
    if (!keeps || !keeps_state_for_ever()) return;
    if (!reads_endless(join.left) && !reads_endless(join.right)) return;
    bool is_of_condition = join.type == JoinType::Semi || join.type == JoinType::Anti;
    warn(fail(ErrorCode::UnboundedState, join.span, "the {} keeps every row of both sides, and none is given up",
              is_of_condition ? "subquery" : "join")
             .hint(is_of_condition
                       ? "Let state end: SET 'table.exec.state.ttl' = '1 d'."
                       : "Bound how far the times of both sides are apart, join FOR SYSTEM_TIME AS OF, or let "
                         "state end: SET 'table.exec.state.ttl' = '1 d'."));
  }

  // A column of a table that could be an event time and has no watermark.
  void look_at_time(const Plan& plan, uint32_t column, SourceSpan span, const char* what) {
    if (auto* project = plan.as<Project>()) {
      auto* reference = project->exprs[column].as<ColumnRef>();
      return reference == nullptr ? void() : look_at_time(project->input, reference->index, span, what);
    }
    if (auto* filter = plan.as<Filter>()) return look_at_time(filter->input, column, span, what);
    auto* scan = plan.as<Scan>();
    if (scan == nullptr || !is_endless(scan->table) || !plan->schema[column].type.is_timestamp()) return;
    if (plan->times[column] != TimeRole::None || scan->watermark) return;
    warn(fail(ErrorCode::MissingWatermark, span, "{} `{}`, which is a time of `{}` without a WATERMARK", what,
              scan->names[column], short_name(scan->table))
             .hint(
                 fmt::format("Declare WATERMARK FOR {0} AS {0} - INTERVAL '5' SECOND in the table: rows are then taken "
                             "in the order of their time, and state can end.",
                             scan->names[column])));
  }

  void look_at_groups(const Aggregate& aggregate) {
    auto place = place_of(aggregate.input, aggregate.keys);
    warn_of_state(aggregate.input, aggregate.keys, "the group is kept", place ? place : aggregate.span);
  }
  void look_at_keys(const Deduplicate& deduplicate) {
    warn_of_state(deduplicate.input, deduplicate.keys, "a row is kept", deduplicate.span);
    if (deduplicate.time != Deduplicate::kProcessingTime) look_at_watermarks(deduplicate.input);
  }

  // Of the expression that makes the first key.
  static std::optional<SourceSpan> place_of(const Plan& input, const std::vector<uint32_t>& keys) {
    auto* project = input.as<Project>();
    if (project == nullptr || keys.empty()) return std::nullopt;
    SourceSpan span = project->exprs[keys.front()].span;
    return span.end > span.begin ? std::optional(span) : std::nullopt;
  }

  void look_at_watermarks(const Plan& input) {
    std::set<const Node*> seen;
    for_each_node(input, seen, [&](const Plan& node) {
      auto* scan = node.as<Scan>();
      if (scan == nullptr || !scan->watermark || scan->watermark->idle_timeout_ms > 0) return;
      auto connector = scan->table.options.find("connector");
      if (connector == scan->table.options.end() || connector->second != "kafka" || !is_endless(scan->table)) return;
      bool has_place = scan->span.end > scan->span.begin;
      warn(fail(ErrorCode::IdleSource, has_place ? std::optional(scan->span) : std::nullopt,
                "a partition of `{}` without messages holds the watermark back, and all results with it",
                short_name(scan->table))
               .hint("Set the table's 'scan.watermark.idle-timeout', or 'table.exec.source.idle-timeout'."));
    });
  }

  void look_at_updates(const Plan& input, const std::vector<Expr>& exprs) {
    if (changelog_of(input).is_insert_only()) return;
    for (const Expr& expr : exprs) {
      const Expr* call = changing_call(expr);
      if (call == nullptr) continue;
      SourceSpan span = call->span;
      // The clocks are one function under several names.
      const std::string& function = call->as<Call>()->function;
      std::string name = function == "NOW" ? "the clock" : fmt::format("`{}`", function);
      warn(fail(ErrorCode::NondeterministicUpdate, span.end > span.begin ? std::optional(span) : std::nullopt,
                "{} gives another value when a row is taken back than when it was sent", name)
               .hint("Compute it before the rows are aggregated or deduplicated, or store it with the row."));
    }
  }

  // Rows of several keys of the query that are one row of the table replace each other.
  void look_at_other_key(const Sink& sink) {
    UpsertKeys keys = upsert_keys_of(sink.input);
    if (keys.empty() || changelog_of(sink.input).is_insert_only()) return;
    const std::vector<uint32_t>& own = sink.table.primary_key;
    auto is_own = [&](uint32_t column) { return std::ranges::find(own, column) != own.end(); };
    if (std::ranges::any_of(keys, [&](const auto& key) { return std::ranges::all_of(key, is_own); })) return;
    std::string names, others;
    for (uint32_t column : own)
      names += fmt::format("{}`{}`", names.empty() ? "" : ", ", sink.table.columns[column].name);
    for (uint32_t column : *keys.begin()) {
      others += fmt::format("{}`{}`", others.empty() ? "" : ", ", sink.table.columns[column].name);
    }
    warn(fail(ErrorCode::SinkWithoutKey, sink.span,
              "`{}` keeps one row for each {}, and the query makes one for each {}", short_name(sink.table), names,
              others)
             .hint("Give the table the query's key; or group by the table's key alone."));
  }

  void look_at_keys(const Sink& sink) {
    if (!sink.table.primary_key.empty()) return look_at_other_key(sink);
    if (sink.table.options.find("connector") == sink.table.options.end()) return;
    const std::string& connector = sink.table.options.at("connector");
    if (connector.starts_with("$") || connector == "print" || connector == "blackhole") return;
    if (changelog_of(sink.input).is_insert_only()) return;
    warn(fail(ErrorCode::SinkWithoutKey, sink.span, "updates go to `{}`, which has no primary key to find the row by",
              short_name(sink.table))
             .hint("Declare PRIMARY KEY (...) NOT ENFORCED in the table."));
  }

  const PlannedJob& job_;
  Diagnostics& diagnostics_;
  const Sink* sink_ = nullptr;
};

}  // namespace

void find_hazards(const CompiledScript& script, Diagnostics& diagnostics) {
  for (const CompiledStatement& statement : script.statements) {
    if (auto* job = std::get_if<PlannedJob>(&statement.kind)) JobHazards(*job, diagnostics).find();
  }
}

}  // namespace sluice::planner
