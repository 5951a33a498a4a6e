#include "tests/sim/producers.h"

#include <iterator>

namespace sluice::sim {

uint64_t Producers::begin(const std::string& id) {
  Producer& producer = producers_[id];
  producer.open.clear();
  return producer.epoch = ++epochs_;
}

Result<Producers::Producer*> Producers::own(const std::string& id, uint64_t epoch) {
  auto found = producers_.find(id);
  if (found != producers_.end() && found->second.epoch == epoch) return &found->second;
  return fail(ErrorCode::NetworkError, "another producer has the transactional id `{}`", id);
}

Status Producers::add(const std::string& id, uint64_t epoch, Changes changes) {
  SLUICE_TRY(Producer * producer, own(id, epoch));
  std::ranges::move(changes, std::back_inserter(producer->open));
  return Done{};
}

Result<Producers::Changes> Producers::commit(const std::string& id, uint64_t epoch, Marker marker) {
  SLUICE_TRY(Producer * producer, own(id, epoch));
  producer->marker = std::move(marker);
  return std::exchange(producer->open, {});
}

Marker Producers::marker_of(const std::string& id) const {
  auto found = producers_.find(id);
  return found == producers_.end() ? Marker() : found->second.marker;
}

std::vector<std::string> Producers::open_since_before(uint64_t epoch) const {
  std::vector<std::string> ids;
  for (const auto& [id, producer] : producers_) {
    if (!producer.open.empty() && producer.epoch < epoch) ids.push_back(id);
  }
  return ids;
}

std::string Producers::put_staged(Changes changes) {
  std::string bytes = "rows " + std::to_string(staged_.size());
  staged_.emplace(bytes, std::move(changes));
  return bytes;
}

const Producers::Changes* Producers::staged(const std::string& bytes) const {
  auto found = staged_.find(bytes);
  return found == staged_.end() ? nullptr : &found->second;
}

}  // namespace sluice::sim
