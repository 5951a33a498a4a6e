#include "tools/conformance/lineage_oracle.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <fmt/format.h>

#include "catalog/types/value_text.h"
#include "tools/conformance/perturbation.h"
#include "tools/conformance/program.h"

namespace sluice::conformance {
namespace {

constexpr int kTriesMin = 6;

// A column of a table by its dotted path; `*` stands for all columns of a sink.
using ColumnName = std::pair<std::string, std::string>;
// What a sink's column holds in the end, every value with the number of its rows. `*`: whole rows.
using Contents = std::map<ColumnName, std::map<std::string, int64_t>>;
using Claims = std::map<ColumnName, std::set<ColumnName>>;  // By column of a source.

struct SinkTable {
  std::string path;
  RowSchema columns;
  std::vector<uint32_t> key;
};

std::vector<SinkTable> sinks_of(const planner::CompiledScript& script) {
  std::vector<SinkTable> sinks;
  for (const planner::CompiledStatement& statement : script.statements) {
    auto* job = std::get_if<planner::CompiledJob>(&statement.kind);
    if (job == nullptr) continue;
    for (const jobgraph::Fragment& fragment : job->graph.fragments) {
      for (const jobgraph::Operator& op : fragment.operators) {
        auto* sink = std::get_if<jobgraph::Sink>(&op.kind);
        if (sink != nullptr) sinks.push_back({sink->table.path, sink->table.columns, sink->table.primary_key});
      }
    }
  }
  return sinks;
}

Claims claims_of(const planner::CompiledScript& script) {
  Claims claims;
  for (const planner::CompiledStatement& statement : script.statements) {
    auto* job = std::get_if<planner::CompiledJob>(&statement.kind);
    if (job == nullptr) continue;
    for (const jobgraph::LineageEdge& edge : job->graph.lineage) {
      claims[{edge.source_table, edge.source_column}].insert({edge.sink_table, edge.sink_column});
    }
  }
  return claims;
}

// The last row per key, or without a key what was inserted and not deleted.
std::map<std::string, std::pair<ValueList, int64_t>> final_rows(const std::vector<runtime::TableChange>& changes,
                                                                const SinkTable& sink) {
  std::map<std::string, std::pair<ValueList, int64_t>> rows;
  auto text_of_columns = [&](const ValueList& row) {
    std::string text;
    for (size_t i = 0; i < sink.columns.size(); ++i) {
      bool counts = sink.key.empty() || std::ranges::find(sink.key, static_cast<uint32_t>(i)) != sink.key.end();
      if (counts) text += changelog_text(row[i], sink.columns[i].type) + '\x1f';
    }
    return text;
  };
  for (const runtime::TableChange& change : changes) {
    auto& [row, count] = rows[text_of_columns(change.row)];
    row = change.row;
    count = sink.key.empty() ? count + sign_of(change.kind) : (sign_of(change.kind) > 0 ? 1 : 0);
  }
  return rows;
}

Contents contents_of(const std::vector<SinkTable>& sinks, const runtime::ValuesStore& store) {
  Contents contents;
  for (const SinkTable& sink : sinks) {
    for (const auto& [text, counted] : final_rows(store.published(sink.path), sink)) {
      const auto& [row, count] = counted;
      if (count == 0) continue;
      for (size_t i = 0; i < sink.columns.size(); ++i) {
        contents[{sink.path, sink.columns[i].name}][changelog_text(row[i], sink.columns[i].type)] += count;
      }
      contents[{sink.path, "*"}][""] += count;
    }
  }
  return contents;
}

class Oracle {
 public:
  Oracle(const planner::CompiledScript& script, const OracleOptions& options)
      : script_(script), options_(options), sinks_(sinks_of(script)), claims_(claims_of(script)) {}

  // Experiments on one input; why there are none.
  std::string try_input(const std::vector<TableRows>& rows) {
    rows_ = rows;
    auto base = run(rows_);
    if (!base) return "does not run: " + base.error().message;
    base_ = *std::move(base);
    for (int i = 0; i < 2; ++i) {
      auto again = run(rows_);
      if (!again || *again != base_) return "two runs differ";
    }
    for (size_t table = 0; table < rows_.size(); ++table) check_table(table);
    return "";
  }

  OracleResult result() {
    for (const auto& [source, sinks] : claims_) {
      for (const ColumnName& sink : sinks) {
        ++result_.claimed;
        if (shown_.contains({source, sink})) {
          ++result_.shown;
        } else {
          result_.unshown.push_back(
              fmt::format("{}.{} -> {}.{}", source.first, source.second, sink.first, sink.second));
        }
      }
    }
    return std::move(result_);
  }

 private:
  // A job may fail when its input is another one.
  Result<Contents> run(const std::vector<TableRows>& rows) const {
    runtime::ValuesStore store;
    planner::CompiledScript script = script_;
    RunResult ran = run_jobs(script, rows, store, options_.run);
    if (ran.failure) return Failure{*ran.failure};
    return contents_of(sinks_, store);
  }

  void check_table(size_t table) {
    std::shared_ptr<const Table> found = find_table(script_.catalog, rows_[table].table);
    if (found == nullptr) return;
    std::vector<uint32_t> key;
    RowSchema columns = found->scan_schema();
    if (found->primary_key) key = positions(*found, columns);
    for (const Leaf& leaf : leaves_of(columns, key)) check_leaf(table, leaf);
  }

  static std::vector<uint32_t> positions(const Table& table, const RowSchema& columns) {
    std::vector<uint32_t> key;
    for (uint32_t column : table.primary_key->columns) {
      for (uint32_t i = 0; i < columns.size(); ++i) {
        if (columns[i].name == table.columns[column].name) key.push_back(i);
      }
    }
    return key;
  }

  void check_leaf(size_t table, const Leaf& leaf) {
    std::mt19937_64 random(options_.seed);
    auto claims = claims_about(table, leaf);
    for (int i = 0; i < options_.tries; ++i) {
      if (i >= kTriesMin && all_shown(claims)) return;
      std::vector<TableRows> rows = rows_;
      Change change = kChanges[static_cast<size_t>(i) % std::size(kChanges)];
      if (!perturb(rows[table].changes, leaf, change, random)) continue;
      if (auto after = run(rows)) compare(rows, leaf, *after, claims);
    }
  }

  // The claims about the column, a field of it, or the ROW that it is in.
  std::vector<std::pair<ColumnName, std::set<ColumnName>>> claims_about(size_t table, const Leaf& leaf) const {
    std::vector<std::pair<ColumnName, std::set<ColumnName>>> out;
    for (const auto& [source, sinks] : claims_) {
      bool is_meant = source.second == leaf.name || leaf.name.starts_with(source.second + ".");
      if (source.first == rows_[table].table && is_meant) out.emplace_back(source, sinks);
    }
    return out;
  }

  bool all_shown(const std::vector<std::pair<ColumnName, std::set<ColumnName>>>& claims) const {
    return std::ranges::all_of(claims, [&](const auto& claim) {
      return std::ranges::all_of(claim.second,
                                 [&](const ColumnName& sink) { return shown_.contains({claim.first, sink}); });
    });
  }

  void compare(const std::vector<TableRows>& rows, const Leaf& leaf, const Contents& after,
               const std::vector<std::pair<ColumnName, std::set<ColumnName>>>& claims) {
    auto is_claimed = [&](const ColumnName& sink) {
      return std::ranges::any_of(claims, [&](const auto& claim) { return claim.second.contains(sink); });
    };
    for (const SinkTable& sink : sinks_) {
      ColumnName all{sink.path, "*"};
      for (const RowField& field : sink.columns) {
        ColumnName column{sink.path, field.name};
        if (at(after, column) == at(base_, column)) continue;
        // A column that no claim names for itself has changed with its rows.
        const ColumnName& by = is_claimed(column) ? column : all;
        if (!is_claimed(by)) violate(rows, leaf, column, after);
        show(claims, by);
      }
      if (at(after, all) == at(base_, all)) continue;
      if (!is_claimed(all)) violate(rows, leaf, all, after);
      show(claims, all);
    }
  }

  static std::map<std::string, int64_t> at(const Contents& contents, const ColumnName& column) {
    auto found = contents.find(column);
    return found == contents.end() ? std::map<std::string, int64_t>() : found->second;
  }

  void show(const std::vector<std::pair<ColumnName, std::set<ColumnName>>>& claims, const ColumnName& sink) {
    for (const auto& [source, sinks] : claims) {
      if (sinks.contains(sink)) shown_.insert({source, sink});
    }
  }

  // Sources that race may give another answer for another reason.
  void violate(const std::vector<TableRows>& rows, const Leaf& leaf, const ColumnName& column, const Contents& after) {
    for (int i = 0; i < 2; ++i) {
      auto again = run(rows);
      if (!again || at(*again, column) != at(after, column)) return;
      auto base = run(rows_);
      if (!base || at(*base, column) != at(base_, column)) return;
    }
    std::string text = fmt::format("{} -> {}.{}", leaf.name, column.first, column.second);
    if (std::ranges::find(result_.violations, text) == result_.violations.end()) result_.violations.push_back(text);
  }

  const planner::CompiledScript& script_;
  const OracleOptions& options_;
  std::vector<SinkTable> sinks_;
  Claims claims_;
  std::vector<TableRows> rows_;
  Contents base_;  // Of these rows.
  std::set<std::pair<ColumnName, ColumnName>> shown_;
  OracleResult result_;
};

}  // namespace

OracleResult check_lineage(const planner::CompiledScript& script, const std::vector<std::vector<TableRows>>& inputs,
                           const OracleOptions& options) {
  Oracle oracle(script, options);
  std::string skipped;
  bool is_tried = false;
  for (const std::vector<TableRows>& rows : inputs) {
    std::string why = oracle.try_input(rows);
    is_tried |= why.empty();
    if (!why.empty()) skipped = std::move(why);
  }
  OracleResult result = oracle.result();
  if (!is_tried) result.skipped = std::move(skipped);
  return result;
}

}  // namespace sluice::conformance
