#include "runtime/connectors/kafka/transactions.h"

#include <algorithm>

#include "runtime/checkpoint/byte_codec.h"
#include "runtime/connectors/kafka/used_ids.h"

namespace sluice::runtime::kafka {
namespace {

constexpr size_t kReadBytes = 4 << 20;
constexpr size_t kIdBytesMin = 4;

Failure outdated(const std::string& topic, CheckpointId restored, const std::string& id, const std::string& mark) {
  return fail(ErrorCode::CheckpointOutdated,
              "topic `{}` already shows rows behind checkpoint {}: transaction `{}` was committed for {}", topic,
              restored, id, mark)
      .hint("Go on from the newest checkpoint, or set `sluice.restore.allow-duplicates` to write those rows again.");
}

}  // namespace

std::string encode(const TransactionCommittable& committable) {
  ByteWriter out;
  out.text(committable.topic);
  out.number(static_cast<uint32_t>(committable.ids.size()));
  for (const std::string& id : committable.ids) out.text(id);
  out.number(committable.slot);
  out.text(committable.staged_file);
  out.number(committable.staged_bytes);
  return out.take();
}

Result<TransactionCommittable> decode_transaction(std::string_view bytes) {
  ByteReader in(bytes);
  TransactionCommittable committable;
  committable.topic = in.text();
  uint32_t ids = in.count(kIdBytesMin);
  for (uint32_t i = 0; i < ids && in.is_good(); ++i) committable.ids.push_back(in.text());
  committable.slot = in.number<uint32_t>();
  committable.staged_file = in.text();
  committable.staged_bytes = in.number<uint64_t>();
  if (!in.is_good() || !in.is_at_end() || committable.slot >= committable.ids.size()) {
    return fail(ErrorCode::CorruptCheckpoint, "what the checkpoint says about a Kafka transaction is malformed");
  }
  return committable;
}

Result<std::vector<TransactionCommittable>> decode_transactions(const std::vector<std::string>& committables) {
  std::vector<TransactionCommittable> decoded;
  for (const std::string& text : committables) {
    if (text.empty()) continue;
    SLUICE_TRY(TransactionCommittable committable, decode_transaction(text));
    decoded.push_back(std::move(committable));
  }
  return decoded;
}

std::string Transactions::id_of(uint32_t subtask, uint32_t slot) const {
  return fmt::format("{}-{}-{}", options_.id_prefix, subtask, slot);
}

std::shared_ptr<Producer> Transactions::producer(const std::string& id) {
  std::lock_guard lock(mutex_);
  auto found = producers_.find(id);
  return found == producers_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<Producer>> Transactions::fence(const std::string& id, const std::string& topic) {
  auto known = producer(id);
  if (known && known->topic() == topic) return known;
  ClientSettings settings = options_.client;
  settings["transactional.id"] = id;
  SLUICE_TRY(std::shared_ptr<Producer> made, Producer::make(options_.env, settings, topic));
  SLUICE_FAULT("kafka.before_fence");
  SLUICE_DO(made->fence());
  SLUICE_FAULT("kafka.after_fence");
  std::lock_guard lock(mutex_);
  return producers_[id] = std::move(made);
}

// ---- A checkpoint of a running job

Status Transactions::commit(CheckpointId id, const std::vector<TransactionCommittable>& committables) {
  // The note of the checkpoint before is written: nobody asks for its rows again.
  remove_staged(std::exchange(published_files_, {}));
  for (const TransactionCommittable& committable : committables) {
    if (committable.staged_file.empty()) continue;
    const std::string& transaction = committable.ids[committable.slot];
    std::shared_ptr<Producer> producer = this->producer(transaction);
    if (!producer) return fail(ErrorCode::CheckpointFailed, "transaction `{}` is not open", transaction);
    SLUICE_DO(producer->commit(marker_group(transaction), {{options_.job_id, id}, {}}));
    published_files_.push_back(committable.staged_file);
  }
  return Done{};
}

void Transactions::remove_staged(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    // What is left is removed by the next recovery.
    [[maybe_unused]] Status removed = options_.env.files->remove(options_.staging + "/" + file);
  }
}

// ---- Recovery

// Every id is fenced before any marker is read: afterwards nobody but us can write one. Rows and markers are those of
// the topic that was written then; the table may name another one now.
Status Transactions::recover(const RestoredSink& restored, const std::vector<TransactionCommittable>& committables) {
  restored_ = CheckpointMark{restored.job_id, restored.id};
  for (const TransactionCommittable& committable : committables) {
    for (const std::string& id : committable.ids) {
      SLUICE_TRY([[maybe_unused]] auto fenced, fence(id, committable.topic));
    }
    if (!committable.staged_file.empty()) restored_files_.push_back(committable.staged_file);
  }
  SLUICE_FAULT("kafka.after_fence_of_all");
  std::vector<const TransactionCommittable*> unpublished;
  for (const TransactionCommittable& committable : committables) {
    for (uint32_t slot = 0; slot < committable.ids.size(); ++slot) {
      SLUICE_TRY(bool published, is_published(restored, committable.ids[slot], committable.topic));
      if (!options_.topic.empty() && committable.topic != options_.topic) {
        SLUICE_TRY([[maybe_unused]] bool here, is_published(restored, committable.ids[slot], options_.topic));
      }
      bool has_rows = slot == committable.slot && !committable.staged_file.empty();
      if (has_rows && !published) unpublished.push_back(&committable);
    }
  }
  for (const TransactionCommittable* committable : unpublished) SLUICE_DO(produce_again(restored, *committable));
  return Done{};
}

Result<bool> Transactions::is_published(const RestoredSink& restored, const std::string& id, const std::string& topic) {
  SLUICE_TRY(std::optional<Marker> marker, read_marker(options_.env, options_.client, marker_group(id), topic));
  if (!marker) return restored.is_published;
  const CheckpointMark& mark = marker->newest.checkpoint == 0 && marker->before ? *marker->before : marker->newest;
  bool is_ours = mark.job_id == restored.job_id;
  if (is_ours && mark.checkpoint <= restored.id) return mark.checkpoint == restored.id || restored.is_published;
  if (!is_ours && mark.checkpoint == 0) return restored.is_published;  // Nobody has published under this id.
  if (options_.allows_duplicates) return is_ours || restored.is_published;
  return outdated(topic, restored.id, id,
                  is_ours ? fmt::format("checkpoint {}", mark.checkpoint)
                          : fmt::format("checkpoint {} of another run of the job", mark.checkpoint));
}

Status Transactions::produce_again(const RestoredSink& restored, const TransactionCommittable& committable) {
  const std::string& id = committable.ids[committable.slot];
  std::shared_ptr<Producer> producer = this->producer(id);
  SLUICE_FAULT("kafka.before_produce_again");
  SLUICE_DO(producer->begin());
  SLUICE_DO(produce_staged(*producer, committable));
  SLUICE_FAULT("kafka.after_produce_again");
  return producer->commit(marker_group(id), {{restored.job_id, restored.id}, {}});
}

Status Transactions::produce_staged(Producer& producer, const TransactionCommittable& committable) {
  std::string path = options_.staging + "/" + committable.staged_file;
  auto file = options_.env.files->open(path);
  if (!file) {
    return fail(ErrorCode::CorruptCheckpoint, "rows of the checkpoint are lost: `{}`: {}", path, file.error().message);
  }
  std::string buffer;
  std::string_view rest;
  Outgoing outgoing;
  for (uint64_t offset = 0;;) {
    SLUICE_TRY(bool taken, take_frame(rest, outgoing));
    if (taken) {
      for (size_t next = 0; next < outgoing.messages.size();) SLUICE_DO(producer.send_waiting(outgoing, next));
      continue;
    }
    if (offset == committable.staged_bytes) {
      if (rest.empty()) return Done{};
      return fail(ErrorCode::CorruptCheckpoint, "staged rows in `{}` are cut short", path);
    }
    std::string kept(rest);
    buffer.resize(kept.size() + std::min<uint64_t>(kReadBytes, committable.staged_bytes - offset));
    std::ranges::copy(kept, buffer.begin());
    SLUICE_TRY(size_t got, (*file)->read(offset, buffer.size() - kept.size(), buffer.data() + kept.size()));
    if (got != buffer.size() - kept.size()) {
      return fail(ErrorCode::CorruptCheckpoint, "staged rows in `{}` are cut short", path);
    }
    offset += got;
    rest = buffer;
  }
}

// ---- Before anything is written

// The ids of this attempt are noted before they are used, those of attempts that ended early are fenced.
Status Transactions::take_over(uint32_t subtasks) {
  FileSystem& files = *options_.env.files;
  SLUICE_DO(files.create_directories(options_.staging));
  std::vector<std::string> own;
  for (uint32_t subtask = 0; subtask < subtasks; ++subtask) {
    for (uint32_t slot = 0; slot < kSlots; ++slot) own.push_back(id_of(subtask, slot));
  }
  SLUICE_TRY(std::vector<std::string> used, read_used_ids(files, options_.staging));
  std::erase_if(used, [&](const std::string& id) { return std::ranges::find(own, id) != own.end(); });
  std::vector<std::string> all = own;
  all.insert(all.end(), used.begin(), used.end());
  SLUICE_DO(write_used_ids(files, options_.staging, all));
  SLUICE_FAULT("kafka.after_ids_noted");
  for (const std::string& id : used) {
    SLUICE_TRY([[maybe_unused]] auto fenced, fence(id, options_.topic));
    SLUICE_TRY([[maybe_unused]] auto marker, marker_of(id));
  }
  for (const std::string& id : own) SLUICE_DO(take_over_id(id));
  // Ids of more subtasks stay noted: an older checkpoint does not name them, and rows behind it may be theirs.
  if (options_.allows_duplicates) SLUICE_DO(write_used_ids(files, options_.staging, own));
  keep_producers(own);
  return remove_unused_files();
}

void Transactions::keep_producers(const std::vector<std::string>& ids) {
  std::map<std::string, std::shared_ptr<Producer>> kept;
  for (const std::string& id : ids) kept.emplace(id, producer(id));
  std::lock_guard lock(mutex_);
  producers_ = std::move(kept);
}

Status Transactions::remove_unused_files() {
  FileSystem& files = *options_.env.files;
  SLUICE_TRY(std::vector<DirectoryEntry> entries, files.list(options_.staging));
  for (const DirectoryEntry& entry : entries) {
    bool is_restored = std::ranges::find(restored_files_, entry.name) != restored_files_.end();
    if (is_restored || entry.name == kUsedIdsFile) continue;
    SLUICE_DO(files.remove(options_.staging + "/" + entry.name));
  }
  published_files_ = std::exchange(restored_files_, {});
  return Done{};
}

// Ids that the restored checkpoint does not name may have rows behind it as well: of more subtasks.
Result<std::optional<Marker>> Transactions::marker_of(const std::string& id) {
  SLUICE_TRY(std::optional<Marker> marker,
             read_marker(options_.env, options_.client, marker_group(id), options_.topic));
  if (!marker || !restored_ || options_.allows_duplicates) return marker;
  const CheckpointMark& mark = marker->newest;
  if (mark.job_id != restored_->job_id || mark.checkpoint <= restored_->checkpoint) return marker;
  return outdated(options_.topic, restored_->checkpoint, id, fmt::format("checkpoint {}", mark.checkpoint));
}

// What the ids say from now on is said about this job.
Status Transactions::take_over_id(const std::string& id) {
  SLUICE_TRY(std::shared_ptr<Producer> producer, fence(id, options_.topic));
  SLUICE_TRY(std::optional<Marker> marker, marker_of(id));
  if (marker && marker->newest.job_id == options_.job_id) return Done{};
  Marker own{{options_.job_id, 0}, {}};
  if (marker) own.before = marker->newest.checkpoint == 0 && marker->before ? *marker->before : marker->newest;
  SLUICE_DO(producer->begin());
  return producer->commit(marker_group(id), own);
}

}  // namespace sluice::runtime::kafka
