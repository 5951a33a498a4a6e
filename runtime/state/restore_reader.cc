#include "runtime/state/restore_reader.h"

#include <algorithm>

#include "runtime/checkpoint/portable_codec.h"
#include "runtime/checkpoint/table_merge.h"

namespace sluice::runtime {
namespace {

constexpr size_t kMergedBlockBytes = size_t{64} << 10;

KeyGroupRange intersect(KeyGroupRange a, KeyGroupRange b) {
  KeyGroupRange both{std::max(a.begin, b.begin), std::min(a.end, b.end)};
  return both.begin < both.end ? both : KeyGroupRange{};
}
bool is_empty(KeyGroupRange range) { return range.begin >= range.end; }

class SegmentRestore final : public RestoreReader {
 public:
  SegmentRestore(std::vector<std::unique_ptr<SegmentReader>> readers, KeyGroupRange groups, bool holds_only_own)
      : readers_(std::move(readers)), groups_(groups), holds_only_own_(holds_only_own) {}

  Status restore(StateTable& table, bool each_key_once, const std::function<Status()>& after_block) override {
    SegmentTable wanted = table.description();
    bool is_merged = each_key_once && !is_portable();  // In a savepoint each key is there once.
    if (is_merged) return restore_merged(table, wanted, after_block);
    if (!each_key_once) table.expect(rows_of(wanted));
    for (const auto& reader : readers_) {
      const auto& tables = reader->footer().tables;
      auto found = std::ranges::find_if(
          tables, [&](const SegmentTable& stored) { return stored.uid == wanted.uid && stored.name == wanted.name; });
      if (found == tables.end()) continue;
      if (found->kind != wanted.kind) {
        return other_kind(wanted);
      }
      SLUICE_DO(restore_from(*reader, static_cast<uint32_t>(found - tables.begin()), table, after_block));
    }
    return Done{};
  }

  uint64_t bytes() const override {
    uint64_t sum = 0;
    for (const auto& reader : readers_) sum += reader->ref().bytes;
    return sum;
  }
  std::vector<SegmentRef> segments() const override {
    std::vector<SegmentRef> segments;
    for (const auto& reader : readers_) segments.push_back(reader->ref());
    return segments;
  }
  bool holds_only_own() const override { return holds_only_own_; }

 private:
  static Failure other_kind(const SegmentTable& table) {
    return fail(ErrorCode::IncompatibleState, "table `{}` is of another kind in the checkpoint", table.name);
  }
  // Of the largest segment: the others mostly repeat its keys.
  uint64_t rows_of(const SegmentTable& wanted) const {
    uint64_t most = 0;
    for (const auto& reader : readers_) {
      const SegmentFooter& footer = reader->footer();
      uint64_t rows = 0;
      for (const SegmentBlock& block : footer.blocks) {
        const SegmentTable& stored = footer.tables[block.table];
        bool counts = stored.uid == wanted.uid && stored.name == wanted.name;
        if (counts && !is_empty(intersect(block.groups, reader->ref().groups))) rows += block.records;
      }
      most = std::max(most, rows);
    }
    return most;
  }
  bool is_portable() const { return !readers_.empty() && readers_.front()->footer().is_portable; }

  Status restore_merged(StateTable& table, const SegmentTable& wanted, const std::function<Status()>& after_block) {
    for (const MergedTable& stored : merged_tables(readers_)) {
      if (stored.description.uid != wanted.uid || stored.description.name != wanted.name) continue;
      if (stored.description.kind != wanted.kind) return other_kind(wanted);
      for (int64_t slice : stored.slices) SLUICE_DO(restore_slice(table, stored.description, slice, after_block));
    }
    return Done{};
  }

  Status restore_slice(StateTable& table, const SegmentTable& stored, int64_t slice,
                       const std::function<Status()>& after_block) {
    SLUICE_TRY(std::unique_ptr<TableMerge> merge, TableMerge::open(readers_, stored, slice));
    std::string block;
    for (bool is_end = false; !is_end;) {
      SLUICE_TRY(const RecordHeader* record, merge->next());
      is_end = record == nullptr;
      if (!is_end && record->kind == RecordKind::Put) {
        block.append(reinterpret_cast<const char*>(record), record->bytes);
      }
      if (block.empty() || (!is_end && block.size() < kMergedBlockBytes)) continue;
      SLUICE_DO(table.restore({&stored, slice, block, groups_}));
      block.clear();
      SLUICE_DO(after_block());
    }
    return Done{};
  }

  static Status restore_from(const SegmentReader& reader, uint32_t number, StateTable& table,
                             const std::function<Status()>& after_block) {
    const SegmentTable& stored = reader.footer().tables[number];
    for (const SegmentDrop& drop : reader.footer().drops) {
      if (drop.table == number) table.restore_drop(drop, reader.ref().groups);
    }
    std::string bytes;
    for (const SegmentBlock& block : reader.footer().blocks) {
      KeyGroupRange groups = intersect(block.groups, reader.ref().groups);
      if (block.table != number || is_empty(groups)) continue;
      SLUICE_DO(reader.read(block, bytes));
      if (reader.footer().is_portable) SLUICE_DO(decode_portable(stored, bytes));
      SLUICE_DO(table.restore({&stored, block.slice_end_ms, bytes, groups}));
      SLUICE_DO(after_block());
    }
    return Done{};
  }

  static Status decode_portable(const SegmentTable& stored, std::string& bytes) {
    PortableCodec codec(stored);
    std::string decoded, record_bytes;
    bool is_good = true;
    bool is_whole = for_each_record(bytes, [&](const RecordHeader& record) {
      is_good = is_good && codec.decode(record, record_bytes);
      decoded += record_bytes;
    });
    bytes = std::move(decoded);
    if (is_good && is_whole) return Done{};
    return fail(ErrorCode::CorruptCheckpoint, "malformed record of table `{}` in a savepoint", stored.name);
  }

  std::vector<std::unique_ptr<SegmentReader>> readers_;
  KeyGroupRange groups_;
  bool holds_only_own_;
};

}  // namespace

std::vector<SegmentRef> segments_of(const Manifest& manifest, KeyGroupRange groups) {
  std::vector<SegmentRef> segments;
  for (const TaskStateHandle& task : manifest.tasks) {
    for (SegmentRef segment : task.segments) {
      segment.groups = intersect(intersect(segment.groups, task.groups), groups);
      if (!is_empty(segment.groups)) segments.push_back(std::move(segment));
    }
  }
  return segments;
}

Result<std::unique_ptr<RestoreReader>> open_restore_reader(Env env, const RestoreSource& source, KeyGroupRange groups,
                                                           const std::set<std::string>& uids) {
  std::vector<std::unique_ptr<SegmentReader>> readers;
  bool holds_only_own = true;
  for (const SegmentRef& segment : segments_of(source.manifest, groups)) {
    SLUICE_TRY(std::unique_ptr<SegmentReader> reader, SegmentReader::open(env, source.directory, segment));
    auto is_own = [&](const SegmentTable& table) { return uids.empty() || uids.contains(table.uid); };
    if (std::ranges::none_of(reader->footer().tables, is_own)) continue;
    holds_only_own = holds_only_own && std::ranges::all_of(reader->footer().tables, is_own);
    readers.push_back(std::move(reader));
  }
  return std::unique_ptr<RestoreReader>(std::make_unique<SegmentRestore>(std::move(readers), groups, holds_only_own));
}

}  // namespace sluice::runtime
