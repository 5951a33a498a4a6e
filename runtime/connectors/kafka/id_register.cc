#include "runtime/connectors/kafka/id_register.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace sluice::runtime::kafka {
namespace {

constexpr uint32_t kSubtasksMax = 1 << 15;  // As many as a job can have.
constexpr size_t kSideBySideMax = 32;       // Instances of the library, each with threads of its own.

// Those of the first subtasks with the same beginning, for the same topic.
std::set<UsedId> with_subtasks(const UsedId& used, uint32_t subtasks) {
  std::set<UsedId> all;
  std::string_view base = base_of(used.id);
  for (uint32_t subtask = 0; !base.empty() && subtask < subtasks; ++subtask) {
    for (uint32_t slot = 0; slot < kSlots; ++slot) all.insert({transactional_id(base, subtask, slot), used.topic});
  }
  return all;
}

}  // namespace

std::string transactional_id(std::string_view base, uint32_t subtask, uint32_t slot) {
  return fmt::format("{}-{}-{}", base, subtask, slot);
}

std::string_view base_of(std::string_view transactional_id) {
  for (int i = 0; i < 2; ++i) {
    size_t dash = transactional_id.rfind('-');
    if (dash == std::string_view::npos) return {};
    transactional_id = transactional_id.substr(0, dash);
  }
  return transactional_id;
}

Status IdRegister::add(const std::set<UsedId>& ids) {
  std::set<UsedId> first = ids;
  for (const UsedId& used : ids) first.merge(with_subtasks(used, 1));
  SLUICE_DO(fence_all(first));
  std::set<UsedId> all = ids;
  SLUICE_DO(read_markers(first));
  for (const UsedId& used : ids) {
    SLUICE_TRY(uint32_t subtasks, subtasks_of(std::string(base_of(used.id)), used.topic));
    all.merge(with_subtasks(used, subtasks));
  }
  SLUICE_DO(fence_all(all));
  ids_.merge(all);
  return Done{};
}

Status IdRegister::add_former(const std::set<UsedId>& ids) {
  std::set<UsedId> others;
  std::ranges::set_difference(ids, ids_, std::inserter(others, others.end()));
  Status together = add(others);
  if (together || together.error().code != ErrorCode::ConnectorRefused) return together;
  for (const UsedId& used : others) {
    Status added = add({used});
    if (!added && added.error().code != ErrorCode::ConnectorRefused) return added;
  }
  return Done{};
}

// How many there are is asked under the ids of subtask 0, which every run has and says it with before it uses others:
// once those are fenced it does not change any more.
Result<uint32_t> IdRegister::subtasks_of(const std::string& base, const std::string& topic) {
  uint32_t subtasks = 0;
  if (base.empty()) return subtasks;
  for (uint32_t slot = 0; slot < kSlots; ++slot) {
    SLUICE_TRY(std::optional<Marker> marker, marker_of({transactional_id(base, 0, slot), topic}));
    if (marker) subtasks = std::max(subtasks, marker->subtasks);
  }
  return std::min(subtasks, kSubtasksMax);
}

std::shared_ptr<Producer> IdRegister::producer(const std::string& id) {
  std::lock_guard lock(mutex_);
  auto found = producers_.find(id);
  return found == producers_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<Producer>> IdRegister::fence(const UsedId& used) {
  SLUICE_DO(fence_each({{used.id, used.topic}}));
  return producer(used.id);
}

Status IdRegister::fence_with_topic(const std::set<UsedId>& ids) {
  std::map<std::string, std::string> topics;
  for (const UsedId& used : ids) topics.emplace(used.id, used.topic);
  return fence_each(topics);
}

// Former topics may be gone, and whoever names one to a broker that makes topics by itself has it back.
Status IdRegister::fence_all(const std::set<UsedId>& ids) {
  std::map<std::string, std::string> topics;
  for (const UsedId& used : ids) topics.emplace(used.id, "");
  return fence_each(topics);
}

Result<std::shared_ptr<Producer>> IdRegister::fence_without_topic(const std::string& id) {
  SLUICE_DO(fence_each({{id, ""}}));
  return producer(id);
}

// Each waits for its brokers several times over, so they wait side by side.
Status IdRegister::fence_each(const std::map<std::string, std::string>& topics) {
  for (auto next = topics.begin(); next != topics.end();) {
    std::vector<std::pair<std::string, std::shared_ptr<Producer>>> begun;
    for (; next != topics.end() && begun.size() < kSideBySideMax; ++next) {
      const auto& [id, topic] = *next;
      auto known = producer(id);
      if (known && (topic.empty() || known->topic() == topic)) continue;
      ClientSettings settings = client_;
      settings["transactional.id"] = id;
      SLUICE_TRY(std::shared_ptr<Producer> made, Producer::make(env_, settings, topic));
      SLUICE_FAULT("kafka.before_fence");
      SLUICE_DO(made->begin_fence());
      begun.emplace_back(id, std::move(made));
    }
    for (auto& [id, made] : begun) {
      SLUICE_DO(made->fence());
      SLUICE_FAULT("kafka.after_fence");
      std::lock_guard lock(mutex_);
      producers_[id] = std::move(made);
    }
  }
  return Done{};
}

// Where brokers refuse one to us, whoever needs it hears of it.
Status IdRegister::read_markers(const std::set<UsedId>& ids) {
  for (auto next = ids.begin(); next != ids.end();) {
    std::vector<std::pair<UsedId, MarkerReader>> begun;
    for (; next != ids.end() && begun.size() < kSideBySideMax; ++next) {
      if (markers_.contains(*next)) continue;
      SLUICE_TRY(MarkerReader reader, MarkerReader::make(env_, client_, *next));
      begun.emplace_back(*next, std::move(reader));
    }
    for (const auto& [used, reader] : begun) {
      Result<std::optional<Marker>> marker = reader.read();
      if (!marker && marker.error().code != ErrorCode::ConnectorRefused) return std::move(marker).as_failure();
      if (marker) markers_[used] = *std::move(marker);
    }
  }
  return Done{};
}

Result<std::optional<Marker>> IdRegister::marker_of(const UsedId& used) {
  auto found = markers_.find(used);
  if (found != markers_.end()) return found->second;
  SLUICE_TRY([[maybe_unused]] auto fenced, fence_without_topic(used.id));
  SLUICE_TRY(MarkerReader reader, MarkerReader::make(env_, client_, used));
  SLUICE_TRY(std::optional<Marker> marker, reader.read());
  return markers_[used] = std::move(marker);
}

Status IdRegister::set_marker(const UsedId& used, const Marker& marker) {
  SLUICE_TRY(std::shared_ptr<Producer> producer, fence_without_topic(used.id));
  SLUICE_DO(producer->begin());
  return commit(used, marker);
}

Status IdRegister::commit(const UsedId& used, const Marker& marker) {
  SLUICE_TRY(std::shared_ptr<Producer> producer, fence_without_topic(used.id));
  SLUICE_DO(producer->commit(used, marker));
  markers_[used] = marker;
  return Done{};
}

void IdRegister::keep_only(const std::set<UsedId>& ids) {
  std::map<std::string, std::shared_ptr<Producer>> kept;
  for (const UsedId& used : ids) kept.emplace(used.id, producer(used.id));
  std::lock_guard lock(mutex_);
  producers_ = std::move(kept);
}

}  // namespace sluice::runtime::kafka
