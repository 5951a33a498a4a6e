#pragma once
// Bytes <-> rows. A connector cuts its input into messages (a line of a file, the value of a Kafka record) and asks the
// decoder for the changes in each: none, one, or several with row kinds, as change data capture needs. The encoder is
// the way back.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/abi/batch.h"

namespace sluice::runtime {

// Rows that a decoder appends. A batch that is full is set aside and the next one begun, so a message may yield any
// number of rows.
class RowAppender {
 public:
  RowAppender(BufferPool& pool, RowSchema schema, const SessionContext* session, uint32_t rows_max = kBatchRowsMax);
  RowAppender(const RowAppender&) = delete;

  // Columns and the row in them that is to be written next. Valid until `commit` or `take`.
  MutableColumn* columns() { return builder_.columns(); }
  uint32_t row() const { return rows_; }
  KernelContext& context() { return context_; }
  // The row is complete. A row that was begun and is not committed is overwritten by the next one.
  void commit(RowKind kind = RowKind::Insert);

  uint64_t rows_committed() const { return rows_committed_; }
  bool has_full_batch() const { return !full_.empty(); }
  // The oldest batch that is full, else what there is, else an empty one.
  Batch take();

 private:
  void finish();

  Arena arena_;
  BatchBuilder builder_;
  KernelContext context_;
  uint32_t rows_max_;
  uint32_t rows_ = 0;
  uint64_t rows_committed_ = 0;
  std::vector<Batch> full_;
};

// Why a message cannot be decoded. What happens then is the connector's policy, not the format's.
struct DecodeError {
  std::string reason;
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Appends the changes of one message. After an error nothing of the message is appended that had not been committed
  // before. `ignore-parse-errors` is obeyed inside: such messages and fields are no errors here.
  virtual std::optional<DecodeError> decode(std::string_view message, RowAppender& out) = 0;
  // Of formats in files: bytes of the first record of `bytes`, its line break included; 0 when it is not complete. A
  // record ends at the end of the file when `at_end`.
  virtual size_t record_size(std::string_view bytes, bool at_end) const;
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  // Appends one message per selected row; `ends[i]`, unless `ends` is null, is where message i ends in `out`. In files
  // messages are followed by a line break, which the connector asks for with `line_breaks`.
  virtual Status encode(const ColumnView* columns, const uint32_t* selection, uint32_t count, bool line_breaks,
                        std::string& out, std::vector<size_t>* ends) = 0;
};

struct FormatContext {
  const SessionContext* session = nullptr;
};

// What a decoder is to fill: column i of the appender is the value at paths[i] of a message with these columns.
struct DecoderSpec {
  RowSchema columns;  // The physical columns that the messages carry.
  std::vector<jobgraph::FieldPath> paths;
};

struct FormatFactory {
  std::string name;
  Result<std::unique_ptr<Decoder>> (*decoder)(const DecoderSpec& spec,
                                              const std::map<std::string, std::string>& options,
                                              const FormatContext& context) = nullptr;
  Result<std::unique_ptr<Encoder>> (*encoder)(const RowSchema& columns,
                                              const std::map<std::string, std::string>& options,
                                              const FormatContext& context) = nullptr;
};

// All formats of this process; one row each (formats.cc). `options` are the table's; keys begin with the format's name.
const std::vector<FormatFactory>& formats();
Result<const FormatFactory*> find_format_factory(const std::string& name);

}  // namespace sluice::runtime
