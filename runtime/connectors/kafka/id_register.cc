#include "runtime/connectors/kafka/id_register.h"

#include <algorithm>
#include <utility>

namespace sluice::runtime::kafka {
namespace {

constexpr uint32_t kSubtasksMax = 1 << 15;  // As many as a job can have.

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
  for (const UsedId& used : ids) {
    SLUICE_TRY([[maybe_unused]] auto fenced, fence_without_topic(used.id));
    SLUICE_TRY(std::set<UsedId> all, with_all_subtasks(used));
    for (const UsedId& one : all) {
      SLUICE_TRY([[maybe_unused]] auto also_fenced, fence_without_topic(one.id));
    }
    ids_.merge(all);
  }
  return Done{};
}

Status IdRegister::add_former(const std::set<UsedId>& ids) {
  for (const UsedId& used : ids) {
    if (ids_.contains(used)) continue;
    Status added = add({used});
    if (!added && added.error().code != ErrorCode::ConnectorRefused) return added;
  }
  return Done{};
}

// How many there are is asked under the ids of subtask 0, which every run has and says it with before it uses others:
// once those are fenced it does not change any more.
Result<std::set<UsedId>> IdRegister::with_all_subtasks(const UsedId& used) {
  std::set<UsedId> all = {used};
  std::string base(base_of(used.id));
  if (base.empty()) return all;
  SLUICE_TRY(uint32_t subtasks, subtasks_of(base, used.topic));
  for (uint32_t subtask = 0; subtask < subtasks; ++subtask) {
    for (uint32_t slot = 0; slot < kSlots; ++slot) all.insert({transactional_id(base, subtask, slot), used.topic});
  }
  return all;
}

Result<uint32_t> IdRegister::subtasks_of(const std::string& base, const std::string& topic) {
  uint32_t subtasks = 0;
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
  auto known = producer(used.id);
  if (known && known->topic() == used.topic) return known;
  return make_fenced(used.id, used.topic);
}

// Former topics may be gone, and whoever names one to a broker that makes topics by itself has it back.
Result<std::shared_ptr<Producer>> IdRegister::fence_without_topic(const std::string& id) {
  auto known = producer(id);
  return known ? known : make_fenced(id, "");
}

Result<std::shared_ptr<Producer>> IdRegister::make_fenced(const std::string& id, const std::string& topic) {
  ClientSettings settings = client_;
  settings["transactional.id"] = id;
  SLUICE_TRY(std::shared_ptr<Producer> made, Producer::make(env_, settings, topic));
  SLUICE_FAULT("kafka.before_fence");
  SLUICE_DO(made->fence());
  SLUICE_FAULT("kafka.after_fence");
  std::lock_guard lock(mutex_);
  return producers_[id] = std::move(made);
}

Result<std::optional<Marker>> IdRegister::marker_of(const UsedId& used) {
  auto found = markers_.find(used);
  if (found != markers_.end()) return found->second;
  SLUICE_TRY([[maybe_unused]] auto fenced, fence_without_topic(used.id));
  SLUICE_TRY(std::optional<Marker> marker, read_marker(env_, client_, used));
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
