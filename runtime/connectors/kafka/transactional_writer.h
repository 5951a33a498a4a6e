#pragma once
// Writes the rows of one subtask exactly once: into the open transaction, and into a staged file from which they can be
// produced again when the transaction is lost.
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/checkpoint/staged_file.h"
#include "runtime/connectors/connector.h"
#include "runtime/connectors/filesystem/io_strand.h"
#include "runtime/connectors/kafka/message_buffer.h"
#include "runtime/connectors/kafka/send_queue.h"
#include "runtime/connectors/kafka/transactions.h"

namespace sluice::runtime::kafka {

class TransactionalWriter final : public SinkWriter {
 public:
  struct Options {
    Env env;
    std::string topic;
    std::string run;
    std::string staging;  // Directory; exists.
    std::string name;     // Staged files begin with it; drawn anew for every writer.
    std::vector<std::string> ids;
    std::vector<std::shared_ptr<Producer>> producers;  // Per slot.
    Lineage before;                                    // For the committables of subtask 0.
    std::unique_ptr<MessageBuffer> buffer;
    std::function<void()> wake;
  };
  explicit TransactionalWriter(Options options);
  ~TransactionalWriter() override;

  bool has_room() const override;
  Status write(const Batch& batch) override;
  Status on_wake() override;
  void prepare(CheckpointId id, std::function<void(Result<std::string> committable)> done) override;

 private:
  // A staged file as the Io pool sees it.
  struct Stage {
    std::optional<StagedFile> file;
  };

  Status gather(Outgoing outgoing);
  Status send(Outgoing outgoing);
  Status begin();
  void stage(const Outgoing& outgoing);

  Options options_;
  std::vector<std::shared_ptr<SendQueue>> queues_;  // Per slot.
  std::shared_ptr<filesystem::IoStrand> strand_;
  uint32_t slot_ = 0;
  Outgoing gathered_;     // Too little to be sent before the checkpoint wants it.
  bool is_open_ = false;  // The slot's transaction has rows.
  uint64_t files_ = 0;
  std::shared_ptr<Stage> stage_;
  TransactionCommittable committable_;  // Of the open transaction.
};

}  // namespace sluice::runtime::kafka
