#pragma once
// The transactions of one sink: which ids they have, what a checkpoint says about them, and what recovery does. The
// protocol and why it is right: docs/exactly-once.md.
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/connectors/connector.h"
#include "runtime/connectors/kafka/marker.h"
#include "runtime/connectors/kafka/producer.h"

namespace sluice::runtime::kafka {

// A subtask writes the rows of one checkpoint in one slot while the other slot's transaction is being committed.
inline constexpr uint32_t kSlots = 2;

// Of one subtask and one checkpoint.
struct TransactionCommittable {
  std::string topic;
  std::vector<std::string> ids;  // One per slot.
  uint32_t slot = 0;
  std::string staged_file;  // Empty: no rows were written, and there is no transaction.
  uint64_t staged_bytes = 0;
  bool operator==(const TransactionCommittable&) const = default;
};
std::string encode(const TransactionCommittable& committable);
Result<TransactionCommittable> decode_transaction(std::string_view bytes);
// Leaves out those of a sink that was not exactly once then.
Result<std::vector<TransactionCommittable>> decode_transactions(const std::vector<std::string>& committables);

// Thread-safe, as far as writers and `publish` may meet.
class Transactions {
 public:
  struct Options {
    Env env;
    ClientSettings client;
    std::string topic;  // That is written now; none: those of a pattern, without transactions.
    std::string id_prefix;
    std::string job_id;
    std::string staging;  // Directory.
    bool allows_duplicates = false;
  };
  explicit Transactions(Options options) : options_(std::move(options)) {}

  // `prefix-subtask-slot`.
  std::string id_of(uint32_t subtask, uint32_t slot) const;
  // Of a fenced id.
  std::shared_ptr<Producer> producer(const std::string& id);

  // All of these block.
  Status commit(CheckpointId id, const std::vector<TransactionCommittable>& committables);
  Status recover(const RestoredSink& restored, const std::vector<TransactionCommittable>& committables);
  // Fences the ids of `subtasks` and whatever else was in use, takes them over from other jobs, and removes staged
  // files that no checkpoint needs.
  Status take_over(uint32_t subtasks);

 private:
  // Of rows that name no topic, and of the markers: `topic`.
  Result<std::shared_ptr<Producer>> fence(const std::string& id, const std::string& topic);
  Result<bool> is_published(const RestoredSink& restored, const std::string& id, const std::string& topic);
  Status produce_again(const RestoredSink& restored, const TransactionCommittable& committable);
  Status produce_staged(Producer& producer, const TransactionCommittable& committable);
  Result<std::optional<Marker>> marker_of(const std::string& id);
  Status take_over_id(const std::string& id);
  void keep_producers(const std::vector<std::string>& ids);
  Status remove_unused_files();
  void remove_staged(const std::vector<std::string>& files);

  const Options options_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Producer>> producers_;  // Fenced.
  std::optional<CheckpointMark> restored_;                      // What `recover` went back to.
  std::vector<std::string> restored_files_;
  std::vector<std::string> published_files_;  // Of the checkpoint published last: its note may not be written yet.
};

}  // namespace sluice::runtime::kafka
