#include "runtime/checkpoint/table_merge.h"

#include <algorithm>
#include <optional>

#include "runtime/state/ordered_codec.h"

namespace sluice::runtime {
namespace {

std::optional<uint32_t> find_table(const SegmentFooter& footer, const SegmentTable& wanted) {
  for (uint32_t i = 0; i < footer.tables.size(); ++i) {
    const SegmentTable& table = footer.tables[i];
    if (table.uid == wanted.uid && table.name == wanted.name && table.kind == wanted.kind) return i;
  }
  return {};
}

const RecordHeader& header_in(const std::string& record) {
  return *reinterpret_cast<const RecordHeader*>(record.data());
}

}  // namespace

// One run, block after block.
class TableMerge::Cursor {
 public:
  struct Source {
    const SegmentReader* reader = nullptr;
    std::vector<const SegmentBlock*> blocks;
    std::vector<KeyGroupRange> voided;        // Dropped by a later segment.
    std::unique_ptr<RowConverter> converter;  // Null: the layout is the wanted one.
  };
  explicit Cursor(Source source) : source_(std::move(source)) {}

  // False at the end.
  Result<bool> advance() {
    for (;;) {
      if (at_ == bytes_.size()) {
        if (block_ == source_.blocks.size()) return false;
        SLUICE_DO(source_.reader->read(*source_.blocks[block_++], bytes_));
        at_ = 0;
        if (bytes_.empty()) continue;
      }
      record_ = reinterpret_cast<const RecordHeader*>(bytes_.data() + at_);
      if (bytes_.size() - at_ < sizeof(RecordHeader) || record_->bytes < sizeof(RecordHeader) ||
          record_->bytes > bytes_.size() - at_) {
        return fail(ErrorCode::CorruptCheckpoint, "malformed record in `{}`", source_.reader->ref().file);
      }
      at_ += record_->bytes;
      key_ = sort_key(record_->hash, source_.reader->footer().max_parallelism);
      if (counts(key_group_of_sort_key(key_))) return true;
    }
  }
  uint64_t key() const { return key_; }
  const RecordHeader* record(std::string& converted) {
    if (!source_.converter) return record_;
    source_.converter->convert(*record_, converted);
    return &header_in(converted);
  }
  void append_to(std::vector<std::string>& out) {
    std::string converted;
    const RecordHeader* current = record(converted);
    out.emplace_back(reinterpret_cast<const char*>(current), current->bytes);
  }

 private:
  bool counts(uint32_t group) const {
    return source_.reader->ref().groups.contains(group) &&
           std::ranges::none_of(source_.voided, [&](KeyGroupRange range) { return range.contains(group); });
  }

  Source source_;
  std::string bytes_;
  size_t at_ = 0;
  size_t block_ = 0;
  const RecordHeader* record_ = nullptr;
  uint64_t key_ = 0;
};

TableMerge::~TableMerge() = default;

std::vector<MergedTable> merged_tables(const std::vector<std::unique_ptr<SegmentReader>>& segments) {
  std::vector<MergedTable> tables;
  for (const auto& segment : segments) {
    const SegmentFooter& footer = segment->footer();
    for (uint32_t number = 0; number < footer.tables.size(); ++number) {
      const SegmentTable& table = footer.tables[number];
      auto found = std::ranges::find_if(tables, [&](const MergedTable& known) {
        return known.description.uid == table.uid && known.description.name == table.name;
      });
      if (found == tables.end()) found = tables.insert(tables.end(), MergedTable{});
      found->description = table;
      for (const SegmentBlock& block : footer.blocks) {
        if (block.table == number) found->slices.insert(block.slice_end_ms);
      }
    }
  }
  return tables;
}

std::vector<SegmentDrop> merged_drops(const std::vector<std::unique_ptr<SegmentReader>>& segments,
                                      const std::vector<SegmentTable>& tables) {
  std::vector<SegmentDrop> drops;
  for (const auto& segment : segments) {
    for (SegmentDrop drop : segment->footer().drops) {
      const SegmentTable& dropped = segment->footer().tables[drop.table];
      auto found = std::ranges::find_if(
          tables, [&](const SegmentTable& table) { return table.uid == dropped.uid && table.name == dropped.name; });
      drop.table = static_cast<uint32_t>(found - tables.begin());
      if (std::ranges::find(drops, drop) == drops.end()) drops.push_back(drop);
    }
  }
  return drops;
}

Result<std::unique_ptr<TableMerge>> TableMerge::open(const std::vector<std::unique_ptr<SegmentReader>>& segments,
                                                     const SegmentTable& table, int64_t slice_end_ms) {
  std::unique_ptr<TableMerge> merge(new TableMerge());
  merge->table_ = table;
  merge->slice_end_ms_ = slice_end_ms;
  merge->keys_ = record_keys_of(table);
  std::vector<std::pair<const SegmentReader*, std::vector<KeyGroupRange>>> inputs;
  std::vector<KeyGroupRange> voided;
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    inputs.emplace_back(segment->get(), voided);
    std::optional<uint32_t> number = find_table((*segment)->footer(), table);
    for (const SegmentDrop& drop : (*segment)->footer().drops) {
      bool is_ours = number && drop.table == *number && (drop.is_whole_table || drop.slice_end_ms == slice_end_ms);
      if (is_ours) voided.push_back((*segment)->ref().groups);
    }
  }
  std::ranges::reverse(inputs);
  for (auto& [reader, dropped] : inputs) {
    std::optional<uint32_t> number = find_table(reader->footer(), table);
    if (number) SLUICE_DO(merge->open_segment(*reader, *number, std::move(dropped)));
  }
  std::ranges::make_heap(merge->heap_, [&merge](size_t a, size_t b) { return merge->is_later(a, b); });
  return merge;
}

Status TableMerge::open_segment(const SegmentReader& reader, uint32_t number, std::vector<KeyGroupRange> voided) {
  std::vector<const SegmentBlock*> blocks;
  for (const SegmentBlock& block : reader.footer().blocks) {
    if (block.table == number && block.slice_end_ms == slice_end_ms_) blocks.push_back(&block);
  }
  const SegmentTable& stored = reader.footer().tables[number];
  for (size_t begin = 0, end = 0; begin < blocks.size(); begin = end) {
    while (end < blocks.size() && blocks[end]->run == blocks[begin]->run) ++end;
    Cursor::Source source{&reader, {}, voided, nullptr};
    source.blocks.assign(blocks.begin() + static_cast<ptrdiff_t>(begin), blocks.begin() + static_cast<ptrdiff_t>(end));
    if (stored != table_ && stored.kind != SegmentTableKind::Ordered) {
      SLUICE_TRY(RowConverter converter, RowConverter::make(stored, table_));
      if (!converter.is_identity()) source.converter = std::make_unique<RowConverter>(std::move(converter));
    }
    auto cursor = std::make_unique<Cursor>(std::move(source));
    SLUICE_TRY(bool has_record, cursor->advance());
    if (has_record) heap_.push_back(cursors_.size());
    cursors_.push_back(std::move(cursor));
  }
  return Done{};
}

Result<const RecordHeader*> TableMerge::next() {
  if (group_next_ < group_.size()) return &header_in(group_[group_next_++]);
  if (last_ != nullptr) SLUICE_DO(put_back());
  if (heap_.empty()) return nullptr;
  size_t first = take_first();
  bool is_alone = heap_.empty() || cursors_[heap_.front()]->key() != cursors_[first]->key();
  if (is_alone) {
    last_ = cursors_[first].get();
    heap_.push_back(first);  // In its place again once its record has been used.
    return last_->record(converted_);
  }
  SLUICE_DO(collect_group(first));
  return &header_in(group_[group_next_++]);
}

bool TableMerge::is_later(size_t a, size_t b) const {
  return cursors_[a]->key() != cursors_[b]->key() ? cursors_[a]->key() > cursors_[b]->key() : a > b;
}

size_t TableMerge::take_first() {
  std::ranges::pop_heap(heap_, [this](size_t a, size_t b) { return is_later(a, b); });
  size_t first = heap_.back();
  heap_.pop_back();
  return first;
}

// The cursor at the end of the heap moves on.
Status TableMerge::put_back() {
  last_ = nullptr;
  SLUICE_TRY(bool has_more, cursors_[heap_.back()]->advance());
  if (!has_more) {
    heap_.pop_back();
  } else {
    std::ranges::push_heap(heap_, [this](size_t a, size_t b) { return is_later(a, b); });
  }
  return Done{};
}

// All records with one sort_key, which keys may share.
Status TableMerge::collect_group(size_t first) {
  group_.clear();
  group_next_ = 0;
  uint64_t key = cursors_[first]->key();
  std::vector<size_t> sources;
  for (;;) {
    cursors_[first]->append_to(group_);
    sources.push_back(first);
    heap_.push_back(first);
    SLUICE_DO(put_back());
    if (heap_.empty() || cursors_[heap_.front()]->key() != key) break;
    first = take_first();
  }
  // Newest first; within a run keys differ.
  std::vector<size_t> order(group_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return sources[a] > sources[b]; });
  std::vector<std::string> sorted;
  for (size_t i : order) sorted.push_back(std::move(group_[i]));
  group_ = std::move(sorted);
  drop_superseded();
  return Done{};
}

void TableMerge::drop_superseded() {
  std::vector<std::string> newest;
  for (std::string& record : group_) {
    bool is_superseded = std::ranges::any_of(
        newest, [&](const std::string& known) { return keys_->same_key(header_in(known), header_in(record)); });
    if (!is_superseded) newest.push_back(std::move(record));
  }
  group_ = std::move(newest);
}

std::shared_ptr<const RecordKeys> record_keys_of(const SegmentTable& table) {
  if (table.kind == SegmentTableKind::Ordered) return std::make_shared<OrderedKeys>();
  return std::make_shared<RowKeys>(std::make_shared<RowCodec>(table));
}

}  // namespace sluice::runtime
