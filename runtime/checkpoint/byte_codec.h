#pragma once
// Little-endian fields one after another, for manifests and footers. Reading hostile bytes is safe: a reader that ran
// past the end returns zeros, and says so by `is_good`.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace sluice::runtime {

class ByteWriter {
 public:
  template <class Number>
    requires std::is_integral_v<Number>
  void number(Number value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<uint32_t>(value.size()));
    bytes_.append(value);
  }
  size_t size() const { return bytes_.size(); }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
    requires std::is_integral_v<Number>
  Number number() {
    Number value = 0;
    if (rest_.size() < sizeof value) {
      is_good_ = false;
      rest_ = {};
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view view() {
    auto size = number<uint32_t>();
    if (size > rest_.size()) {
      is_good_ = false;
      size = 0;
      rest_ = {};
    }
    std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  std::string text() { return std::string(view()); }
  // The count of elements that follow, of at least `element_bytes_min` each: never more than the bytes could hold.
  uint32_t count(size_t element_bytes_min) {
    auto value = number<uint32_t>();
    if (value <= rest_.size() / element_bytes_min) return value;
    is_good_ = false;
    rest_ = {};
    return 0;
  }
  bool is_good() const { return is_good_; }
  bool is_at_end() const { return rest_.empty(); }
  void reject() { is_good_ = false; }

 private:
  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace sluice::runtime
