#include "tests/sim/visible_table.h"

#include <fmt/format.h>

#include <set>

namespace sluice::sim {
namespace {

constexpr size_t kProblemsMax = 6;  // Of one sink.

std::string text_of_change(const runtime::TableChange& change) {
  return fmt::format("{} {}", sluice::text_of(change.kind), line_of(change.row));
}

// Notes a problem unless there are enough of them.
class Notes {
 public:
  Notes(const std::string& sink, std::vector<std::string>& problems) : sink_(sink), problems_(problems) {}
  void add(const std::string& what) {
    if (++count_ <= kProblemsMax) problems_.push_back(fmt::format("{}: {}", sink_, what));
  }

 private:
  const std::string& sink_;
  std::vector<std::string>& problems_;
  size_t count_ = 0;
};

Table fold_upserts(const SinkSpec& sink, const std::vector<runtime::TableChange>& changes, Notes& notes) {
  std::map<std::string, std::string> rows;
  for (const runtime::TableChange& change : changes) {
    std::string key;
    for (size_t column : sink.key) key += cell(change.row[column]) + " ";
    bool is_there = rows.contains(key);
    if (change.kind == RowKind::UpdateBefore) continue;
    if (change.kind == RowKind::Delete) {
      if (!is_there) notes.add("deletes a key that is not there: " + text_of_change(change));
      rows.erase(key);
      continue;
    }
    rows[key] = line_of(change.row);
  }
  Table table;
  for (const auto& [key, row] : rows) ++table[row];
  return table;
}

}  // namespace

// Programs write nothing but integers, text and timestamps.
std::string cell(const Value& value) {
  if (value.is_null()) return "NULL";
  if (auto* number = std::get_if<int64_t>(&value.data)) return std::to_string(*number);
  if (auto* text = std::get_if<std::string>(&value.data)) return *text;
  return "?";
}

std::string line_of(const ValueList& row) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) line += (i ? "|" : "") + cell(row[i]);
  return line;
}

Table fold(const SinkSpec& sink, const std::vector<runtime::TableChange>& changes, std::vector<std::string>& problems) {
  Notes notes(sink.name, problems);
  if (sink.folding == Folding::Upsert) return fold_upserts(sink, changes, notes);
  Table table;
  for (const runtime::TableChange& change : changes) {
    if (sink.folding == Folding::Append && change.kind != RowKind::Insert) {
      notes.add("takes inserts only and got " + text_of_change(change));
    }
    std::string row = line_of(change.row);
    if (sign_of(change.kind) > 0) {
      ++table[row];
      continue;
    }
    auto found = table.find(row);
    if (found == table.end()) {
      notes.add("takes back a row that is not there: " + text_of_change(change));
    } else if (--found->second == 0) {
      table.erase(found);
    }
  }
  return table;
}

void compare(const std::string& sink, const Table& expected, const Table& actual, std::vector<std::string>& problems) {
  Notes notes(sink, problems);
  std::set<std::string> rows;
  for (const auto& [row, count] : expected) rows.insert(row);
  for (const auto& [row, count] : actual) rows.insert(row);
  for (const std::string& row : rows) {
    auto count_in = [&](const Table& table) {
      auto found = table.find(row);
      return found == table.end() ? int64_t{0} : found->second;
    };
    int64_t wanted = count_in(expected), got = count_in(actual);
    if (wanted != got) notes.add(fmt::format("row {} is there {} times, expected {}", row, got, wanted));
  }
}

}  // namespace sluice::sim
