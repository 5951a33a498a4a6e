#pragma once
// The reader's side of DeadLetters: nothing is handed out while letters before it are not durable.
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "runtime/formats/message_decoder.h"

namespace sluice::runtime {

class LetterFlush {
 public:
  // `wake` is called when the letters are durable, or cannot be.
  void begin(MessageDecoder& messages, std::function<void()> wake) {
    shared_ = std::make_shared<Shared>();
    messages.letters()->flush([shared = shared_, wake = std::move(wake)](Status status) {
      {
        std::lock_guard lock(shared->mutex);
        shared->status = std::move(status);
      }
      wake();
    });
    messages.letters_flushed();
  }
  bool is_under_way() const { return shared_ != nullptr; }
  // True once, when the flush has ended well.
  Result<bool> take_end() {
    std::optional<Status> status;
    {
      std::lock_guard lock(shared_->mutex);
      status.swap(shared_->status);
    }
    if (!status) return false;
    shared_ = nullptr;
    SLUICE_DO(*status);
    return true;
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::optional<Status> status;
  };
  std::shared_ptr<Shared> shared_;
};

}  // namespace sluice::runtime
