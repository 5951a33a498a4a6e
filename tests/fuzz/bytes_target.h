#pragma once
// Fuzz targets that take bytes. Each file defines `fuzz_sample`, a well-formed input drawn from a seed, and
// `fuzz_check`, what must hold for any bytes. With libFuzzer the bytes are its own; otherwise they are samples that
// were damaged.
#include <random>
#include <string>
#include <string_view>

#include "base/check.h"
#include "tests/fuzz/fuzz_main.h"

namespace sluice::testing {

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_() % bound); }
  bool one_in(uint32_t n) { return below(n) == 0; }
  uint64_t bits() { return random_(); }

 private:
  std::mt19937_64 random_;
};

// To be defined by the target.
std::string fuzz_sample(Draw& draw);
bool fuzz_check(std::string_view bytes);

inline void damage(std::string& bytes, Draw& draw) {
  static constexpr std::string_view kTokens = "\"'`,;:()[]{}<>\\/*-+.$#\n\r\t \0\x7f\x80\xff";
  auto size = static_cast<uint32_t>(bytes.size());
  uint32_t at = draw.below(size + 1);
  uint32_t count = draw.below(draw.one_in(8) ? size - at + 1 : std::min(8U, size - at + 1));
  switch (draw.below(7)) {
    case 0:
      if (at < size) bytes[at] = static_cast<char>(bytes[at] ^ (1 << draw.below(8)));
      return;
    case 1:
      if (at < size) bytes[at] = static_cast<char>(draw.bits());
      return;
    case 2:
      bytes.erase(at, count);
      return;
    case 3:
      bytes.insert(at, bytes.substr(draw.below(size + 1), count));
      return;
    case 4:
      bytes.insert(at, 1, kTokens[draw.below(static_cast<uint32_t>(kTokens.size()))]);
      return;
    case 5:  // Lengths and counts at their extremes.
      for (uint32_t i = at; i < size && i < at + 4; ++i) bytes[i] = static_cast<char>(draw.one_in(2) ? 0xff : 0);
      return;
    default:
      bytes.resize(at);
  }
}

}  // namespace sluice::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  SLUICE_CHECK(sluice::testing::fuzz_check(std::string_view(reinterpret_cast<const char*>(data), size)));
  return 0;
}

#ifndef SLUICE_LIBFUZZER
int main(int argc, char** argv) {
  return sluice::testing::fuzz_main(SLUICE_FUZZ_NAME, argc, argv, [](uint64_t seed) {
    sluice::testing::Draw draw(seed);
    std::string bytes = sluice::testing::fuzz_sample(draw);
    if (!sluice::testing::fuzz_check(bytes)) return false;
    for (uint32_t times = draw.below(8); times > 0; --times) sluice::testing::damage(bytes, draw);
    return sluice::testing::fuzz_check(bytes);
  });
}
#endif
