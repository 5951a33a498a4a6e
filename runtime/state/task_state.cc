#include "runtime/state/task_state.h"

#include <map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "runtime/checkpoint/chain_merge.h"
#include "runtime/checkpoint/segment_chain.h"
#include "runtime/state/memory_ordered_table.h"
#include "runtime/state/memory_slice_tables.h"
#include "runtime/state/memory_value_table.h"
#include "runtime/state/restore_reader.h"
#include "runtime/state/spill_store.h"

namespace sluice::runtime {
namespace {

class MemoryListState final : public ListState {
 public:
  explicit MemoryListState(std::vector<std::string> restored) : restored_(std::move(restored)) {}
  const std::vector<std::string>& restored() const override { return restored_; }
  void set(std::vector<std::string> entries) override { entries_ = std::move(entries); }
  // What was restored stands in every subtask: it counts again only when the operator has said what is its own.
  const std::vector<std::string>& entries() const { return entries_; }

 private:
  std::vector<std::string> restored_;
  std::vector<std::string> entries_;
};

// What a snapshot that is being written shares with the TaskState, which may be gone first.
struct Shared {
  explicit Shared(std::vector<SegmentRef> segments) : chain(std::make_shared<SegmentChain>(std::move(segments))) {}
  std::shared_ptr<SegmentChain> chain;
  std::shared_ptr<ChainMerge> merge;
  std::mutex mutex;
  bool is_gone = false;
};

class TaskStateImpl final : public TaskState {
 public:
  explicit TaskStateImpl(TaskStateOptions options) : options_(std::move(options)) {}
  ~TaskStateImpl() override;
  Status start();

  OperatorState& operator_state(const std::string& uid) override;
  Status freeze(CheckpointId id, std::function<void(Result<TaskStateHandle>)> done) override;
  bool pack_some(int64_t budget_ns) override;
  Status maintain(int64_t budget_ns) override;
  uint64_t entries() const override;

  template <class Table>
  Status adopt(std::unique_ptr<Table> table);
  std::vector<std::string> restored_list(const std::string& uid, const std::string& name) const;
  TableContext& context() { return context_; }
  uint32_t next_table() const { return static_cast<uint32_t>(tables_.size()); }

 private:
  Status open_restore();
  std::shared_ptr<SnapshotStream> make_stream();
  SegmentWriter::Options segment_options(std::string file) const;
  void finish_snapshot();

  TaskStateOptions options_;
  TableContext context_;
  std::string file_prefix_;
  uint64_t files_ = 0;
  std::shared_ptr<RecordBufferPool> buffers_ = std::make_shared<RecordBufferPool>();
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<SpillStore> spill_;
  std::unique_ptr<RestoreReader> restore_;
  std::map<std::string, std::unique_ptr<OperatorState>> operators_;
  std::vector<std::unique_ptr<StateTable>> tables_;
  bool has_ttl_ = false;
  // Of the snapshot that is being packed.
  std::shared_ptr<SnapshotStream> frozen_stream_;
  std::function<void(Result<TaskStateHandle>)> done_;
  TaskStateHandle handle_;
  size_t packing_ = 0;
};

class OperatorStateImpl final : public OperatorState {
 public:
  OperatorStateImpl(TaskStateImpl& task, std::string uid) : task_(task), uid_(std::move(uid)) {}

  Result<ValueTable*> value_table(const TableSpec& spec) override {
    if (auto found = values_.find(spec.name); found != values_.end()) return found->second;
    MemoryValueTable::Identity identity{uid_, task_.next_table(), SegmentTableKind::Value, 0};
    return adopt(values_, spec.name, std::make_unique<MemoryValueTable>(task_.context(), spec, std::move(identity)));
  }
  Result<OrderedTable*> ordered_table(const std::string& name) override {
    if (auto found = ordered_.find(name); found != ordered_.end()) return found->second;
    return adopt(ordered_, name, std::make_unique<MemoryOrderedTable>(task_.context(), uid_, name, task_.next_table()));
  }
  Result<SliceTables*> slice_tables(const TableSpec& spec) override {
    if (auto found = slices_.find(spec.name); found != slices_.end()) return found->second;
    return adopt(slices_, spec.name,
                 std::make_unique<MemorySliceTables>(task_.context(), spec, uid_, task_.next_table()));
  }
  Result<ListState*> list_state(const std::string& name) override {
    auto& list = lists_[name];
    if (!list) list = std::make_unique<MemoryListState>(task_.restored_list(uid_, name));
    return static_cast<ListState*>(list.get());
  }

  void append_lists(std::vector<OperatorList>& out) const {
    for (const auto& [name, list] : lists_) out.push_back({uid_, name, list->entries()});
  }

 private:
  template <class Interface, class Table>
  Result<Interface*> adopt(std::map<std::string, Interface*>& tables, const std::string& name,
                           std::unique_ptr<Table> table) {
    Interface* result = table.get();
    SLUICE_DO(task_.adopt(std::move(table)));
    tables[name] = result;
    return result;
  }

  TaskStateImpl& task_;
  std::string uid_;
  std::map<std::string, ValueTable*> values_;
  std::map<std::string, OrderedTable*> ordered_;
  std::map<std::string, SliceTables*> slices_;
  std::map<std::string, std::unique_ptr<MemoryListState>> lists_;
};

TaskStateImpl::~TaskStateImpl() {
  if (!shared_) return;  // It did not start.
  std::lock_guard lock(shared_->mutex);
  shared_->is_gone = true;
  if (shared_->merge) shared_->merge->stop();
  if (!tables_.empty()) options_.memory->remove_user();
}

Status TaskStateImpl::start() {
  SLUICE_DO(open_restore());
  const RestoreSource* restore = options_.restore.get();
  bool goes_on = restore != nullptr && restore->is_own && restore_->holds_only_own();
  shared_ = std::make_shared<Shared>(goes_on ? restore_->segments() : std::vector<SegmentRef>());
  context_.env = options_.env;
  context_.memory = options_.memory;
  context_.max_parallelism = options_.max_parallelism;
  context_.groups = options_.groups;
  context_.restored_is_modified = restore != nullptr && !goes_on;
  uint64_t random = options_.env.random->next();
  // The same in every run: where keys meet in the index decides the order of insertion, which `for_each` follows.
  context_.index_seed = ((uint64_t{options_.fragment} << 32) + options_.subtask + 1) * 0x9e3779b97f4a7c15ULL;
  file_prefix_ = fmt::format("{:016x}-{}-{}-{}", random, options_.attempt, options_.fragment, options_.subtask);
  if (!options_.shared_directory.empty()) {
    context_.stream = make_stream();
    shared_->merge =
        std::make_shared<ChainMerge>(ChainMerge::Options{options_.env, segment_options(file_prefix_)}, shared_->chain);
  }
  if (!options_.spill_directory.empty() && options_.memory->budget() != 0) {
    spill_ = std::make_unique<SpillStore>(options_.env, options_.spill_directory, *options_.memory);
    context_.spill = spill_.get();
  }
  return Done{};
}

Status TaskStateImpl::open_restore() {
  const RestoreSource* restore = options_.restore.get();
  if (restore == nullptr) return Done{};
  if (restore->manifest.max_parallelism != options_.max_parallelism) {
    return fail(ErrorCode::IncompatibleState, "`{}` has a max-parallelism of {}, the job one of {}", restore->path,
                restore->manifest.max_parallelism, options_.max_parallelism);
  }
  SLUICE_TRY(restore_, open_restore_reader(options_.env, *restore, options_.groups, options_.uids));
  return Done{};
}

std::shared_ptr<SnapshotStream> TaskStateImpl::make_stream() {
  std::string file = fmt::format("{}-{}.seg", file_prefix_, files_++);
  return std::make_shared<SnapshotStream>(
      SnapshotStream::Options{options_.env, segment_options(std::move(file)), buffers_});
}

SegmentWriter::Options TaskStateImpl::segment_options(std::string file) const {
  SegmentWriter::Options segment;
  segment.directory = options_.shared_directory;
  segment.file = std::move(file);
  segment.max_parallelism = options_.max_parallelism;
  segment.groups = options_.groups;
  return segment;
}

OperatorState& TaskStateImpl::operator_state(const std::string& uid) {
  std::unique_ptr<OperatorState>& state = operators_[uid];
  if (!state) state = std::make_unique<OperatorStateImpl>(*this, uid);
  return *state;
}

template <class Table>
Status TaskStateImpl::adopt(std::unique_ptr<Table> table) {
  if (tables_.empty()) options_.memory->add_user();
  tables_.push_back(std::move(table));
  has_ttl_ = has_ttl_ || tables_.back()->description().has_ttl;
  if (!restore_) return Done{};
  // Rows may be evicted while others of the same key are still to come, unless the budget holds everything.
  bool may_evict = spill_ && 2 * restore_->bytes() + options_.memory->bytes_in_use() > options_.memory->budget();
  return restore_->restore(*tables_.back(), may_evict,
                           [this, may_evict] { return may_evict ? maintain(0) : Status(Done{}); });
}

std::vector<std::string> TaskStateImpl::restored_list(const std::string& uid, const std::string& name) const {
  std::vector<std::string> entries;
  if (!options_.restore) return entries;
  for (const TaskStateHandle& task : options_.restore->manifest.tasks) {
    for (const OperatorList& list : task.lists) {
      if (list.uid == uid && list.name == name) entries.insert(entries.end(), list.entries.begin(), list.entries.end());
    }
  }
  return entries;
}

Status TaskStateImpl::freeze(CheckpointId id, std::function<void(Result<TaskStateHandle>)> done) {
  SLUICE_FAULT("state.before_freeze");
  SLUICE_CHECK(!frozen_stream_);
  if (!context_.stream) return fail(ErrorCode::CheckpointFailed, "checkpoint {} of a job without a directory", id);
  handle_ = {options_.fragment, options_.subtask, options_.groups, {}, {}};
  for (const auto& [uid, state] : operators_) {
    static_cast<const OperatorStateImpl&>(*state).append_lists(handle_.lists);
  }
  done_ = std::move(done);
  context_.epochs.frozen = context_.epochs.current++;
  frozen_stream_ = std::exchange(context_.stream, make_stream());
  for (const auto& table : tables_) table->freeze();
  packing_ = 0;
  return Done{};
}

bool TaskStateImpl::pack_some(int64_t budget_ns) {
  if (!frozen_stream_) return true;
  SLUICE_FAULT("state.pack");
  WorkBudget budget(*options_.env.clock, budget_ns);
  for (; packing_ < tables_.size(); ++packing_) {
    if (!tables_[packing_]->pack_some(budget)) return false;
  }
  finish_snapshot();
  return true;
}

void TaskStateImpl::finish_snapshot() {
  std::vector<SegmentTable> descriptions;
  for (const auto& table : tables_) descriptions.push_back(table->description());
  context_.epochs.frozen = 0;
  auto finished = [shared = shared_, handle = std::move(handle_),
                   done = std::move(done_)](Result<std::optional<SegmentRef>> segment) mutable {
    std::lock_guard lock(shared->mutex);
    if (shared->is_gone) return;
    if (!segment) return done(std::move(segment).as_failure());
    if (*segment) shared->chain->append(**std::move(segment));
    handle.segments = shared->chain->segments();
    done(std::move(handle));
    shared->merge->consider();
  };
  frozen_stream_->finish(std::move(descriptions), std::move(finished));
  frozen_stream_.reset();
}

Status TaskStateImpl::maintain(int64_t budget_ns) {
  bool may_evict = spill_ && options_.memory->is_over_budget();
  if (!may_evict && !has_ttl_) return Done{};
  WorkBudget budget(*options_.env.clock, budget_ns);
  for (const auto& table : tables_) SLUICE_DO(table->maintain(budget));
  return Done{};
}

uint64_t TaskStateImpl::entries() const {
  uint64_t count = 0;
  for (const auto& table : tables_) count += table->entries();
  return count;
}

}  // namespace

Result<std::unique_ptr<TaskState>> TaskState::create(TaskStateOptions options) {
  auto state = std::make_unique<TaskStateImpl>(std::move(options));
  SLUICE_DO(state->start());
  return std::unique_ptr<TaskState>(std::move(state));
}

}  // namespace sluice::runtime
