#pragma once
// Where messages go that cannot be read, when `decode.on-error` is dead-letter.
//
// Contract: no letter is lost, and one may be there twice. A reader hands out no row, and reports no position, behind a
// letter before `flush` has called back; after a crash it reads the message again and writes the letter again, with the
// same source, partition and offset.
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/env/env.h"
#include "runtime/formats/format.h"

namespace sluice::runtime {

// Where a message came from.
struct MessageOrigin {
  std::string_view source;  // A topic, or a file.
  int32_t partition = -1;   // -1: the source has none.
  int64_t offset = 0;       // Of files in bytes.
};

struct DeadLetter {
  std::string_view key;  // Null data: none. So is the value's.
  std::string_view value;
  MessageOrigin origin;
  DecodeFault fault{};
  std::string_view reason;
  int64_t time_ms = 0;
};

// One JSON object without line break: `time` (ISO, UTC), `source`, `partition` and `offset`, `fault`, `reason`, `key`
// and `value` (base64; null: none).
void append_letter(const DeadLetter& letter, std::string& out);

class DeadLetters {
 public:
  virtual ~DeadLetters() = default;
  virtual void add(const DeadLetter& letter) = 0;
  // Makes all letters durable that were added before. `done` is called once, on any thread.
  virtual void flush(std::function<void(Status)> done) = 0;
};

// Letters as lines of a file of its own in a directory. Thread-safe; writes on the Io pool.
class DeadLetterFile final : public DeadLetters, public std::enable_shared_from_this<DeadLetterFile> {
 public:
  // The file `name` is appended to; the directory is made with the first letter.
  DeadLetterFile(Env env, std::string directory, std::string name)
      : env_(env), directory_(std::move(directory)), name_(std::move(name)) {}

  void add(const DeadLetter& letter) override;
  void flush(std::function<void(Status)> done) override;

 private:
  Status write();

  const Env env_;
  const std::string directory_, name_;
  std::mutex mutex_;
  std::string lines_;      // Under `mutex_`.
  std::mutex file_mutex_;  // Held while writing, so that lines stay whole and in order.
  std::unique_ptr<WritableFile> file_;
};

}  // namespace sluice::runtime
