#include "tests/sim/transactional_sink.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <sstream>

#include "runtime/connectors/row_batch.h"
#include "tests/sim/broker.h"

namespace sluice::sim {
namespace {

using namespace runtime;

constexpr uint32_t kSlots = 2;

std::string id_of(const std::string& table, uint32_t subtask, uint32_t slot) {
  return fmt::format("{}-{}-{}", table, subtask, slot);
}

uint32_t number_in(std::string_view text) {
  uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Of each job that the present one stands on, the last checkpoint; job behind job.
using Line = std::vector<std::pair<std::string, CheckpointId>>;

auto place_on(const Line& line, const std::string& job) {
  return std::ranges::find(line, job, &Line::value_type::first);
}

bool is_on(const Line& line, const Marker& marker) {
  auto end = place_on(line, marker.job);
  return marker.checkpoint == 0 || (end != line.end() && marker.checkpoint <= end->second);
}

Line with(Line line, const std::string& job, CheckpointId checkpoint) {
  auto known = std::ranges::find(line, job, &Line::value_type::first);
  if (known == line.end()) {
    line.emplace_back(job, checkpoint);
  } else {
    known->second = checkpoint;
  }
  return line;
}

// Which transaction holds the rows of one subtask, the file that holds them as well, and what the job stands on.
struct Part {
  std::string id;
  std::string file;  // Empty: there are no rows.
  Line line;

  std::string text() const {
    std::string out = id + " " + (file.empty() ? "-" : file);
    for (const auto& [job, checkpoint] : line) out += fmt::format(" {} {}", job, checkpoint);
    return out;
  }
  static Part of(const std::string& text) {
    std::istringstream in(text);
    Part part;
    in >> part.id >> part.file;
    if (part.file == "-") part.file.clear();
    CheckpointId checkpoint = 0;
    for (std::string job; in >> job >> checkpoint;) part.line.emplace_back(job, checkpoint);
    return part;
  }
};

// The epochs under which this attempt's producers work. Shared by the sink and its writers.
using Epochs = std::map<std::string, uint64_t>;

class Writer final : public SinkWriter {
 public:
  Writer(std::string table, RowSchema schema, const ConnectorContext& context, uint32_t subtask,
         std::shared_ptr<const Epochs> epochs, Line line)
      : table_(std::move(table)),
        schema_(std::move(schema)),
        context_(context),
        subtask_(subtask),
        epochs_(std::move(epochs)),
        line_(std::move(line)) {}

  bool has_room() const override { return true; }

  Status write(const Batch& batch) override {
    auto& network = network_of(context_.env);
    if (!network.is_alive() || network.faults.fires("sink.write_error")) return unreachable();
    std::string id = id_of(table_, subtask_, slot_);
    std::vector<TableChange> changes = changes_of(batch, schema_);
    SLUICE_DO(network.broker.producers().add(id, epochs_->at(id), changes));
    std::ranges::move(changes, std::back_inserter(rows_));
    return Done{};
  }

  void prepare(CheckpointId id, std::function<void(Result<std::string>)> done) override {
    auto& network = network_of(context_.env);
    Part part{id_of(table_, subtask_, slot_), {}, line_};
    std::vector<TableChange> rows = std::exchange(rows_, {});
    if (rows.empty()) return done(part.text());
    slot_ = (slot_ + 1) % kSlots;
    part.file = fmt::format("{}-{}-{}-{}", network.process(), context_.attempt, id, subtask_);
    context_.env.executor->submit(Executor::Pool::Io, [this_network = &network, context = context_, part,
                                                       rows = std::move(rows), done = std::move(done)]() mutable {
      if (!this_network->is_alive() || this_network->faults.fires("sink.prepare_error")) return done(unreachable());
      Status staged = stage(context, part, this_network->broker.producers().put_staged(std::move(rows)));
      if (!staged) return done(std::move(staged).as_failure());
      done(part.text());
    });
  }

 private:
  static Status stage(const ConnectorContext& context, const Part& part, const std::string& bytes) {
    SLUICE_TRY(auto file, context.env.files->create(context.staging_directory + "/" + part.file));
    SLUICE_DO(file->append(bytes));
    SLUICE_DO(file->sync());
    return context.env.files->sync_directory(context.staging_directory);
  }

  std::string table_;
  RowSchema schema_;
  ConnectorContext context_;
  uint32_t subtask_;
  std::shared_ptr<const Epochs> epochs_;
  Line line_;
  uint32_t slot_ = 0;
  std::vector<TableChange> rows_;
};

class TransactionalSink final : public SinkConnector {
 public:
  TransactionalSink(std::string table, RowSchema schema, const ConnectorContext& context)
      : table_(std::move(table)), schema_(std::move(schema)), context_(context) {}

  Result<std::unique_ptr<SinkWriter>> open(SinkSubtask subtask, std::function<void()>) override {
    return std::unique_ptr<SinkWriter>(
        std::make_unique<Writer>(table_, schema_, context_, subtask.index, epochs_, line_));
  }
  bool is_transactional() const override { return true; }

  Status publish(CheckpointId id, const std::vector<std::string>& committables) override {
    if (!is_reachable("sink.publish_error_before")) return unreachable();
    for (const std::string& text : committables) {
      Part part = Part::of(text);
      if (part.file.empty()) continue;
      // A publish that was cut short is tried again only by a recovery, but an answer may have been lost.
      Marker marker{context_.job_id, id, subtasks_};
      if (!is_same(producers().marker_of(part.id), marker)) SLUICE_DO(commit(part.id, marker));
      if (!is_reachable("sink.publish_error_between")) return unreachable();
    }
    network().broker.show(table_, id, {});  // Published, whether it has rows or not.
    if (!is_reachable("sink.publish_error_after")) return unreachable();
    return Done{};
  }

  // Every id is fenced before a marker is read.
  Status publish_restored(const RestoredSink& restored) override {
    if (!is_reachable("sink.publish_error_before")) return unreachable();
    std::vector<Part> parts;
    for (const std::string& text : restored.committables) parts.push_back(Part::of(text));
    for (const Part& part : parts) {
      take(part.id);
      if (!part.line.empty()) line_ = part.line;
    }
    Line line = with(line_, restored.job_id, restored.id);
    SLUICE_DO(take_former());
    for (const auto& [id, epoch] : *epochs_) SLUICE_DO(check_marker(id, line, restored));
    if (restored.job_id != context_.job_id) line_ = line;
    for (const Part& part : parts) {
      Marker marker = producers().marker_of(part.id);
      Marker own{restored.job_id, restored.id, marker.subtasks};
      if (part.file.empty() || is_same(marker, own)) continue;
      SLUICE_DO(produce_again(part));
      SLUICE_DO(commit(part.id, own));
      if (!is_reachable("sink.publish_error_between")) return unreachable();
    }
    restored_line_ = line;
    return Done{};
  }

  // Ids of subtasks that this attempt does not have may have open transactions of one that had them.
  Status recover(CheckpointId) override {
    if (!is_reachable("sink.publish_error_before")) return unreachable();
    SLUICE_TRY(uint32_t used, read_used());
    subtasks_ = std::max({used, context_.parallelism, counted()});
    SLUICE_DO(write_used(subtasks_));
    for (uint32_t subtask = 0; subtask < subtasks_; ++subtask) {
      for (uint32_t slot = 0; slot < kSlots; ++slot) take(id_of(table_, subtask, slot));
    }
    for (uint32_t slot = 0; slot < kSlots; ++slot) {
      Marker marker = producers().marker_of(id_of(table_, 0, slot));
      if (marker.subtasks >= subtasks_) continue;
      marker.subtasks = subtasks_;
      SLUICE_DO(commit(id_of(table_, 0, slot), marker));
    }
    return forget_subtasks();
  }

 private:
  SimNetwork& network() const { return network_of(context_.env); }
  Producers& producers() const { return network().broker.producers(); }
  bool is_reachable(std::string_view fault) const { return network().is_alive() && !network().faults.fires(fault); }

  void take(const std::string& id) { (*epochs_)[id] = producers().begin(id); }

  bool omits(std::string_view rule) const { return network().broker.omitted_rule == rule; }

  // How many subtasks had ids, as subtask 0 has said: the file is gone with the checkpoints.
  uint32_t counted() const {
    uint32_t subtasks = 0;
    if (omits("counted")) return subtasks;
    for (uint32_t slot = 0; slot < kSlots; ++slot) {
      subtasks = std::max(subtasks, producers().marker_of(id_of(table_, 0, slot)).subtasks);
    }
    return subtasks;
  }

  // The checkpoint does not name ids of more subtasks that came behind it.
  Status take_former() {
    if (omits("unnamed")) return Done{};
    for (uint32_t slot = 0; slot < kSlots; ++slot) take(id_of(table_, 0, slot));
    SLUICE_TRY(uint32_t used, read_used());
    used = std::max(used, counted());
    for (uint32_t subtask = 0; subtask < used; ++subtask) {
      for (uint32_t slot = 0; slot < kSlots; ++slot) take(id_of(table_, subtask, slot));
    }
    return Done{};
  }

  Status check_marker(const std::string& id, const Line& line, const RestoredSink& restored) {
    Marker marker = producers().marker_of(id);
    bool is_fine = is_on(line, marker);
    if (omits("lineage")) is_fine = marker.job != restored.job_id || marker.checkpoint <= restored.id;
    if (is_fine || omits("marker")) return Done{};
    return fail(ErrorCode::CheckpointOutdated, "`{}` shows rows of checkpoint {} beside {}", id, marker.checkpoint,
                restored.id);
  }

  // The ids of subtask 0 say what the latest of all markers says, and nobody asks those that are no more.
  Status forget_subtasks() {
    if (restored_line_.empty() || subtasks_ == context_.parallelism) return Done{};
    Marker latest;
    auto place = [&](const Marker& marker) {
      return std::pair(place_on(restored_line_, marker.job), marker.checkpoint);
    };
    for (const auto& [id, epoch] : *epochs_) {
      Marker marker = producers().marker_of(id);
      if (marker.checkpoint == 0 || !is_on(restored_line_, marker)) continue;
      if (latest.checkpoint == 0 || place(marker) > place(latest)) latest = marker;
    }
    if (omits("latest")) latest = producers().marker_of(id_of(table_, 0, 0));
    latest.subtasks = subtasks_ = context_.parallelism;
    for (uint32_t slot = 0; slot < kSlots; ++slot) {
      SLUICE_DO(commit(id_of(table_, 0, slot), latest));
      if (!is_reachable("sink.publish_error_between")) return unreachable();
    }
    return write_used(subtasks_);
  }

  static bool is_same(const Marker& a, const Marker& b) { return a.job == b.job && a.checkpoint == b.checkpoint; }

  Status commit(const std::string& id, const Marker& marker) {
    SLUICE_TRY(auto rows, producers().commit(id, epochs_->at(id), marker));
    network().broker.show(table_, marker, std::move(rows));
    return Done{};
  }

  Status produce_again(const Part& part) {
    SLUICE_TRY(std::string bytes, context_.env.files->read_all(context_.staging_directory + "/" + part.file));
    const Producers::Changes* rows = producers().staged(bytes);
    if (rows == nullptr) network().broker.note_violation(table_ + ": the staged file " + part.file + " is not whole");
    return rows == nullptr ? Status(Done{}) : producers().add(part.id, epochs_->at(part.id), *rows);
  }

  std::string used_path() const { return context_.staging_directory + "/used"; }
  Result<uint32_t> read_used() const {
    SLUICE_TRY(bool exists, context_.env.files->exists(used_path()));
    if (!exists) return uint32_t{0};
    SLUICE_TRY(std::string text, context_.env.files->read_all(used_path()));
    return number_in(text);
  }
  Status write_used(uint32_t used) const {
    FileSystem& files = *context_.env.files;
    SLUICE_DO(files.create_directories(context_.staging_directory));
    SLUICE_TRY(auto file, files.create(used_path() + ".new"));
    SLUICE_DO(file->append(std::to_string(used)));
    SLUICE_DO(file->sync());
    SLUICE_DO(files.rename(used_path() + ".new", used_path()));
    return files.sync_directory(context_.staging_directory);
  }

  std::string table_;
  RowSchema schema_;
  ConnectorContext context_;
  std::shared_ptr<Epochs> epochs_ = std::make_shared<Epochs>();
  Line restored_line_;  // With the checkpoint that is restored; empty: none is.
  Line line_;           // That checkpoints of this job stand on, without its own.
  uint32_t subtasks_ = 0;
};

}  // namespace

std::unique_ptr<SinkConnector> make_transactional_sink(const std::string& table, const RowSchema& schema,
                                                       const ConnectorContext& context) {
  return std::make_unique<TransactionalSink>(table, schema, context);
}

}  // namespace sluice::sim
