#include "tests/sim/broker.h"

#include <algorithm>
#include <iterator>

#include "base/key_hash.h"

namespace sluice::sim {

void Broker::create_topic(const std::string& topic, std::vector<std::vector<TableChange>> partitions) {
  for (std::vector<TableChange>& rows : partitions) topics_[topic].push_back({std::move(rows), 0, false, {}});
}

// Readers are called from a copy, because they may subscribe again.
void Broker::wake(const Partition& partition) {
  auto readers = partition.readers;
  for (const auto& reader : readers) reader();
}

void Broker::release(const std::string& topic, size_t partition, size_t rows) {
  Partition& released = topics_.at(topic).at(partition);
  released.released = std::min(released.rows.size(), released.released + rows);
  wake(released);
}

void Broker::release_all() {
  for (auto& [name, partitions] : topics_) {
    for (Partition& partition : partitions) {
      partition.released = partition.rows.size();
      wake(partition);
    }
  }
}

void Broker::end_topics() {
  for (auto& [name, partitions] : topics_) {
    for (Partition& partition : partitions) {
      partition.ended = true;
      wake(partition);
    }
  }
}

std::vector<TableChange> Broker::read(const std::string& topic, size_t partition, uint64_t begin, uint32_t max,
                                      bool* ended) {
  Partition& from = topics_.at(topic).at(partition);
  size_t first = std::min<size_t>(begin, from.released);
  size_t last = std::min<size_t>(first + max, from.released);
  *ended = from.ended && last == from.rows.size();
  from.read_to = last;
  return {from.rows.begin() + static_cast<ptrdiff_t>(first), from.rows.begin() + static_cast<ptrdiff_t>(last)};
}

bool Broker::is_read_to_end() const {
  for (const auto& [topic, partitions] : topics_) {
    for (const Partition& partition : partitions) {
      if (!partition.readers.empty() && partition.read_to < partition.rows.size()) return false;
    }
  }
  return true;
}

void Broker::subscribe(const std::string& topic, size_t partition, std::function<void()> wake) {
  topics_.at(topic).at(partition).readers.push_back(std::move(wake));
}

Result<std::string> Broker::stage(const std::string& sink, Transaction transaction) {
  Sink& into = sinks_[sink];
  if (std::pair(transaction.process, transaction.attempt) < std::pair(into.process, into.attempt)) {
    return fail(ErrorCode::NetworkError, "attempt {} is at work on `{}` now", into.attempt, sink);
  }
  into.process = transaction.process;
  into.attempt = transaction.attempt;
  std::string name = fmt::format("{}/{}", transaction.checkpoint, transactions_++);
  into.staged.emplace(name, std::move(transaction));
  return name;
}

void Broker::publish(const std::string& sink, const std::string& name) {
  Sink& into = sinks_[sink];
  auto node = into.staged.extract(name);
  if (!node) {
    if (!into.done.contains(name)) note_violation(fmt::format("{}: transaction {} is lost", sink, name));
    return;
  }
  into.done.emplace(name, node.mapped().checkpoint);
  digest_ = hash_bytes(digest_, name.data(), static_cast<uint32_t>(name.size()));
  show(sink, node.mapped().checkpoint, std::move(node.mapped().changes));
}

void Broker::show(const std::string& sink, CheckpointId checkpoint, std::vector<TableChange> changes) {
  Sink& into = sinks_[sink];
  newest_published_ = std::max(newest_published_, checkpoint);
  if (changes.empty()) return;
  if (checkpoint < into.last) {
    note_violation(fmt::format("{}: checkpoint {} is published behind {}", sink, checkpoint, into.last));
  }
  into.last = checkpoint;
  digest_ += changes.size();
  std::ranges::move(changes, std::back_inserter(into.visible));
}

void Broker::show(const std::string& sink, const Marker& marker, std::vector<TableChange> changes) {
  if (!changes.empty()) shown_[marker.job].insert(marker.checkpoint);
  show(sink, marker.checkpoint, std::move(changes));
}

void Broker::abort(const std::string& sink) { sinks_[sink].staged.clear(); }

// Readers of committed rows would wait for it for ever.
void Broker::check_nothing_is_left_open() {
  for (const std::string& id : producers_.open_since_before(process_epoch_)) {
    note_violation(fmt::format("a transaction of a dead process is left open under `{}`", id));
  }
}

const std::vector<TableChange>& Broker::published(const std::string& sink) const {
  static const std::vector<TableChange> nothing;
  auto found = sinks_.find(sink);
  return found == sinks_.end() ? nothing : found->second.visible;
}

void Broker::begin_process() {
  ++process_;
  process_epoch_ = producers_.newest_epoch() + 1;
  for (auto& [name, partitions] : topics_) {
    for (Partition& partition : partitions) partition.readers.clear();
  }
}

}  // namespace sluice::sim
