#pragma once
// Frames of a byte stream: four bytes of length, little-endian, then the message. The bytes come from a socket and may
// be anything: a length over the limit is an error, and memory is taken only for what has arrived.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::runtime {

inline constexpr size_t kFrameHeaderBytes = 4;

// The message with its length before it.
std::string frame_of(std::string_view message);

class FrameReader {
 public:
  explicit FrameReader(size_t bytes_max) : bytes_max_(bytes_max) {}
  void set_limit(size_t bytes_max) { bytes_max_ = bytes_max; }
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  // The next whole message, nothing when it has not arrived yet, or NetworkError; then no more can be read.
  Result<std::optional<std::string>> next();

 private:
  size_t bytes_max_;
  std::string buffer_;
  size_t begin_ = 0;  // What lies before has been handed out.
};

}  // namespace sluice::runtime
