#pragma once
// The transactional ids under which rows of a sink may have been written, and what their markers say. An id is fenced
// before its marker is read: afterwards nobody but us can change it.
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "runtime/connectors/kafka/producer.h"
#include "runtime/connectors/kafka/used_ids.h"

namespace sluice::runtime::kafka {

// `BASE-SUBTASK-SLOT`: a subtask writes the rows of one checkpoint in one slot while the other slot's transaction is
// being committed.
inline constexpr uint32_t kSlots = 2;
std::string transactional_id(std::string_view base, uint32_t subtask, uint32_t slot);
// Empty when the id is none of ours.
std::string_view base_of(std::string_view transactional_id);

// `producer` may be called at any time; everything else blocks, and comes from one thread.
class IdRegister {
 public:
  IdRegister(const Env& env, ClientSettings client) : env_(env), client_(std::move(client)) {}

  // Adds ids, and those of all subtasks that had ids with the same beginning for the same topic, as the markers of
  // subtask 0 tell. When it returns all of them are fenced. Those of former topics and prefixes are left out where
  // brokers refuse them to us.
  Status add(const std::set<UsedId>& ids);
  Status add_former(const std::set<UsedId>& ids);
  const std::set<UsedId>& ids() const { return ids_; }
  // Ids that write rows to their topics, which brokers may make when they are not there.
  Status fence_with_topic(const std::set<UsedId>& ids);
  Result<std::shared_ptr<Producer>> fence(const UsedId& used);
  // Of a fenced id, or none.
  std::shared_ptr<Producer> producer(const std::string& id);
  // Of all ids, sooner than `marker_of` would one by one.
  Status read_markers() { return read_markers(ids_); }
  Result<std::optional<Marker>> marker_of(const UsedId& used);
  // How many subtasks have had ids with this beginning.
  Result<uint32_t> subtasks_of(const std::string& base, const std::string& topic);
  // In a transaction without rows.
  Status set_marker(const UsedId& used, const Marker& marker);
  // Ends the transaction that is open, with its rows.
  Status commit(const UsedId& used, const Marker& marker);
  // Lets all others go.
  void keep_only(const std::set<UsedId>& ids);

 private:
  Status fence_all(const std::set<UsedId>& ids);
  Result<std::shared_ptr<Producer>> fence_without_topic(const std::string& id);
  // By id; without a topic it can only write markers.
  Status fence_each(const std::map<std::string, std::string>& topics);
  Status read_markers(const std::set<UsedId>& fenced);

  const Env env_;
  const ClientSettings client_;
  std::set<UsedId> ids_;
  std::map<UsedId, std::optional<Marker>> markers_;  // That were read.
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Producer>> producers_;  // Fenced.
};

}  // namespace sluice::runtime::kafka
