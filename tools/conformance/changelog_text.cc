#include "tools/conformance/changelog_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "catalog/types/value_text.h"

namespace sluice::conformance {
namespace {

std::string row_text(const ValueList& row, const RowSchema& columns) {
  std::string out = "[";
  for (size_t i = 0; i < columns.size(); ++i) out += (i ? ", " : "") + changelog_text(row[i], columns[i].type);
  return out + "]";
}

// `{b=2, a=1}` as `{a=1, b=2}`, innermost first, so that the order of entries does not count.
std::string with_sorted_maps(const std::string& text) {
  size_t begin = text.rfind('{');
  if (begin == std::string::npos) return text;
  size_t end = text.find('}', begin);
  if (end == std::string::npos) return text;
  std::vector<std::string> entries;
  std::string inside = text.substr(begin + 1, end - begin - 1);
  for (size_t at = 0; at <= inside.size();) {
    size_t comma = std::min(inside.find(", ", at), inside.size());
    entries.push_back(inside.substr(at, comma - at));
    at = comma + 2;
  }
  std::ranges::sort(entries);
  // The braces become other ones, so that the next outer pair is found by the next turn.
  std::string sorted = "\x01" + fmt::format("{}", fmt::join(entries, ", ")) + "\x02";
  return with_sorted_maps(text.substr(0, begin) + sorted + text.substr(end + 1));
}

std::string sample(const std::vector<std::string>& rows) {
  constexpr size_t kShown = 4;
  std::string out;
  for (size_t i = 0; i < std::min(rows.size(), kShown); ++i) out += (i ? " " : "") + rows[i];
  if (rows.size() > kShown) out += fmt::format(" and {} more", rows.size() - kShown);
  return out.empty() ? "nothing" : out;
}

// A table that changes are applied to; rows of a keyed one replace each other.
class FinalTable {
 public:
  explicit FinalTable(bool has_key) : has_key_(has_key) {}

  void take(RowKind kind, const std::string& row, const std::string& key, std::string& error) {
    bool adds = sign_of(kind) > 0;
    if (!has_key_) {
      counts_[row] += adds ? 1 : -1;
      if (counts_[row] < 0 && error.empty()) error = fmt::format("{} is taken back and not there", row);
    } else if (adds) {
      by_key_[key] = row;
    } else if (kind == RowKind::Delete && by_key_.erase(key) == 0 && error.empty()) {
      error = fmt::format("{} is deleted and not there", row);
    }
  }

  std::vector<std::string> rows() const {
    std::vector<std::string> rows;
    for (const auto& [key, row] : by_key_) rows.push_back("+I" + row);
    for (const auto& [row, count] : counts_) {
      for (int64_t i = 0; i < count; ++i) rows.push_back("+I" + row);
    }
    std::ranges::sort(rows);
    return rows;
  }

 private:
  bool has_key_;
  std::map<std::string, std::string> by_key_;
  std::map<std::string, int64_t> counts_;
};

RowKind kind_of(const std::string& change) {
  for (RowKind kind : {RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete}) {
    if (change.starts_with(sluice::text_of(kind))) return kind;
  }
  return RowKind::Insert;
}

// The fields of `[a, [b, c], d]`.
std::vector<std::string> fields_of(const std::string& row) {
  std::vector<std::string> fields(1);
  int depth = 0;
  for (size_t i = 1; i + 1 < row.size(); ++i) {
    char c = row[i];
    depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
    if (depth > 0 || row.compare(i, 2, ", ") != 0) {
      fields.back() += c;
      continue;
    }
    fields.emplace_back();
    ++i;
  }
  return fields;
}

}  // namespace

std::string text_of(const runtime::TableChange& change, const RowSchema& columns) {
  return std::string(sluice::text_of(change.kind)) + row_text(change.row, columns);
}

std::vector<std::string> materialize(const std::vector<runtime::TableChange>& changes, const RowSchema& columns,
                                     const std::vector<uint32_t>& keys, std::string& error) {
  FinalTable table(!keys.empty());
  for (const runtime::TableChange& change : changes) {
    std::string key;
    for (uint32_t i : keys) key += changelog_text(change.row[i], columns[i].type) + "\x1f";
    table.take(change.kind, row_text(change.row, columns), key, error);
  }
  return table.rows();
}

std::vector<std::string> materialize_texts(const std::vector<std::string>& changes, size_t columns,
                                           const std::vector<uint32_t>& keys, std::string& error) {
  FinalTable table(!keys.empty());
  for (const std::string& change : changes) {
    std::string row = change.substr(2);
    std::vector<std::string> fields = fields_of(row);
    if (!keys.empty() && fields.size() != columns && error.empty()) error = "cannot tell the columns of " + row;
    std::string key;
    for (uint32_t i : keys) key += i < fields.size() ? fields[i] + "\x1f" : "";
    table.take(kind_of(change), row, key, error);
  }
  return table.rows();
}

std::string difference(std::vector<std::string> expected, std::vector<std::string> actual) {
  for (auto* list : {&expected, &actual}) {
    for (std::string& row : *list) row = with_sorted_maps(row);
    std::ranges::sort(*list);
  }
  if (expected == actual) return {};
  std::vector<std::string> missing, surplus;
  std::ranges::set_difference(expected, actual, std::back_inserter(missing));
  std::ranges::set_difference(actual, expected, std::back_inserter(surplus));
  for (auto* list : {&missing, &surplus}) {
    for (std::string& row : *list) {
      std::ranges::replace(row, '\x01', '{');
      std::ranges::replace(row, '\x02', '}');
    }
  }
  return fmt::format("missing {}; too much {}", sample(missing), sample(surplus));
}

}  // namespace sluice::conformance
