#include "runtime/connectors/values/store.h"

#include <algorithm>
#include <iterator>

namespace sluice::runtime {

void ValuesStore::append(const std::string& table, std::vector<TableChange> changes) {
  {
    std::lock_guard lock(mutex_);
    std::ranges::move(changes, std::back_inserter(sources_[table].changes));
  }
  wake(table);
}

void ValuesStore::close(const std::string& table) {
  {
    std::lock_guard lock(mutex_);
    sources_[table].closed = true;
  }
  wake(table);
}

// Subscribers are called without the lock, because they may read at once.
void ValuesStore::wake(const std::string& table) {
  std::vector<std::function<void()>> subscribers;
  {
    std::lock_guard lock(mutex_);
    subscribers = sources_[table].subscribers;
  }
  for (const auto& subscriber : subscribers) subscriber();
}

std::vector<TableChange> ValuesStore::read(const std::string& table, uint64_t begin, uint32_t max, bool* ended) const {
  std::lock_guard lock(mutex_);
  auto found = sources_.find(table);
  *ended = false;
  if (found == sources_.end()) return {};
  const Source& source = found->second;
  uint64_t first = std::min<uint64_t>(begin, source.changes.size());
  uint64_t last = std::min<uint64_t>(first + max, source.changes.size());
  *ended = source.closed && last == source.changes.size();
  return {source.changes.begin() + static_cast<ptrdiff_t>(first),
          source.changes.begin() + static_cast<ptrdiff_t>(last)};
}

void ValuesStore::subscribe(const std::string& table, std::function<void()> wake) {
  std::lock_guard lock(mutex_);
  sources_[table].subscribers.push_back(std::move(wake));
}

void ValuesStore::forget_subscribers() {
  std::lock_guard lock(mutex_);
  for (auto& [table, source] : sources_) source.subscribers.clear();
}

void ValuesStore::stage(const std::string& sink, const std::string& key, std::vector<TableChange> changes) {
  std::lock_guard lock(mutex_);
  sinks_[sink].staged[key] = std::move(changes);
}

void ValuesStore::publish(const std::string& sink, const std::string& key) {
  std::lock_guard lock(mutex_);
  auto node = sinks_[sink].staged.extract(key);
  if (node) std::ranges::move(node.mapped(), std::back_inserter(sinks_[sink].published));
}

void ValuesStore::drop_staged(const std::string& sink) {
  std::lock_guard lock(mutex_);
  sinks_[sink].staged.clear();
}

std::vector<TableChange> ValuesStore::published(const std::string& sink) const {
  std::lock_guard lock(mutex_);
  auto found = sinks_.find(sink);
  return found == sinks_.end() ? std::vector<TableChange>() : found->second.published;
}

}  // namespace sluice::runtime
