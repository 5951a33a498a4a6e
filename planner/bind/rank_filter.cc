//   Filter[n BETWEEN 1 AND 3] (Project[..] (Over[n = ROW_NUMBER] (x)))  =>  Project[..] (Rank[1 .. 3] (x))
//
// Where the order is one time attribute and the range its first row, a Deduplicate; where the keys hold the bounds of a
// window, the Top-N of every window. Not where another condition reads the number: then all rows are numbered.
#include <algorithm>

#include "planner/bind/query_binder.h"
#include "planner/plan/window_properties.h"

namespace sluice::planner {

namespace {

void split_conjunction(const Expr& expr, std::vector<Expr>& out) {
  auto* special = expr.as<Special>();
  if (special == nullptr || special->form != Form::And) return out.push_back(expr);
  for (const Expr& arg : expr.args) split_conjunction(arg, out);
}

const Expr& without_casts(const Expr& expr) {
  return expr.is_call("CAST") && expr.type.is_integer() ? without_casts(expr.args[0]) : expr;
}

// The number that a literal, cast or not, stands for.
std::optional<int64_t> number_of(const Expr& expr) {
  const Expr& bare = without_casts(expr);
  auto* value = bare.as<Literal>();
  if (value == nullptr || !std::holds_alternative<int64_t>(value->value.data) || !bare.type.is_integer()) return {};
  return value->value.get<int64_t>();
}

std::optional<uint32_t> column_of(const Expr& expr) {
  auto* reference = without_casts(expr).as<ColumnRef>();
  return reference == nullptr ? std::nullopt : std::optional(reference->index);
}

bool reads(const Expr& expr, uint32_t column) {
  auto* reference = expr.as<ColumnRef>();
  if (reference != nullptr && reference->index == column) return true;
  return std::ranges::any_of(expr.args, [&](const Expr& arg) { return reads(arg, column); });
}

// What conditions say about a row's number.
struct Range {
  std::optional<int64_t> first, last;
  std::optional<uint32_t> last_column;
  std::vector<Expr> rest;

  void at_least(int64_t bound) { first = std::max(first.value_or(bound), bound); }
  void at_most(int64_t bound) { last = std::min(last.value_or(bound), bound); }
};

// `number OP bound`, or the same mirrored.
bool note_bound(const std::string& op, int64_t bound, Range& range) {
  if (op == "=") return range.at_least(bound), range.at_most(bound), true;
  if (op == "<=") return range.at_most(bound), true;
  if (op == "<") return range.at_most(bound - 1), true;
  if (op == ">=") return range.at_least(bound), true;
  if (op == ">") return range.at_least(bound + 1), true;
  return false;
}

std::string mirrored(const std::string& op) {
  std::string out = op;
  for (char& c : out) c = c == '<' ? '>' : c == '>' ? '<' : c;
  return out;
}

bool note_condition(const Expr& condition, uint32_t number, Range& range) {
  auto* call = condition.as<Call>();
  if (call == nullptr || condition.args.size() != 2) return false;
  for (size_t side : {size_t{0}, size_t{1}}) {
    if (column_of(condition.args[side]) != number) continue;
    const Expr& other = condition.args[1 - side];
    std::string op = side == 0 ? call->function : mirrored(call->function);
    if (auto bound = number_of(other)) return note_bound(op, *bound, range);
    auto column = column_of(other);
    if (!column || *column == number || range.last_column || (op != "<=" && op != "<" && op != "=")) return false;
    range.last_column = column;
    return true;
  }
  return false;
}

// Nothing where no condition bounds the number, or one reads it in another way.
std::optional<Range> range_of(const std::vector<Expr>& conditions, uint32_t number) {
  Range range;
  bool bounds = false;
  for (const Expr& condition : conditions) {
    if (note_condition(condition, number, range)) {
      bounds = true;
    } else if (reads(condition, number)) {
      return {};
    } else {
      range.rest.push_back(condition);
    }
  }
  if (!bounds || (range.last_column && (range.first || range.last))) return {};
  return range;
}

// The OVER that column `index` of a plan comes from, through projections and filters.
const Over* numbering_below(const Plan& plan, uint32_t index) {
  if (auto* filter = plan.as<Filter>()) return numbering_below(filter->input, index);
  if (auto* project = plan.as<Project>()) {
    auto* reference = project->exprs[index].as<ColumnRef>();
    return reference == nullptr ? nullptr : numbering_below(project->input, reference->index);
  }
  auto* over = plan.as<Over>();
  bool is_number = over != nullptr && index == over->input->schema.size() && over->calls.size() == 1 &&
                   is_numbering(over->calls[0].function) && !over->frame.preceding;
  return is_number ? over : nullptr;
}

// The input's column that column `index` of a plan above `over` is.
std::optional<uint32_t> below(const Plan& plan, const Over& over, uint32_t index) {
  if (auto* filter = plan.as<Filter>()) return below(filter->input, over, index);
  if (auto* project = plan.as<Project>()) {
    auto* reference = project->exprs[index].as<ColumnRef>();
    return reference == nullptr ? std::nullopt : below(project->input, over, reference->index);
  }
  return index;
}

Plan replace(const Plan& plan, const Over& over, const Plan& by) {
  if (plan.as<Over>() == &over) return by;
  return map_inputs(plan, [&](const Plan& input) { return replace(input, over, by); });
}

// The input's columns and a constant number.
Plan with_number(Plan plan, int64_t number, const std::string& name) {
  Project project{std::move(plan), {}, {}};
  for (uint32_t i = 0; i < project.input->schema.size(); ++i) {
    project.exprs.push_back(column(i, project.input->schema[i].type));
    project.names.push_back(project.input->schema[i].name);
  }
  project.exprs.push_back(literal({number}, Type::bigint().not_null()));
  project.names.push_back(name);
  return make(std::move(project));
}

struct Partition {
  std::vector<uint32_t> keys, window;
};

// Keys that hold both bounds of a window: these, and the others.
Partition partition_of(const Over& over) {
  WindowProperties windows = window_properties_of(over.input);
  std::optional<uint32_t> start, end;
  std::vector<uint32_t> keys;
  for (uint32_t key : over.keys) {
    if (windows.starts.contains(key)) {
      start = key;
    } else if (windows.ends.contains(key)) {
      end = key;
    } else {
      keys.push_back(key);
    }
  }
  if (start && end) return {std::move(keys), {*start, *end}};
  return {over.keys, {}};
}

// What the numbered rows of the range are; nothing where something was reported.
std::optional<Plan> top_n(const Over& over, const Range& range, BindSession& session) {
  auto report = [&](const char* message, const char* hint) -> std::optional<Plan> {
    session.report(fail(ErrorCode::BadTopN, over.span, "{}", message).hint(hint), over.span);
    return {};
  };
  bool is_empty = range.first && range.last && *range.last < *range.first;
  if (is_empty) return with_number(make(Values{over.input->schema, {}}), *range.first, over.names[0]);
  if (over.calls[0].function != "ROW_NUMBER") {
    return report("a Top-N of a stream counts rows by ROW_NUMBER, not by RANK or DENSE_RANK", "Write ROW_NUMBER().");
  }
  if (over.order.empty()) {
    return report("a ROW_NUMBER needs ORDER BY a column in its window",
                  "Write OVER (PARTITION BY .. ORDER BY ..): the order says which row is the first.");
  }
  if (!range.last && !range.last_column) {
    return report("a filter on ROW_NUMBER says which row is the last", "Add a condition such as `<= 3`.");
  }
  if (range.last && *range.last <= 0) {
    return report("no row has a number that small; the first is 1", "Write a condition such as `<= 1`.");
  }
  int64_t first = std::max<int64_t>(range.first.value_or(1), 1);
  const std::string& name = over.names[0];
  if (range.last && *range.last < first) return with_number(make(Values{over.input->schema, {}}), first, name);
  Partition partition = partition_of(over);
  if (!partition.window.empty() && window_properties_of(over.input).window->processing_time) {
    session.report(
        fail(ErrorCode::NotInStreaming, over.span, "a Top-N of windows over processing time does not run on streams")
            .hint("Make the windows over a column with a watermark."),
        over.span);
    return {};
  }
  bool mini_batch = session.settings.get_bool("table.exec.mini-batch.enabled");
  const SortKey& key = over.order[0];
  bool one = range.last == first;
  if (one && first == 1 && over.is_by_time() && key.nulls_last == key.descending) {
    Deduplicate kept{over.input, partition.keys, key.column, key.descending, mini_batch, partition.window, over.span};
    return with_number(make(std::move(kept)), 1, name);
  }
  Rank rank{.input = over.input,
            .keys = partition.keys,
            .order = over.order,
            .first = first,
            .last = range.last.value_or(0),
            .last_column = range.last_column.value_or(Rank::kNoColumn),
            .number = one ? "" : name,
            .window = partition.window,
            .mini_batch = mini_batch,
            .span = over.span};
  Plan plan = make(std::move(rank));
  return one ? with_number(std::move(plan), first, name) : plan;
}

}  // namespace

Plan make_filter(Plan plan, Expr predicate, BindSession& session) {
  SourceSpan span = predicate.span;
  std::vector<Expr> conditions;
  split_conjunction(predicate, conditions);
  for (uint32_t index = 0; index < plan->schema.size(); ++index) {
    const Over* over = numbering_below(plan, index);
    auto range = over != nullptr ? range_of(conditions, index) : std::nullopt;
    if (range && range->last_column) range->last_column = below(plan, *over, *range->last_column);
    if (!range || (!range->last && !range->first && !range->last_column)) continue;
    auto rows = top_n(*over, *range, session);
    if (!rows) return plan;
    plan = replace(plan, *over, *rows);
    if (range->rest.empty()) return plan;
    return make(Filter{std::move(plan), make_logic(Form::And, std::move(range->rest), span)});
  }
  return make(Filter{std::move(plan), std::move(predicate)});
}

}  // namespace sluice::planner
