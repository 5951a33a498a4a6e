#include "runtime/worker/frame_reader.h"

#include <cstdint>
#include <cstring>

namespace sluice::runtime {

std::string frame_of(std::string_view message) {
  auto size = static_cast<uint32_t>(message.size());
  std::string frame;
  frame.reserve(kFrameHeaderBytes + message.size());
  frame.append(reinterpret_cast<const char*>(&size), kFrameHeaderBytes);
  frame.append(message);
  return frame;
}

Result<std::optional<std::string>> FrameReader::next() {
  std::optional<std::string> message;
  if (buffer_.size() - begin_ < kFrameHeaderBytes) return message;
  uint32_t size = 0;
  std::memcpy(&size, buffer_.data() + begin_, kFrameHeaderBytes);
  if (size > bytes_max_) {
    return fail(ErrorCode::NetworkError, "a frame of {} bytes is longer than {} bytes", size, bytes_max_);
  }
  if (buffer_.size() - begin_ - kFrameHeaderBytes < size) return message;
  message = buffer_.substr(begin_ + kFrameHeaderBytes, size);
  begin_ += kFrameHeaderBytes + size;
  constexpr size_t kCompactBytes = 1U << 20;
  if (begin_ == buffer_.size() || begin_ > kCompactBytes) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  return message;
}

}  // namespace sluice::runtime
