#include "runtime/connectors/filesystem/source.h"

#include <algorithm>
#include <charconv>
#include <regex>

#include "catalog/connectors/filesystem.h"
#include "catalog/types/column_value.h"
#include "catalog/types/value_text.h"
#include "runtime/connectors/filesystem/chunk_reader.h"
#include "runtime/connectors/filesystem/layout.h"
#include "runtime/formats/letter_flush.h"

namespace sluice::runtime {
namespace {

using filesystem::ChunkReader;

constexpr size_t kRecordBytesMax = 64 << 20;

// A column with one value for all rows of a file: of a folder in its path, or metadata.
struct FileColumn {
  uint32_t output = 0;
  std::string name;  // Of the partition column, or the metadata key.
  Type type;
  bool is_metadata = false;
};

struct ReaderSpec {
  DecoderSpec decoder;
  std::vector<uint32_t> decoded;  // Output columns that the decoder fills, in its order.
  std::vector<FileColumn> constants;
  RowSchema output;
  std::string default_partition;
};

// "offset:rows": the record at `offset` comes next, and of it `rows` rows were handed out already.
struct FilePosition {
  uint64_t offset = 0;
  uint64_t rows = 0;
};

Result<FilePosition> parse_position(const Split& split) {
  FilePosition position;
  const char* end = split.position.data() + split.position.size();
  auto offset = std::from_chars(split.position.data(), end, position.offset);
  bool good = offset.ec == std::errc{} && offset.ptr != end && *offset.ptr == ':';
  if (good) {
    auto rows = std::from_chars(offset.ptr + 1, end, position.rows);
    good = rows.ec == std::errc{} && rows.ptr == end;
  }
  if (!good)
    return fail(ErrorCode::CorruptCheckpoint, "position `{}` of file `{}` is malformed", split.position, split.id);
  return position;
}

// The decoder fills the columns of the file; those of the path are put behind it for every batch.
class FileReader final : public SplitReader {
 public:
  FileReader(const ReaderSpec& spec, std::string path, std::string relative, FilePosition position,
             MessageDecoder decoder, const ConnectorContext& context, std::function<void()> wake)
      : spec_(spec),
        path_(std::move(path)),
        offset_(position.offset),
        rows_to_skip_(position.rows),
        record_offset_(position.offset),
        decoder_(std::move(decoder)),
        context_(context),
        arena_(*context.buffers),
        chunks_(std::make_shared<ChunkReader>(context.env, path_, position.offset, wake)),
        wake_(std::move(wake)),
        partitions_(filesystem::partition_values(relative)) {}

  Result<Poll> poll(uint32_t rows_max) override {
    rows_max = std::min(rows_max, kBatchRowsMax);
    if (!appender_) {  // The first call decides how large batches are.
      RowSchema decoded;
      for (uint32_t i : spec_.decoded) decoded.push_back(spec_.output[i]);
      appender_.emplace(*context_.buffers, decoded, context_.session, rows_max);
    }
    if (flush_.is_under_way()) {
      SLUICE_TRY(bool is_flushed, flush_.take_end());
      if (!is_flushed) return Poll{};
      Poll held = std::exchange(held_, Poll{});
      if (held.state != Poll::State::Idle) return held;
    }
    held_position_ = position();
    SLUICE_TRY(Poll poll, read());
    if (!decoder_.has_letters()) return poll;
    held_ = std::move(poll);
    flush_.begin(decoder_, wake_);
    return Poll{};
  }

  // Rows behind a letter wait until it is durable.
  std::string position() const override {
    if (flush_.is_under_way()) return held_position_;
    // Rows that were decoded and not taken yet are of the last record, because nothing is decoded while a batch is
    // full.
    if (appender_ && rows_taken_ < appender_->rows_committed()) {
      return fmt::format("{}:{}", record_offset_, rows_taken_ - rows_before_record_);
    }
    return fmt::format("{}:0", offset_);
  }

  DecodeCounts malformed() const override { return decoder_.counts(); }

 private:
  Result<Poll> read() {
    Poll poll;
    while (!appender_->has_full_batch()) {
      SLUICE_TRY(bool progressed, decode_record());
      if (!progressed) break;
    }
    Batch batch = take();
    if (batch.rows > 0) {
      poll.state = Poll::State::Rows;
      SLUICE_TRY(poll.rows, with_constants(std::move(batch)));
    } else if (is_at_end()) {
      poll.state = Poll::State::End;
    }
    return poll;
  }

  bool is_at_end() const { return at_end_ && next_ == buffer_.size(); }

  // The next batch without the rows that were handed out before a restart.
  Batch take() {
    Batch batch = appender_->take();
    rows_taken_ += batch.rows;
    if (rows_to_skip_ == 0 || batch.rows == 0) return batch;
    auto skipped = static_cast<uint32_t>(std::min<uint64_t>(rows_to_skip_, batch.rows));
    rows_to_skip_ -= skipped;
    std::vector<uint32_t> kept;
    for (uint32_t row = skipped; row < batch.rows; ++row) kept.push_back(row);
    RowSchema schema;
    for (uint32_t i : spec_.decoded) schema.push_back(spec_.output[i]);
    return kept.empty() ? take() : gather(batch, schema, kept, *context_.buffers, arena_);
  }

  // False when no whole record is there.
  Result<bool> decode_record() {
    std::string_view rest = std::string_view(buffer_).substr(next_);
    size_t size = rest.empty() ? 0 : decoder_.value().record_size(rest, at_end_);
    if (size == 0) return fetch();
    std::string_view text = rest.substr(0, size);
    record_offset_ = offset_;
    rows_before_record_ = appender_->rows_committed();
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    Message message{text, {}, {path_, -1, static_cast<int64_t>(offset_)}};
    auto error = decoder_.value().is_blank(text) ? std::nullopt : decoder_.decode(message, *appender_);
    if (error) {
      return fail(ErrorCode::MalformedRecord, "`{}`, byte {}: {}", path_, offset_, error->reason);
    }
    next_ += size;
    offset_ += size;
    return true;
  }

  Result<bool> fetch() {
    if (at_end_) return false;
    if (buffer_.size() - next_ > kRecordBytesMax) {
      return fail(ErrorCode::MalformedRecord, "`{}`, byte {}: a record of more than {} bytes", path_, offset_,
                  kRecordBytesMax);
    }
    SLUICE_TRY(auto chunk, chunks_->take());
    if (!chunk) return false;
    buffer_.erase(0, next_);
    next_ = 0;
    buffer_ += chunk->bytes;
    at_end_ = chunk->at_end;
    return true;
  }

  Result<Batch> with_constants(Batch decoded) {
    Batch batch;
    batch.rows = decoded.rows;
    batch.kinds = decoded.kinds;
    batch.heaps = std::move(decoded.heaps);
    batch.columns.resize(spec_.output.size());
    for (size_t i = 0; i < spec_.decoded.size(); ++i) batch.columns[spec_.decoded[i]] = std::move(decoded.columns[i]);
    if (spec_.constants.empty()) return batch;
    RowSchema schema;
    for (const FileColumn& column : spec_.constants) schema.push_back({column.name, column.type});
    Arena arena(*context_.buffers);
    BatchBuilder builder(*context_.buffers, schema);
    KernelContext kernels;
    kernels.arena = &arena;
    builder.bind(kernels);
    for (size_t i = 0; i < spec_.constants.size(); ++i) {
      SLUICE_TRY(Value value, value_of(spec_.constants[i]));
      for (uint32_t row = 0; row < batch.rows; ++row) {
        put_value(builder.columns()[i], schema[i].type, row, value, kernels);
      }
    }
    Batch constants = builder.finish(batch.rows, &arena);
    for (size_t i = 0; i < spec_.constants.size(); ++i) {
      batch.columns[spec_.constants[i].output] = std::move(constants.columns[i]);
    }
    std::ranges::move(constants.heaps, std::back_inserter(batch.heaps));
    return batch;
  }

  Result<Value> value_of(const FileColumn& column) {
    if (column.is_metadata) return metadata(column.name);
    auto found = partitions_.find(column.name);
    if (found == partitions_.end() || found->second == spec_.default_partition) return Value::null();
    return parse_scalar(found->second, column.type);
  }

  Result<Value> metadata(std::string_view key) {
    if (key == "file.path") return Value{path_};
    if (key == "file.name") return Value{path_.substr(path_.rfind('/') + 1)};
    if (!size_) {  // The same for all rows, also of a file that grows.
      SLUICE_TRY(auto file, context_.env.files->open(path_));
      SLUICE_TRY(size_, file->size());
    }
    return Value{static_cast<int64_t>(*size_)};
  }

  const ReaderSpec& spec_;
  const std::string path_;
  uint64_t offset_;  // Behind the last record that was decoded.
  uint64_t rows_to_skip_;
  uint64_t record_offset_;           // Of the last record that was decoded,
  uint64_t rows_before_record_ = 0;  // and the rows before its own.
  uint64_t rows_taken_ = 0;
  MessageDecoder decoder_;
  const ConnectorContext context_;
  Arena arena_;
  std::shared_ptr<ChunkReader> chunks_;
  const std::function<void()> wake_;
  LetterFlush flush_;  // `held_` comes behind it.
  Poll held_;
  std::string held_position_;
  const std::map<std::string, std::string> partitions_;
  std::optional<uint64_t> size_;
  std::optional<RowAppender> appender_;
  std::string buffer_;
  size_t next_ = 0;
  bool at_end_ = false;
};

class FilesystemSource final : public SourceConnector {
 public:
  FilesystemSource(FilesystemOptions options, std::string directory, ReaderSpec spec, const FormatFactory& format,
                   DecodeOptions decode_options, std::optional<std::regex> pattern,
                   std::map<std::string, std::string> table_options, const ConnectorContext& context)
      : options_(std::move(options)),
        pattern_(std::move(pattern)),
        directory_(std::move(directory)),
        spec_(std::move(spec)),
        format_(format),
        decode_options_(std::move(decode_options)),
        table_options_(std::move(table_options)),
        context_(context) {
    if (decode_options_.on_error != DecodeOnError::DeadLetter) return;
    letters_ = std::make_shared<DeadLetterFile>(context.env, decode_options_.dead_letter_path,
                                                fmt::format("{}-{}.jsonl", context.operator_uid, context.subtask));
  }

  bool is_bounded() const override { return options_.monitor_interval.count() == 0; }
  int64_t discovery_interval_ms() const override { return options_.monitor_interval.count(); }

  Result<std::vector<Split>> enumerate(uint32_t) override {
    std::vector<Split> splits;
    Result<uint64_t> is_file = size_of(directory_);
    if (is_file) return std::vector<Split>{{"", "0:0"}};
    SLUICE_DO(collect("", splits));
    return splits;
  }

  Result<std::unique_ptr<SplitReader>> open(const Split& split, std::function<void()> wake) override {
    SLUICE_TRY(FilePosition position, parse_position(split));
    SLUICE_TRY(auto value, open_decoder(format_, spec_.decoder, table_options_, decode_options_, {context_.session},
                                        *context_.buffers));
    MessageDecoder decoder({std::move(value), nullptr, decode_options_, letters_, context_.env.clock, {}});
    std::string path = split.id.empty() ? directory_ : directory_ + "/" + split.id;
    return std::unique_ptr<SplitReader>(std::make_unique<FileReader>(spec_, std::move(path), split.id, position,
                                                                     std::move(decoder), context_, std::move(wake)));
  }

 private:
  Result<uint64_t> size_of(const std::string& path) {
    SLUICE_TRY(auto file, context_.env.files->open(path));
    char byte = 0;
    SLUICE_TRY(size_t got, file->read(0, 1, &byte));  // A directory opens but cannot be read.
    return uint64_t{got};
  }

  // Files below `relative`, in the order of their names.
  Status collect(const std::string& relative, std::vector<Split>& splits) {
    SLUICE_TRY(auto entries, context_.env.files->list(directory_ + (relative.empty() ? "" : "/" + relative)));
    for (const DirectoryEntry& entry : entries) {
      if (filesystem::is_hidden(entry.name)) continue;
      std::string path = relative.empty() ? entry.name : relative + "/" + entry.name;
      if (entry.is_directory) {
        SLUICE_DO(collect(path, splits));
      } else if (matches(directory_ + "/" + path)) {
        splits.push_back({path, "0:0"});
      }
    }
    return Done{};
  }

  bool matches(const std::string& path) const { return !pattern_ || std::regex_match(path, *pattern_); }

  const FilesystemOptions options_;
  const std::optional<std::regex> pattern_;
  const std::string directory_;
  const ReaderSpec spec_;
  const FormatFactory& format_;
  const DecodeOptions decode_options_;
  std::shared_ptr<DeadLetterFile> letters_;
  const std::map<std::string, std::string> table_options_;
  const ConnectorContext context_;
};

// The library throws on patterns that are none.
Result<std::optional<std::regex>> compile_pattern(const std::string& pattern) {
  if (pattern.empty()) return std::optional<std::regex>();
  try {
    return std::optional<std::regex>(std::regex(pattern));
  } catch (const std::regex_error& error) {
    return fail(ErrorCode::BadOptionValue, "option `source.path.regex-pattern` is no regular expression: {}",
                error.what());
  }
}

bool delivers(std::string_view key, const Type& type) {
  if (key == "file.size") return type.is(TypeRoot::BigInt);
  return (key == "file.path" || key == "file.name") && type.is(TypeRoot::VarChar);
}

Result<ReaderSpec> spec_of(const jobgraph::Source& source, const RowSchema& output, const FilesystemOptions& options) {
  ReaderSpec spec;
  spec.output = output;
  spec.default_partition = options.default_partition;
  const jobgraph::TableRef& table = source.table;
  std::vector<uint32_t> position(table.columns.size());  // Of a table's column among those of the file.
  auto physical = static_cast<uint32_t>(table.columns.size() - table.metadata_keys.size());
  for (uint32_t i = 0; i < physical; ++i) {
    if (std::ranges::find(table.partition_keys, i) != table.partition_keys.end()) continue;
    position[i] = static_cast<uint32_t>(spec.decoder.columns.size());
    spec.decoder.columns.push_back(table.columns[i]);
  }
  for (uint32_t i = 0; i < source.paths.size(); ++i) {
    jobgraph::FieldPath path = source.paths[i];
    if (std::ranges::find(table.partition_keys, path[0]) != table.partition_keys.end()) {
      spec.constants.push_back({i, table.columns[path[0]].name, table.columns[path[0]].type});
      continue;
    }
    if (path[0] >= physical) {
      const std::string& key = table.metadata_keys[path[0] - physical];
      if (!delivers(key, output[i].type)) {
        return fail(ErrorCode::InvalidJobGraph, "metadata `{}` does not come as {}", key, output[i].type.to_string());
      }
      spec.constants.push_back({i, key, output[i].type, true});
      continue;
    }
    path[0] = position[path[0]];
    spec.decoder.paths.push_back(std::move(path));
    spec.decoded.push_back(i);
  }
  return spec;
}

}  // namespace

Result<std::unique_ptr<SourceConnector>> make_filesystem_source(const jobgraph::Source& source, const RowSchema& output,
                                                                const ConnectorContext& context) {
  if (!source.pushed_filters.empty()) {
    return fail(ErrorCode::InvalidJobGraph, "the connector of `{}` takes no filters", source.table.path);
  }
  SLUICE_TRY(FilesystemOptions options, read_options<FilesystemOptions>(source.table.options));
  SLUICE_TRY(std::string directory, filesystem::directory_of(options.path));
  SLUICE_TRY(const FormatFactory* format, find_format_factory(options.format));
  if (format->decoder == nullptr) {
    return fail(ErrorCode::NotSupportedYet, "reading format `{}` is not supported yet", format->name);
  }
  SLUICE_TRY(std::optional<std::regex> pattern, compile_pattern(options.path_pattern));
  SLUICE_TRY(DecodeOptions decode_options, decode_options_of(source.table.options));
  SLUICE_TRY(ReaderSpec spec, spec_of(source, output, options));
  return std::unique_ptr<SourceConnector>(
      std::make_unique<FilesystemSource>(std::move(options), std::move(directory), std::move(spec), *format,
                                         std::move(decode_options), std::move(pattern), source.table.options, context));
}

}  // namespace sluice::runtime
