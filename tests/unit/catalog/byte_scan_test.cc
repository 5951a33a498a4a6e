// Scans that take 32 bytes at a time against the plainest way to write them, over every size around a block's.
#include "catalog/functions/byte_scan.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace sluice {
namespace {

// Exactly as many bytes as the text has, so that a sanitizer sees what is read behind it.
std::string random_text(std::mt19937& random, size_t size, int letters) {
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>('a' + static_cast<int>(random() % static_cast<unsigned>(letters)));
  text.shrink_to_fit();
  return text;
}

TEST(ByteScan, EqualBits) {
  std::mt19937 random(1);
  for (uint32_t size = 0; size <= 64; ++size) {
    std::string text = random_text(random, size, 3);
    uint64_t expected = 0;
    for (uint32_t i = 0; i < size; ++i) expected |= uint64_t{text[i] == 'b'} << i;
    EXPECT_EQ(equal_bits_of(text.data(), size, 'b'), expected) << text;
  }
}

TEST(ByteScan, FindPart) {
  std::mt19937 random(2);
  for (size_t size = 0; size <= 150; ++size) {
    for (size_t part_size = 2; part_size <= 8; ++part_size) {
      std::string text = random_text(random, size, 3), part = random_text(random, part_size, 3);
      const char* found = find_part(text.data(), size, part.data(), part_size);
      size_t at = found == nullptr ? std::string::npos : static_cast<size_t>(found - text.data());
      EXPECT_EQ(at, text.find(part)) << text << " " << part;
    }
  }
}

TEST(ByteScan, Ascii) {
  for (size_t size = 0; size <= 40; ++size) {
    std::string text(size, 'x');
    EXPECT_TRUE(is_ascii(text.data(), size));
    for (size_t i = 0; i < size; ++i) {
      text[i] = '\x80';
      EXPECT_FALSE(is_ascii(text.data(), size));
      text[i] = 'x';
    }
  }
}

TEST(ByteScan, ViewsOfReadableBytesAreThoseOfTheirText) {
  const std::string text = "abcdefghijklmnopqrstuvwxyz";
  for (uint32_t size = 0; size <= 20; ++size) {
    StringView view = view_of_readable(text.data(), size);
    StringView plain(text.data(), size);
    EXPECT_EQ(std::memcmp(&view, &plain, sizeof view), 0) << size;
  }
}

}  // namespace
}  // namespace sluice
