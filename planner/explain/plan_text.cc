#include "planner/explain/plan_text.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "planner/jobgraph/print.h"
#include "planner/plan/traits.h"

namespace sluice::planner {
namespace {

constexpr size_t kTraitsColumn = 100;  // Where traits begin, when the line before is shorter.

// ---- The text of one field of a node; the empty string leaves it out.

std::string text_of(const std::string& text) { return text; }
std::string text_of(bool value) { return value ? "true" : ""; }
std::string text_of(uint32_t value) {
  return value == Deduplicate::kProcessingTime ? "proctime" : fmt::format("${}", value);
}
std::string text_of(const TableRef& table) { return table.path; }
std::string text_of(ChangelogMode mode) { return "[" + jobgraph::text_of(mode) + "]"; }
std::string text_of(const Expr& expr) { return to_string(expr); }
std::string text_of(const std::vector<uint32_t>& columns) {
  return columns.empty() ? "" : fmt::format("[{}]", fmt::join(columns, ", "));
}
std::string text_of(const std::vector<FieldPath>&) { return ""; }  // The names of the columns say it.
std::string text_of(const ValueList& row) { return fmt::format("{} values", row.size()); }
std::string text_of(const RowField& field) { return field.name; }
std::string text_of(const jobgraph::Watermark& watermark) {
  return to_string(watermark.expression) + (watermark.per_event ? " per_event" : "");
}
std::string text_of(jobgraph::Sink::Length length) {
  static constexpr const char* kNames[] = {"", "trim_pad", "error"};
  return kNames[static_cast<int>(length)];
}
std::string text_of(jobgraph::Sink::NotNull not_null) {
  return not_null == jobgraph::Sink::NotNull::Drop ? "drop" : "";
}
std::string text_of(WindowAggregate::Property property) {
  constexpr const char* kNames[] = {"start", "end", "time"};
  return kNames[static_cast<size_t>(property)];
}

std::string text_of(JoinType type) {
  constexpr const char* kNames[] = {"inner", "left", "right", "full", "semi", "anti"};
  return kNames[static_cast<size_t>(type)];
}
std::string text_of(JoinStrategy) { return ""; }  // The node's name says it.
std::string text_of(uint64_t value) { return value == 0 ? "" : fmt::format("{}", value); }
std::string text_of(const std::optional<uint64_t>& value) { return value ? fmt::format("{}", *value) : ""; }
std::string text_of(const std::vector<uint64_t>& values) { return fmt::format("[{}]", fmt::join(values, ", ")); }
std::string text_of(const SortKey& key) {
  return fmt::format("${}{}{}", key.column, key.descending ? " desc" : "",
                     key.nulls_last == key.descending ? ""
                     : key.nulls_last                 ? " nulls last"
                                                      : " nulls first");
}
std::string text_of(int64_t value) { return fmt::format("{}", value); }
std::string text_of(const Over::Frame& frame) {
  return fmt::format("{} {}", frame.rows ? "ROWS" : "RANGE",
                     frame.preceding ? fmt::format("{} PRECEDING", *frame.preceding) : "UNBOUNDED");
}
std::string text_of(WindowAggregate::Legacy legacy) {
  constexpr const char* kNames[] = {"", "final", "updating"};
  return kNames[static_cast<size_t>(legacy)];
}
std::string text_of(Match::Skip skip) {
  constexpr const char* kNames[] = {"", "next_row", "to_first", "to_last"};
  return kNames[static_cast<size_t>(skip)];
}
std::string text_of(const Match::Step& step) {
  std::string times = step.min == 1 && step.max == 1 ? ""
                      : step.max                     ? fmt::format("{{{},{}}}", step.min, *step.max)
                                                     : fmt::format("{{{},}}", step.min);
  return step.variable + times + (step.reluctant ? "?" : "");
}

template <class T>
std::string text_of(const std::vector<T>& values) {
  if (values.empty()) return "";
  std::string out;
  for (const T& value : values) out += (out.empty() ? "" : ", ") + text_of(value);
  return "[" + out + "]";
}

template <class T>
std::string text_of(const std::optional<T>& value) {
  return value ? text_of(*value) : "";
}

std::string fields_text(const Plan& plan) {
  std::string out;
  auto field = [&](const char* name, const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (!std::is_same_v<T, Plan> && !std::is_same_v<T, std::vector<Plan>>) {
      std::string text = text_of(value);
      if (std::string_view(name) == "last_column" && text == "proctime") text = "";
      if (!text.empty()) out += fmt::format(" {}={}", name, text);
    }
  };
  std::visit([&]<class N>(const N& node) { N::fields(node, field); }, plan->kind);
  return out;
}

std::string with_traits(const std::string& line, const std::string& traits) {
  return fmt::format("{:<{}} {}\n", line, kTraitsColumn, traits);
}

std::string traits_text(const Plan& plan) {
  std::string out = "[" + jobgraph::text_of(changelog_of(plan)) + "]";
  for (const auto& key : upsert_keys_of(plan)) out += fmt::format(" key({})", fmt::join(key, ","));
  for (size_t i = 0; i < plan->times.size(); ++i) {
    if (plan->times[i] == TimeRole::Rowtime) out += fmt::format(" rowtime({})", i);
    if (plan->times[i] == TimeRole::Proctime) out += fmt::format(" proctime({})", i);
  }
  return out;
}

void append_plan(const Plan& plan, size_t depth, std::string& out) {
  std::string line = std::string(2 * depth, ' ') + name_of(plan) + fields_text(plan);
  out += with_traits(line, traits_text(plan));
  for_each_input(plan, [&](const Plan& input) { append_plan(input, depth + 1, out); });
}

class PhysicalText {
 public:
  explicit PhysicalText(const jobgraph::JobGraph& graph) {
    for (const jobgraph::Fragment& fragment : graph.fragments) {
      for (const jobgraph::Operator& op : fragment.operators) operators_[op.id] = &op;
    }
    for (const jobgraph::Edge& edge : graph.edges) edges_[{edge.to, edge.input}] = &edge;
  }

  std::string text() {
    for (const auto& [id, op] : operators_) {
      if (std::holds_alternative<jobgraph::Sink>(op->kind)) append(*op, 0);
    }
    return std::move(out_);
  }

 private:
  void append(const jobgraph::Operator& op, size_t depth) {
    std::string indent(2 * depth, ' ');
    if (!described_.insert(op.id).second) {
      out_ += fmt::format("{}{} (above)\n", indent, op.name);
      return;
    }
    std::string description = jobgraph::describe(op.kind);
    std::string line = indent + op.name + (description.empty() ? "" : " " + description);
    out_ += with_traits(line, traits_of(op));
    for (uint32_t i = 0; i < op.inputs.size(); ++i) append_input(op, i, depth + 1);
  }

  void append_input(const jobgraph::Operator& op, uint32_t input, size_t depth) {
    const jobgraph::Operator& from = *operators_.at(op.inputs[input]);
    auto edge = edges_.find({op.id, input});
    if (edge != edges_.end()) {
      constexpr const char* kNames[] = {"forward", "hash", "gather", "rebalance"};
      const char* name = kNames[static_cast<size_t>(edge->second->distribution)];
      std::string columns = text_of(edge->second->hash_columns);
      out_ += with_traits(fmt::format("{}Exchange {}{}", std::string(2 * depth, ' '), name, columns), traits_of(from));
      ++depth;
    }
    append(from, depth);
  }

  static std::string traits_of(const jobgraph::Operator& op) {
    std::string out = "[" + jobgraph::text_of(op.changelog) + "]";
    for (const auto& key : op.upsert_keys) out += fmt::format(" key({})", fmt::join(key, ","));
    if (op.rowtime >= 0) out += fmt::format(" rowtime({})", op.rowtime);
    return out;
  }

  std::map<uint32_t, const jobgraph::Operator*> operators_;
  std::map<std::pair<uint32_t, uint32_t>, const jobgraph::Edge*> edges_;
  std::set<uint32_t> described_;
  std::string out_;
};

}  // namespace

std::string plan_text(const Plan& plan) {
  std::string out;
  append_plan(plan, 0, out);
  return out;
}

std::string physical_text(const jobgraph::JobGraph& graph) { return PhysicalText(graph).text(); }

}  // namespace sluice::planner
