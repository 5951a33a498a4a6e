// Texts with escapes, whose plain parts are copied by blocks: every length of a part, and every place of an escape.
#include "runtime/formats/json/text.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::runtime::json {
namespace {

constexpr size_t kLengthMax = 70;  // Two blocks and more.

std::string written(std::string_view text) {
  std::string out;
  write_json_string(text, out);
  return out;
}

std::string resolved(std::string_view text) {
  std::string out;
  EXPECT_TRUE(resolve_string(text, out)) << text;
  return out;
}

TEST(JsonText, EscapesAtEveryPlace) {
  for (size_t length = 1; length < kLengthMax; ++length) {
    for (size_t at = 0; at < length; ++at) {
      std::string text(length, 'a');
      for (const auto& [plain, escaped] :
           {std::pair{'\\', "\\\\"}, {'"', "\\\""}, {'\n', "\\n"}, {'\x01', "\\u0001"}}) {
        text[at] = plain;
        std::string expected = text;
        expected.replace(at, 1, escaped);
        EXPECT_EQ(written(text), '"' + expected + '"');
        EXPECT_EQ(resolved(expected), text);
      }
    }
  }
}

TEST(JsonText, EscapesSideBySide) {
  EXPECT_EQ(written("\\\\a\"\""), R"("\\\\a\"\"")");
  EXPECT_EQ(resolved(R"(\\\\a\"\")"), "\\\\a\"\"");
  EXPECT_EQ(resolved(R"(\uD83Da)"), "?a");
}

TEST(JsonText, BytesBeyondAsciiAtEveryPlace) {
  for (size_t at = 0; at < kLengthMax; ++at) {
    std::string text(at, 'a');
    EXPECT_EQ(written(text + "\\\xC3\xA4"), '"' + text + "\\\\\xC3\xA4\"");
    EXPECT_EQ(written(text + "\\\xFF"), '"' + text + "\\\\\xEF\xBF\xBD\"");
    EXPECT_EQ(written(text + "\xFF"), '"' + text + "\xEF\xBF\xBD\"");
    EXPECT_EQ(resolved(text + "\xC3\xA4\\n"), text + "\xC3\xA4\n");
  }
}

}  // namespace
}  // namespace sluice::runtime::json
