#pragma once
// Rows of `values` tables: what tests feed to sources and find in sinks. Lives beside the jobs and outlives their
// crashes. Thread-safe.
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/row_kind.h"
#include "catalog/types/value.h"

namespace sluice::runtime {

// A change of a table; the row has the physical columns in the order of the DDL, then metadata in the order of its
// keys.
struct TableChange {
  RowKind kind = RowKind::Insert;
  ValueList row;
  bool operator==(const TableChange&) const = default;
};

class ValuesStore {
 public:
  // ---- Sources. A table that nobody closed is without end.
  void append(const std::string& table, std::vector<TableChange> changes);
  void close(const std::string& table);
  // Up to `max` changes from `begin` on; `ended` when nothing will ever follow them.
  std::vector<TableChange> read(const std::string& table, uint64_t begin, uint32_t max, bool* ended) const;
  // Calls `wake` after every append and close from now on.
  void subscribe(const std::string& table, std::function<void()> wake);

  // Nobody is called any more: their process has crashed.
  void forget_subscribers();

  // ---- Sinks. Changes are staged under a key and become visible by publish, in the order of publishing.
  void stage(const std::string& sink, const std::string& key, std::vector<TableChange> changes);
  void publish(const std::string& sink, const std::string& key);  // Unknown keys were published before.
  void drop_staged(const std::string& sink);
  std::vector<TableChange> published(const std::string& sink) const;

 private:
  struct Source {
    std::vector<TableChange> changes;
    bool closed = false;
    std::vector<std::function<void()>> subscribers;
  };
  struct Sink {
    std::map<std::string, std::vector<TableChange>> staged;
    std::vector<TableChange> published;
  };
  void wake(const std::string& table);

  mutable std::mutex mutex_;
  std::map<std::string, Source> sources_;
  std::map<std::string, Sink> sinks_;
};

}  // namespace sluice::runtime
