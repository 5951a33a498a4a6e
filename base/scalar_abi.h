#pragma once
// How scalar values cross between the engine, kernels and generated code. Layouts are fixed: generated code and shipped
// objects know the offsets.
#include <compare>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sluice {

using Int128 = __int128;

// A string or byte string of 16 bytes. Up to 12 bytes stand inside; longer ones are pointed to, with their first four
// bytes kept for comparison. Unused inline bytes are zero, so two inline views are equal when their 16 bytes are.
// Whoever holds a view does not own its bytes: see Batch for who does.
struct StringView {
  static constexpr uint32_t kInlineMax = 12;

  uint32_t size_ = 0;
  char prefix_[4] = {};
  union {
    char rest_[8] = {};
    const char* data_;
  };

  StringView() = default;
  StringView(const char* data, uint32_t size) : size_(size) {
    if (size <= kInlineMax) {
      std::memcpy(prefix_, data, size < 4 ? size : 4);
      if (size > 4) std::memcpy(rest_, data + 4, size - 4);
    } else {
      std::memcpy(prefix_, data, 4);
      data_ = data;
    }
  }
  explicit StringView(std::string_view text) : StringView(text.data(), static_cast<uint32_t>(text.size())) {}

  uint32_t size() const { return size_; }
  bool is_inline() const { return size_ <= kInlineMax; }
  const char* data() const { return is_inline() ? prefix_ : data_; }
  std::string_view view() const { return {data(), size_}; }

  bool operator==(const StringView& other) const {
    uint64_t head, other_head;
    std::memcpy(&head, this, 8);
    std::memcpy(&other_head, &other, 8);
    if (head != other_head) return false;  // Size and prefix in one comparison.
    if (is_inline()) return std::memcmp(rest_, other.rest_, 8) == 0;
    return std::memcmp(data_ + 4, other.data_ + 4, size_ - 4) == 0;
  }
  // Bytes as unsigned, which for UTF-8 is the order of code points.
  std::strong_ordering operator<=>(const StringView& other) const {
    int order = view().compare(other.view());
    return order <=> 0;
  }
};
static_assert(sizeof(StringView) == 16 && alignof(StringView) == 8);

// TIMESTAMP(7..9).
struct TimestampNs {
  int64_t milliseconds = 0;
  int32_t nanoseconds = 0;  // Of the millisecond, 0..999,999.
  int32_t zero = 0;         // Initialised, so that equal values are equal bytes.
  auto operator<=>(const TimestampNs&) const = default;
};
static_assert(sizeof(TimestampNs) == 16);

// An ARRAY, MAP or MULTISET value: a range of rows of the child column(s).
struct ListView {
  uint32_t offset = 0;
  uint32_t length = 0;
};
static_assert(sizeof(ListView) == 8);

}  // namespace sluice
