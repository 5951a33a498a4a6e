#include "runtime/connectors/kafka/transactions.h"

#include <algorithm>

#include "runtime/checkpoint/byte_codec.h"
#include "runtime/checkpoint/kept_committables.h"
#include "runtime/checkpoint/manifest.h"

namespace sluice::runtime::kafka {
namespace {

constexpr size_t kReadBytes = 4 << 20;
constexpr size_t kIdBytesMin = 4;
constexpr std::string_view kCommittableFormat = "kafka transaction 2";

Failure outdated(const UsedId& used, const RestorePoint& restored, const CheckpointMark& visible) {
  bool is_same_run = visible.job_id == restored.checkpoint.job_id;
  return fail(ErrorCode::CheckpointOutdated,
              "topic `{}` already shows rows behind checkpoint {}: transaction `{}` was committed for checkpoint {}{}",
              used.topic, restored.checkpoint.checkpoint, used.id, visible.checkpoint,
              is_same_run ? "" : " of another run of the job")
      .hint(
          is_same_run
              ? "Go on from the newest checkpoint, or set `sluice.restore.allow-duplicates` to write those rows again."
              : "Go on from the newest checkpoint, or set `sluice.restore.allow-duplicates` to write those rows "
                "again. A job that runs beside this one needs a `sink.transactional-id-prefix` of its own.");
}

}  // namespace

std::string encode(const TransactionCommittable& committable) {
  std::string_view rows = committable.staged_file.empty() ? kNoRows : "";
  ByteWriter out;
  out.text(kCommittableFormat);
  out.text(committable.run);
  out.text(committable.topic);
  out.number(static_cast<uint32_t>(committable.ids.size()));
  for (const std::string& id : committable.ids) out.text(id);
  out.number(committable.slot);
  out.text(committable.staged_file);
  out.number(committable.staged_bytes);
  out.text(committable.staging);
  write(out, committable.before);
  return std::string(rows) + out.take();
}

Result<TransactionCommittable> decode_transaction(std::string_view bytes) {
  if (bytes.starts_with(kNoRows)) bytes.remove_prefix(kNoRows.size());
  ByteReader in(bytes);
  TransactionCommittable committable;
  if (in.text() != kCommittableFormat) {
    return fail(ErrorCode::IncompatibleState,
                "the checkpoint was taken with a sink of another connector, or by another version of the program");
  }
  committable.run = in.text();
  committable.topic = in.text();
  uint32_t ids = in.count(kIdBytesMin);
  for (uint32_t i = 0; i < ids && in.is_good(); ++i) committable.ids.push_back(in.text());
  committable.slot = in.number<uint32_t>();
  committable.staged_file = in.text();
  committable.staged_bytes = in.number<uint64_t>();
  committable.staging = in.text();
  committable.before = read_lineage(in);
  bool has_id = committable.staged_file.empty() || committable.slot < committable.ids.size();
  if (!in.is_good() || !in.is_at_end() || !has_id) {
    return fail(ErrorCode::CorruptCheckpoint, "what the checkpoint says about a Kafka transaction is malformed");
  }
  return committable;
}

Result<std::vector<TransactionCommittable>> decode_transactions(const std::vector<std::string>& committables) {
  std::vector<TransactionCommittable> decoded;
  for (const std::string& text : committables) {
    if (text.empty() || is_kept(text)) continue;
    SLUICE_TRY(TransactionCommittable committable, decode_transaction(text));
    decoded.push_back(std::move(committable));
  }
  return decoded;
}

RestorePoint restore_point_of(const RestoredSink& restored, const std::vector<TransactionCommittable>& committables) {
  RestorePoint point{{restored.job_id, restored.id}, {}, restored.is_published};
  for (const TransactionCommittable& committable : committables) {
    if (!committable.run.empty()) point.checkpoint.job_id = committable.run;
    if (!committable.before.ends().empty()) point.before = committable.before;
  }
  return point;
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
    SLUICE_DO(producer->commit({transaction, committable.topic}, {{options_.run, id}, {}, subtasks_}));
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

// Every id is fenced before its marker is read: afterwards nobody but us can write one. Rows and markers are those of
// the topic that was written then; the table may name another one now.
Status Transactions::recover(const RestoredSink& restored, const std::vector<TransactionCommittable>& committables) {
  restored_ = restore_point_of(restored, committables);
  std::set<UsedId> named, own;
  for (const TransactionCommittable& committable : committables) {
    for (const std::string& id : committable.ids) {
      if (committable.topic == options_.topic) own.insert({id, committable.topic});
      named.insert({id, committable.topic});
      if (!options_.topic.empty()) named.insert({id, options_.topic});
    }
    topics_.insert(committable.topic);
    if (!committable.staged_file.empty()) restored_files_.push_back(committable.staged_file);
  }
  SLUICE_DO(ids_.fence_with_topic(own));
  SLUICE_DO(ids_.add(named));
  SLUICE_TRY(std::set<UsedId> noted, noted_ids());
  SLUICE_DO(ids_.add_former(noted));
  SLUICE_FAULT("kafka.after_fence_of_all");
  SLUICE_DO(ids_.read_markers());
  for (const UsedId& used : ids_.ids()) {
    SLUICE_TRY([[maybe_unused]] auto marker, checked_marker_of(used));
  }
  for (const TransactionCommittable& committable : committables) {
    if (committable.staged_file.empty()) continue;
    SLUICE_TRY(bool published, is_published({committable.ids[committable.slot], committable.topic}));
    if (!published) SLUICE_DO(produce_again(committable));
  }
  return Done{};
}

bool Transactions::is_former(const UsedId& used) const {
  return used.topic != options_.topic && !topics_.contains(used.topic);
}

// Where brokers do not tell us about a former topic, nothing is known about it.
Result<std::optional<Marker>> Transactions::marker_of(const UsedId& used) {
  Result<std::optional<Marker>> marker = ids_.marker_of(used);
  if (marker || marker.error().code != ErrorCode::ConnectorRefused) return marker;
  return is_former(used) ? std::optional<Marker>() : std::move(marker);
}

// Ids that the checkpoint does not name may have rows behind it as well: of more subtasks, of another topic.
Result<std::optional<Marker>> Transactions::checked_marker_of(const UsedId& used) {
  SLUICE_TRY(std::optional<Marker> marker, marker_of(used));
  if (!marker || !restored_ || options_.allows_duplicates) return marker;
  std::optional<CheckpointMark> beside = checkpoint_beside(restored_->line(), *marker);
  if (beside) return outdated(used, *restored_, *beside);
  return marker;
}

// Where duplicates are allowed a marker may be that of a later checkpoint of the same job, which came behind this one.
Result<bool> Transactions::is_published(const UsedId& used) {
  SLUICE_TRY(std::optional<Marker> marker, marker_of(used));
  if (!marker) return restored_->is_published;
  if (tells_of(*marker, restored_->checkpoint) || restored_->is_published) return true;
  std::optional<CheckpointMark> beside = checkpoint_beside(restored_->line(), *marker);
  return beside && beside->job_id == restored_->checkpoint.job_id;
}

Status Transactions::produce_again(const TransactionCommittable& committable) {
  UsedId used{committable.ids[committable.slot], committable.topic};
  SLUICE_TRY(std::shared_ptr<Producer> producer, ids_.fence(used));
  SLUICE_TRY(std::optional<Marker> marker, marker_of(used));
  SLUICE_FAULT("kafka.before_produce_again");
  SLUICE_DO(producer->begin());
  SLUICE_DO(produce_staged(*producer, committable));
  SLUICE_FAULT("kafka.after_produce_again");
  return ids_.commit(used, {restored_->checkpoint, {}, marker ? marker->subtasks : 0});
}

Status Transactions::produce_staged(Producer& producer, const TransactionCommittable& committable) {
  // A job with another name finds it where the one before it wrote it; a folder that was moved has it with it.
  std::string path = options_.staging + "/" + committable.staged_file;
  SLUICE_TRY(bool is_here, options_.env.files->exists(path));
  if (!is_here) path = committable.staging + "/" + committable.staged_file;
  auto file = options_.env.files->open(path);
  if (!file) {
    return fail(ErrorCode::CorruptCheckpoint, "rows of the checkpoint are lost: `{}`: {}", path, file.error().message)
        .hint(
            "They are staged in the folder of the job that took the checkpoint. Where that was moved, go on under the "
            "job's former name from there.");
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
  std::set<UsedId> own;
  for (uint32_t subtask = 0; subtask < subtasks; ++subtask) {
    for (uint32_t slot = 0; slot < kSlots; ++slot) own.insert({id_of(subtask, slot), options_.topic});
  }
  SLUICE_TRY(std::set<UsedId> noted, noted_ids());
  std::set<UsedId> all = own;
  all.insert(noted.begin(), noted.end());
  SLUICE_DO(write_used_ids(files, options_.staging, all));
  SLUICE_FAULT("kafka.after_ids_noted");
  SLUICE_DO(ids_.fence_with_topic(own));
  SLUICE_DO(ids_.add(own));
  SLUICE_DO(ids_.add_former(noted));
  SLUICE_DO(ids_.read_markers());
  SLUICE_TRY(uint32_t known, ids_.subtasks_of(options_.id_prefix, options_.topic));
  subtasks_ = std::max(known, subtasks);
  // Those of subtask 0 first: they say how many there are.
  for (const UsedId& used : own) SLUICE_DO(take_over_id(used, true));
  for (const UsedId& used : ids_.ids()) {
    if (own.contains(used)) continue;
    Status taken = take_over_id(used, false);
    if (!taken && !(is_former(used) && taken.error().code == ErrorCode::ConnectorRefused)) return taken;
  }
  SLUICE_DO(forget_subtasks(own));
  ids_.keep_only(own);
  return remove_unused_files();
}

// What the ids say from now on is said about this run. Where something is restored, a marker on its line may stay.
Status Transactions::take_over_id(const UsedId& used, bool is_own) {
  SLUICE_TRY(std::optional<Marker> marker, checked_marker_of(used));
  uint32_t subtasks = std::max(marker ? marker->subtasks : 0, is_own ? subtasks_ : 0);
  if (!marker) return is_of_first(used) ? ids_.set_marker(used, {{options_.run, 0}, {}, subtasks}) : Status(Done{});
  Lineage line = restored_ ? restored_->line() : Lineage();
  // It may be beside only where nothing is restored, or duplicates are allowed.
  bool is_beside = checkpoint_beside(line, *marker).has_value();
  if (is_beside || (is_own && !restored_) || line.is_old(marker->newest)) {
    std::optional<CheckpointMark> before = is_beside && restored_ ? restored_->checkpoint : newest_visible(*marker);
    return ids_.set_marker(used, {{options_.run, 0}, before, subtasks});
  }
  if (marker->subtasks >= subtasks) return Done{};
  marker->subtasks = subtasks;
  return ids_.set_marker(used, *marker);
}

bool Transactions::is_of_first(const UsedId& used) const {
  return used.topic == options_.topic && (used.id == id_of(0, 0) || used.id == id_of(0, 1));
}

// What ids of subtasks that are no more have said, those of subtask 0 say from now on, so that nobody has to ask them
// again: who stands on the later of two checkpoints of one line stands on the other as well. All of them are fenced,
// and nobody uses one of them again before subtask 0 has said so.
Status Transactions::forget_subtasks(const std::set<UsedId>& own) {
  auto is_gone = [&](const UsedId& used) {
    return used.topic == options_.topic && base_of(used.id) == options_.id_prefix && !own.contains(used);
  };
  if (!restored_ || std::ranges::none_of(ids_.ids(), is_gone)) return Done{};
  Lineage line = restored_->line();
  std::optional<CheckpointMark> visible;  // The latest of all.
  std::optional<CheckpointMark> taken;    // By a start from nothing: what was visible before is on another line.
  auto raise = [&line](std::optional<CheckpointMark>& latest, const CheckpointMark& mark) {
    if (!latest || line.is_later(mark, *latest)) latest = mark;
  };
  for (const UsedId& used : ids_.ids()) {
    if (!is_gone(used) && !is_of_first(used)) continue;
    SLUICE_TRY(std::optional<Marker> marker, marker_of(used));
    std::optional<CheckpointMark> shown = marker ? newest_visible(*marker) : std::nullopt;
    if (shown) line.contains(*shown) ? raise(visible, *shown) : raise(taken, marker->newest);
  }
  if (taken && (!visible || line.is_later(*taken, *visible))) return Done{};  // One marker cannot say both.
  subtasks_ = static_cast<uint32_t>(own.size()) / kSlots;
  for (uint32_t slot = 0; slot < kSlots; ++slot) {
    SLUICE_DO(ids_.set_marker({id_of(0, slot), options_.topic}, {{options_.run, 0}, visible, subtasks_}));
  }
  SLUICE_TRY(std::set<UsedId> noted, noted_ids());
  std::erase_if(noted, is_gone);
  return write_used_ids(*options_.env.files, options_.staging, noted);
}

// A file that cannot be understood does not keep a job from beginning anew.
Result<std::set<UsedId>> Transactions::noted_ids() const {
  Result<std::set<UsedId>> noted = read_used_ids(*options_.env.files, options_.staging);
  bool is_damaged = !noted && noted.error().code == ErrorCode::CorruptCheckpoint;
  return is_damaged && !restored_ ? std::set<UsedId>() : std::move(noted);
}

Status Transactions::end_former() {
  SLUICE_TRY(std::set<UsedId> noted, noted_ids());
  SLUICE_DO(ids_.add_former(noted));
  ids_.keep_only({});
  return Done{};
}

// Somebody may still go on from what the job's folder holds, though this attempt does not.
Result<std::set<std::string>> Transactions::files_of_manifests() const {
  FileSystem& files = *options_.env.files;
  size_t uid_at = options_.staging.rfind('/');
  std::string uid = options_.staging.substr(uid_at + 1);
  std::string folder = options_.staging.substr(0, options_.staging.rfind('/', uid_at - 1));
  std::set<std::string> named;
  SLUICE_TRY(std::vector<DirectoryEntry> entries, files.list(folder));
  for (const DirectoryEntry& entry : entries) {
    if (!entry.is_directory || entry.name == "staged") continue;
    std::string path = folder + "/" + entry.name + "/manifest";
    SLUICE_TRY(bool is_checkpoint, files.exists(path));
    if (!is_checkpoint) continue;
    SLUICE_TRY(std::string bytes, files.read_all(path));
    SLUICE_TRY(Manifest manifest, decode_manifest(bytes));
    for (const PreparedSink& sink : manifest.sinks) {
      if (sink.uid != uid) continue;
      SLUICE_TRY(auto committables, decode_transactions(sink.committables));
      for (const TransactionCommittable& committable : committables) named.insert(committable.staged_file);
    }
  }
  return named;
}

// A manifest that cannot be read now may name any of them.
Status Transactions::remove_unused_files() {
  FileSystem& files = *options_.env.files;
  published_files_ = std::exchange(restored_files_, {});
  Result<std::set<std::string>> named = files_of_manifests();
  if (!named) return Done{};
  SLUICE_TRY(std::vector<DirectoryEntry> entries, files.list(options_.staging));
  for (const DirectoryEntry& entry : entries) {
    bool is_restored = std::ranges::find(published_files_, entry.name) != published_files_.end();
    if (is_restored || named->contains(entry.name) || entry.name == kUsedIdsFile) continue;
    SLUICE_DO(files.remove(options_.staging + "/" + entry.name));
  }
  return Done{};
}

}  // namespace sluice::runtime::kafka
