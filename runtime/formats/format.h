#pragma once
// Bytes <-> rows. A connector has messages (the value of a Kafka record, or pieces of a file that `record_size` cuts)
// and asks the decoder for the changes in each: none, one, or several with row kinds, as change data capture needs.
// Key and value of a message may have formats of their own: two decoders fill different columns of one row. The encoder
// is the way back.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/abi/batch.h"
#include "runtime/formats/decode_fault.h"
#include "runtime/formats/row_appender.h"

namespace sluice::runtime {

// Why a message cannot be decoded. What happens then is the policy of the table, not of the format.
struct DecodeError {
  DecodeFault fault = DecodeFault::NotWellFormed;
  std::string reason;
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Appends the changes of one message. A message without a value (the tombstone of a topic) has null data, an empty
  // one has not. After an error nothing of the message is appended that had not been committed before.
  // `ignore-parse-errors` is obeyed inside: such messages and fields are no errors here.
  virtual std::optional<DecodeError> decode(std::string_view message, RowAppender& out) = 0;
  // Of formats in files: bytes of the first record of `bytes`, its line break included; 0 when it is not complete. A
  // record ends at the end of the file when `at_end`.
  virtual size_t record_size(std::string_view bytes, bool at_end) const;
  // Of formats in files: whether a record holds nothing, so that readers pass it over.
  virtual bool is_blank(std::string_view record) const { return record.empty(); }
  // Fields that became NULL because of DecoderSpec::wrong_is_null, since the decoder was made.
  virtual uint64_t fields_nulled() const { return 0; }
};

// Rows that are to be written: the selected ones of some columns (null: the first `count`). Without `kinds` all are +I.
struct RowsView {
  const ColumnView* columns = nullptr;
  const int8_t* kinds = nullptr;
  const uint32_t* selection = nullptr;
  uint32_t count = 0;
};

// Messages one behind the other.
struct EncodedMessages {
  struct End {
    size_t end = 0;        // In `bytes`.
    bool is_null = false;  // A message without a value.
  };
  std::string bytes;
  std::vector<End> ends;         // One per row.
  std::string_view behind_each;  // Set by the connector: in files a line break follows every message.

  void clear() { bytes.clear(), ends.clear(); }
  void finish_message(bool is_null = false) {
    ends.push_back({bytes.size(), is_null});
    bytes += behind_each;
  }
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  // Appends one message per row.
  virtual Status encode(const RowsView& rows, EncodedMessages& out) = 0;
};

struct FormatContext {
  const SessionContext* session = nullptr;
};

// What a decoder is to fill: column targets[i] of the appender (i when `targets` is empty) gets the value at paths[i]
// of a message with these columns.
struct DecoderSpec {
  RowSchema columns;                       // What the messages carry: physical columns, then the format's metadata.
  std::vector<std::string> metadata_keys;  // Of the last columns.
  std::vector<jobgraph::FieldPath> paths;
  std::vector<uint32_t> targets;
  bool is_strict = false;      // Wrong values are errors in all columns, also in those that are not read.
  bool wrong_is_null = false;  // A field with a wrong value is NULL, unless its column is NOT NULL.
};

// Column i of the messages is column positions[i] of the rows (i when `positions` is empty).
struct EncoderSpec {
  RowSchema columns;
  std::vector<std::string> metadata_keys;
  std::vector<uint32_t> positions;
};

// Options of the format by its own keys: `json.ignore-parse-errors`.
using FormatOptions = std::map<std::string, std::string>;

struct FormatFactory {
  std::string name;
  Result<std::unique_ptr<Decoder>> (*decoder)(const DecoderSpec& spec, const FormatOptions& options,
                                              const FormatContext& context) = nullptr;
  Result<std::unique_ptr<Encoder>> (*encoder)(const EncoderSpec& spec, const FormatOptions& options,
                                              const FormatContext& context) = nullptr;
};

// All formats of this process; one row each (formats.cc).
const std::vector<FormatFactory>& formats();
Result<const FormatFactory*> find_format_factory(const std::string& name);

}  // namespace sluice::runtime
