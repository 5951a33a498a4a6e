#pragma once
// Messages with a key and a value to rows, with the table's policy for those that cannot be read. What a connector
// uses.
#include <memory>
#include <optional>
#include <string>

#include "base/env/env.h"
#include "catalog/formats/decode_options.h"
#include "runtime/formats/dead_letters.h"
#include "runtime/formats/format.h"

namespace sluice::runtime {

struct Message {
  std::string_view value;  // Null data: the message has none.
  std::string_view key;    // Likewise.
  MessageOrigin origin;
};

class MessageDecoder {
 public:
  struct Parts {
    std::unique_ptr<Decoder> value;
    std::unique_ptr<Decoder> key;  // May be null. Fills other columns than `value`.
    DecodeOptions options;
    std::shared_ptr<DeadLetters> letters;  // For `dead-letter`.
    const Clock* clock = nullptr;          // Tells letters their time.
    std::vector<uint32_t> completed;       // Columns that the appender's completion fills.
  };
  explicit MessageDecoder(Parts parts) : parts_(std::move(parts)) {}

  // Appends the message's rows. An error is one that the job has to fail with.
  std::optional<DecodeError> decode(const Message& message, RowAppender& out);
  // Whether letters were added that nobody has flushed; see DeadLetters. The caller flushes and then says so.
  bool has_letters() const { return has_letters_; }
  DeadLetters* letters() { return parts_.letters.get(); }
  void letters_flushed() { has_letters_ = false; }

  // With `decode.on-error` = null fields count, too.
  const DecodeCounts& counts() const { return counts_; }
  const Decoder& value() const { return *parts_.value; }

 private:
  std::optional<DecodeError> decode_parts(const Message& message, RowAppender& out);
  std::optional<DecodeError> append_nulls(RowAppender& out);

  Parts parts_;
  DecodeCounts counts_{};
  uint64_t fields_nulled_ = 0;
  bool has_letters_ = false;
};

// A decoder of the format as the table's options want it: with `decode.strict` it checks columns that are not read,
// with `decode.on-error` = null fields that are wrong are NULL.
Result<std::unique_ptr<Decoder>> open_decoder(const FormatFactory& format, DecoderSpec spec,
                                              const FormatOptions& format_options, const DecodeOptions& options,
                                              const FormatContext& context, BufferPool& pool);

}  // namespace sluice::runtime
