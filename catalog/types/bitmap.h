#pragma once
// BITMAP values: sets of unsigned 32-bit numbers. They stand as bytes of the portable Roaring format, with runs where
// these are shorter, so that equal sets are equal bytes.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class Bitmap {
 public:
  // Nothing when the bytes are not of that format.
  static std::optional<Bitmap> read(std::string_view bytes);
  static Bitmap of(std::vector<uint32_t> values);
  std::string bytes() const;
  // `{1,2,3}`
  std::string text() const;

  uint64_t size() const;
  std::vector<uint32_t> values() const;
  // The numbers for which `keep` says so, given whether each of the sets has them; keep(false, false) is false.
  static Bitmap combined(const Bitmap& a, const Bitmap& b, bool (*keep)(bool in_a, bool in_b));

 private:
  struct Range {
    uint64_t begin = 0, end = 0;  // `end` exclusive.
  };
  void add(uint64_t begin, uint64_t end);

  std::vector<Range> ranges_;  // In order, apart from each other.
};

}  // namespace sluice
