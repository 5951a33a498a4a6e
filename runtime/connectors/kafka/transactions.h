#pragma once
// The transactions of one sink: which ids they have, what a checkpoint says about them, and what recovery does. The
// protocol and why it is right: docs/exactly-once.md.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/connectors/connector.h"
#include "runtime/connectors/kafka/id_register.h"
#include "runtime/connectors/kafka/lineage.h"

namespace sluice::runtime::kafka {

// Of one subtask and one checkpoint.
struct TransactionCommittable {
  std::string run;  // That took the checkpoint: job and a number of its own, as in markers.
  std::string topic;
  std::vector<std::string> ids;  // One per slot. None: the sink was not exactly once then.
  uint32_t slot = 0;
  std::string staged_file;  // Empty: no rows were written, and there is no transaction.
  uint64_t staged_bytes = 0;
  std::string staging;  // Directory of the staged file.
  Lineage before;       // That the run stands on; subtask 0 says it for all.
  bool operator==(const TransactionCommittable&) const = default;
};
std::string encode(const TransactionCommittable& committable);
Result<TransactionCommittable> decode_transaction(std::string_view bytes);
// Leaves out empty ones.
Result<std::vector<TransactionCommittable>> decode_transactions(const std::vector<std::string>& committables);

// What the job goes on from, as the manifest and its committables say.
RestorePoint restore_point_of(const RestoredSink& restored, const std::vector<TransactionCommittable>& committables);

// Thread-safe, as far as writers and `publish` may meet.
class Transactions {
 public:
  struct Options {
    Env env;
    ClientSettings client;
    std::string topic;  // That is written now; none: those of a pattern, without transactions.
    std::string id_prefix;
    std::string run;
    std::string staging;  // Directory.
    bool allows_duplicates = false;
  };
  explicit Transactions(Options options) : options_(std::move(options)), ids_(options_.env, options_.client) {}

  // `prefix-subtask-slot`.
  std::string id_of(uint32_t subtask, uint32_t slot) const {
    return transactional_id(options_.id_prefix, subtask, slot);
  }
  // Of a fenced id.
  std::shared_ptr<Producer> producer(const std::string& id) { return ids_.producer(id); }
  const std::string& run() const { return options_.run; }
  // What checkpoints of this run stand on.
  Lineage lineage() const { return restored_ ? restored_->line() : Lineage(); }

  // All of these block.
  Status commit(CheckpointId id, const std::vector<TransactionCommittable>& committables);
  // Before `take_over` or `end_former`: shows the rows of the checkpoint that are not visible, unless others are that
  // came behind it.
  Status recover(const RestoredSink& restored, const std::vector<TransactionCommittable>& committables);
  // Fences the ids of `subtasks` and whatever else was in use, takes them over from other jobs, and removes staged
  // files that no checkpoint needs.
  Status take_over(uint32_t subtasks);
  // For a sink that needs no transactions any more: ends those that were in use.
  Status end_former();

 private:
  bool is_former(const UsedId& used) const;
  Result<bool> is_published(const UsedId& used);
  Result<std::optional<Marker>> marker_of(const UsedId& used);
  Result<std::optional<Marker>> checked_marker_of(const UsedId& used);
  Status produce_again(const TransactionCommittable& committable);
  Status produce_staged(Producer& producer, const TransactionCommittable& committable);
  Status take_over_id(const UsedId& used, bool is_own);
  bool is_of_first(const UsedId& used) const;
  Status forget_subtasks(const std::set<UsedId>& own);
  Result<std::set<UsedId>> noted_ids() const;
  Result<std::set<std::string>> files_of_manifests() const;
  Status remove_unused_files();
  void remove_staged(const std::vector<std::string>& files);

  const Options options_;
  IdRegister ids_;
  uint32_t subtasks_ = 0;                 // That have, or had, ids for the topic.
  std::set<std::string> topics_;          // Of the restored checkpoint.
  std::optional<RestorePoint> restored_;  // What `recover` went back to.
  std::vector<std::string> restored_files_;
  std::vector<std::string> published_files_;  // Of the checkpoint published last: its note may not be written yet.
};

}  // namespace sluice::runtime::kafka
