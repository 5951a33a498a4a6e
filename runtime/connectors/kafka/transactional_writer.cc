#include "runtime/connectors/kafka/transactional_writer.h"

#include <utility>

namespace sluice::runtime::kafka {
namespace {

constexpr size_t kStagedBytesWaitingMax = 32 << 20;  // Handed to the Io pool and not written yet.
// Nobody sees rows before their checkpoint, so few rows wait for others: staging and sending cost the same for each
// call.
constexpr size_t kGatheredBytesMax = 32 << 10;
constexpr size_t kGatheredMessagesMax = 1024;

}  // namespace

TransactionalWriter::TransactionalWriter(Options options)
    : options_(std::move(options)), strand_(std::make_shared<filesystem::IoStrand>(options_.env)) {
  strand_->on_progress(options_.wake);
  for (const auto& producer : options_.producers) {
    queues_.push_back(std::make_shared<SendQueue>(options_.env, producer, options_.wake));
  }
}

TransactionalWriter::~TransactionalWriter() {
  for (const auto& queue : queues_) queue->close();
}

// Messages of a key must keep their order, so the rows behind a barrier wait until those before it are acknowledged,
// although they belong to another transaction.
bool TransactionalWriter::has_room() const {
  if (strand_->bytes_waiting() >= kStagedBytesWaitingMax && !strand_->failure()) return false;
  for (const auto& queue : queues_) {
    if (!queue->has_room()) return false;
  }
  return true;
}

Status TransactionalWriter::begin() {
  SLUICE_FAULT("kafka.before_begin");
  SLUICE_DO(options_.producers[slot_]->begin());
  SLUICE_FAULT("kafka.after_begin");
  is_open_ = true;
  committable_.staged_file = fmt::format("{}-{}", options_.name, files_++);
  committable_.staged_bytes = 0;
  stage_ = std::make_shared<Stage>();
  std::string path = options_.staging + "/" + committable_.staged_file;
  strand_->submit(0, [stage = stage_, env = options_.env, path]() -> Status {
    SLUICE_TRY(std::unique_ptr<WritableFile> file, env.files->create(path));
    stage->file.emplace(std::move(file));
    return Done{};
  });
  return Done{};
}

void TransactionalWriter::stage(const Outgoing& outgoing) {
  auto frame = std::make_shared<std::string>();
  append_frame(outgoing, *frame);
  committable_.staged_bytes += frame->size();
  strand_->submit(frame->size(), [stage = stage_, frame] { return stage->file->append(*frame); });
}

Status TransactionalWriter::write(const Batch& batch) {
  if (auto failure = strand_->failure()) return Failure{*failure};
  SLUICE_TRY(Outgoing outgoing, options_.buffer->add(batch));
  return gather(std::move(outgoing));
}

Status TransactionalWriter::on_wake() {
  return options_.buffer->is_due() ? gather(options_.buffer->flush()) : Status(Done{});
}

Status TransactionalWriter::gather(Outgoing outgoing) {
  if (gathered_.messages.empty()) {
    gathered_ = std::move(outgoing);
  } else {
    append(outgoing, gathered_);
  }
  bool is_little = gathered_.bytes.size() < kGatheredBytesMax && gathered_.messages.size() < kGatheredMessagesMax;
  return is_little ? Status(Done{}) : send(std::exchange(gathered_, {}));
}

Status TransactionalWriter::send(Outgoing outgoing) {
  if (outgoing.messages.empty()) return Done{};
  if (!is_open_) SLUICE_DO(begin());
  stage(outgoing);
  SLUICE_FAULT("kafka.after_stage");
  SLUICE_DO(queues_[slot_]->send(std::move(outgoing)));
  SLUICE_FAULT("kafka.after_send");
  return Done{};
}

void TransactionalWriter::prepare(CheckpointId, std::function<void(Result<std::string>)> done) {
  append(options_.buffer->flush(), gathered_);
  if (Status sent = send(std::exchange(gathered_, {})); !sent) return done(std::move(sent).as_failure());
  committable_.topic = options_.topic;
  committable_.ids = options_.ids;
  committable_.slot = slot_;
  committable_.run = options_.run;
  committable_.staging = options_.staging;
  committable_.before = options_.before;
  std::string text = encode(committable_);
  if (!std::exchange(is_open_, false)) return done(text);
  committable_ = {};
  std::shared_ptr<SendQueue> queue = queues_[slot_];
  slot_ = (slot_ + 1) % kSlots;
  SLUICE_FAULT("kafka.before_acknowledged");
  queue->when_acknowledged([strand = strand_, stage = std::exchange(stage_, nullptr), env = options_.env,
                            staging = options_.staging, text, done = std::move(done)](Status acknowledged) {
    if (!acknowledged) return done(std::move(acknowledged).as_failure());
    strand->submit(0, [stage, env, staging]() -> Status {
      SLUICE_FAULT("kafka.before_stage_sync");
      SLUICE_DO(stage->file->sync());
      stage->file.reset();
      SLUICE_DO(env.files->sync_directory(staging));
      SLUICE_FAULT("kafka.after_stage_sync");
      return Done{};
    });
    strand->finally([done, text](std::optional<Error> failure) {
      if (failure) return done(Failure{*failure});
      done(text);
    });
  });
}

}  // namespace sluice::runtime::kafka
