#pragma once
// Texts in other charsets than UTF-8, as Java reads and writes them.
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::runtime {

class Charset {
 public:
  static Result<std::unique_ptr<Charset>> open(const std::string& name);
  Charset(const Charset&) = delete;
  ~Charset();

  bool is_utf8() const { return is_utf8_; }
  // What is no character becomes U+FFFD.
  void to_utf8(std::string_view bytes, std::string& out);
  // What the charset does not have becomes `?`. UTF-16 has a byte order mark and is big-endian.
  void from_utf8(std::string_view text, std::string& out);

 private:
  Charset() = default;
  void convert(void* converter, std::string_view in, std::string_view replacement, size_t unit, std::string& out);

  bool is_utf8_ = false;
  bool is_utf16_ = false;
  size_t unit_ = 1;  // Bytes that are left out where they are no character.
  void* reader_ = nullptr;
  void* little_endian_reader_ = nullptr;
  void* writer_ = nullptr;
};

}  // namespace sluice::runtime
