#include "planner/jobgraph/compare.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "planner/jobgraph/print.h"
#include "planner/jobgraph/validate.h"

namespace sluice::jobgraph {
namespace {

struct Verdict {
  Compatibility compatibility = Compatibility::Compatible;
  std::string reason;

  // The worst finding stands; among equals the first one.
  void note(Compatibility other, std::string why) {
    if (other <= compatibility) return;
    compatibility = other;
    reason = std::move(why);
  }
};

bool is_integer_widening(const Type& from, const Type& to) {
  return from.is_integer() && to.is_integer() && from.root() < to.root();
}

// Every value of `from` is a value of `to`, and the conversion needs nothing but the value.
bool can_widen(const Type& from, const Type& to) {
  if (from.nullable() && !to.nullable()) return false;
  if (is_same_layout(from, to) || is_integer_widening(from, to)) return true;
  if (from.root() != to.root()) return false;
  bool has_length = from.is(TypeRoot::VarChar) || from.is(TypeRoot::VarBinary);
  if (has_length) return from.length() <= to.length();
  if (!from.is(TypeRoot::Decimal)) return false;
  return from.scale() == to.scale() && from.precision() <= to.precision();
}

const StateField* find_field(const std::vector<StateField>& fields, uint32_t id) {
  auto found = std::ranges::find(fields, id, &StateField::id);
  return found == fields.end() ? nullptr : &*found;
}

// Keys are looked up by their bytes, so they have to stay what they were.
void compare_keys(const StateTable& older, const StateTable& newer, Verdict& verdict) {
  auto changed = [&](std::string why) { verdict.note(Compatibility::Not, std::move(why)); };
  if (older.kind != newer.kind) changed(fmt::format("state `{}` is of another kind", newer.name));
  if (older.key.size() != newer.key.size()) return changed(fmt::format("state `{}` has another key", newer.name));
  for (size_t i = 0; i < older.key.size(); ++i) {
    bool same = older.key[i].id == newer.key[i].id && is_same_layout(older.key[i].type, newer.key[i].type);
    if (!same) changed(fmt::format("key field `{}` of state `{}` changed", newer.key[i].name, newer.name));
  }
}

void compare_values(const StateTable& older, const StateTable& newer, Verdict& verdict) {
  for (const StateField& field : newer.value) {
    const StateField* before = find_field(older.value, field.id);
    if (before == nullptr) {
      verdict.note(Compatibility::Migratable, fmt::format("field `{}` is new and starts empty", field.name));
    } else if (before->type == field.type) {
      continue;
    } else if (can_widen(before->type, field.type)) {
      verdict.note(Compatibility::Migratable, fmt::format("field `{}` changes from {} to {}", field.name,
                                                          before->type.to_string(), field.type.to_string()));
    } else {
      verdict.note(Compatibility::Not, fmt::format("field `{}` cannot change from {} to {}", field.name,
                                                   before->type.to_string(), field.type.to_string()));
    }
  }
  for (const StateField& field : older.value) {
    if (find_field(newer.value, field.id) == nullptr) {
      verdict.note(Compatibility::Migratable, fmt::format("field `{}` is no longer kept", field.name));
    }
  }
}

Verdict compare_state(const Operator& older, const Operator& newer) {
  Verdict verdict;
  if (older.kind.index() != newer.kind.index()) verdict.note(Compatibility::Not, "is another kind of operator");
  for (const StateTable& table : newer.state) {
    auto before = std::ranges::find(older.state, table.name, &StateTable::name);
    if (before == older.state.end()) {
      verdict.note(Compatibility::Migratable, fmt::format("state `{}` is new and starts empty", table.name));
      continue;
    }
    compare_keys(*before, table, verdict);
    compare_values(*before, table, verdict);
    if (before->ttl_ms != table.ttl_ms && (before->ttl_ms == 0 || table.ttl_ms == 0)) {
      verdict.note(Compatibility::Migratable, fmt::format("time to live of state `{}` is switched", table.name));
    }
  }
  for (const StateTable& table : older.state) {
    if (std::ranges::find(newer.state, table.name, &StateTable::name) == newer.state.end()) {
      verdict.note(Compatibility::Migratable, fmt::format("state `{}` is no longer kept", table.name));
    }
  }
  return verdict;
}

// Operators whose state a checkpoint holds. Local aggregation keeps nothing over a barrier and shares the uid of its
// global half, so operators without state tables do not count, sources and sinks excepted.
bool keeps_state(const Operator& op) {
  if (op.uid.empty()) return false;
  return !op.state.empty() || std::holds_alternative<Source>(op.kind) || std::holds_alternative<Sink>(op.kind);
}

std::vector<const Operator*> stateful_operators(const JobGraph& graph) {
  std::vector<const Operator*> out;
  for (const Fragment& fragment : graph.fragments) {
    for (const Operator& op : fragment.operators) {
      if (keeps_state(op)) out.push_back(&op);
    }
  }
  return out;
}

Compatibility worst(const std::vector<OperatorVerdict>& verdicts) {
  Compatibility out = Compatibility::Compatible;
  for (const OperatorVerdict& verdict : verdicts) out = std::max(out, verdict.compatibility);
  return out;
}

const char* text_of(Compatibility compatibility) {
  constexpr const char* kTexts[] = {"compatible", "migratable", "partly", "not"};
  return kTexts[static_cast<size_t>(compatibility)];
}

}  // namespace

Comparison compare(const JobGraph& older, const JobGraph& newer) {
  Comparison out;
  std::map<std::string, const Operator*> before;
  for (const Operator* op : stateful_operators(older)) before[op->uid] = op;
  bool any_common = false;
  for (const Operator* op : stateful_operators(newer)) {
    auto found = before.find(op->uid);
    if (found == before.end()) {
      out.operators.push_back({op->uid, op->name, Compatibility::Partly, "is new and starts empty"});
      continue;
    }
    any_common = true;
    Verdict verdict = compare_state(*found->second, *op);
    out.operators.push_back({op->uid, op->name, verdict.compatibility, verdict.reason});
    before.erase(found);
  }
  for (const Operator* op : stateful_operators(older)) {
    if (!before.contains(op->uid)) continue;
    out.operators.push_back({op->uid, op->name, Compatibility::Partly, "is gone, and its state with it"});
  }
  out.compatibility = worst(out.operators);
  bool has_any = !out.operators.empty();
  if (has_any && !any_common) out.compatibility = Compatibility::Not;
  if (older.key_hash_version != newer.key_hash_version || older.max_parallelism != newer.max_parallelism) {
    out.compatibility = Compatibility::Not;
    out.operators.push_back({"", "job", Compatibility::Not, "keys are spread over other key groups"});
  }
  return out;
}

std::string print(const Comparison& comparison) {
  std::string out = fmt::format("{}\n", text_of(comparison.compatibility));
  for (const OperatorVerdict& verdict : comparison.operators) {
    out += fmt::format("  {} {}{}{}\n", text_of(verdict.compatibility), verdict.name,
                       verdict.reason.empty() ? "" : ": ", verdict.reason);
  }
  return out;
}

}  // namespace sluice::jobgraph
