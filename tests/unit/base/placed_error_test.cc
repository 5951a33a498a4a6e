#include "base/placed_error.h"

#include <gtest/gtest.h>

#include "base/diagnostics.h"

namespace sluice {
namespace {

std::string shown(std::string_view line, uint32_t begin, uint32_t end, std::string message = "wrong") {
  Error error{ErrorCode::SyntaxError, std::move(message), {}, SourceSpan{begin, end}};
  std::string all = render(error, SourceText("a.sql", line));
  return all.substr(all.find("error SL"));
}

TEST(PlacedError, ShowsAShortLineAsItIs) {
  EXPECT_EQ(shown("SELECT ä, nmae\tFROM t", 11, 15),
            "error SL1001: wrong\n  SELECT ä, nmae\tFROM t\n            ^^^^\n");
}

TEST(PlacedError, ShowsOfALongLineWhatIsNearTheCaret) {
  std::string side(1000, 'x'), near(56, 'x');
  EXPECT_EQ(shown(side + "here" + side, 1000, 1004),
            "error SL1001: wrong\n  …xxxx" + near + "here" + near + "…\n  " + std::string(61, ' ') + "^^^^\n");
  EXPECT_EQ(shown(side, 0, 1000), "error SL1001: wrong\n  xxxx" + near + "…\n  " + std::string(60, '^') + "\n");
}

TEST(PlacedError, EscapesControlCharactersAndBytesThatAreNoText) {
  EXPECT_EQ(shown("\x1b[2J\t\xff x", 7, 8), "error SL1001: wrong\n  \\u001b[2J\t\\xff x\n           \t     ^\n");
  EXPECT_EQ(shown("\x01\x80", 0, 2), "error SL1001: wrong\n  \\u0001\\x80\n  ^^^^^^^^^^\n");
}

TEST(PlacedError, EscapesWhatAMessageQuotes) {
  EXPECT_EQ(shown("x", 0, 1, "first `a\n\x1b`\nsecond `\xc2\x9b`"),
            "error SL1001: first `a\\n\\u001b`\nsecond `\\u009b`\n  x\n  ^\n");
}

TEST(PlacedError, ShowsNoSecret) {
  EXPECT_EQ(shown("WITH ('pass.word.password'='hush', 'x'='y')", 35, 38),
            "error SL1001: wrong\n  WITH ('pass.word.password'='******', 'x'='y')\n" + std::string(39, ' ') + "^^^\n");
  EXPECT_EQ(shown("'a.password' 'hush'", 13, 19, "unexpected `'hush'`"),
            "error SL1001: unexpected `'******'`\n  'a.password' '******'\n               ^^^^^^^^\n");
  EXPECT_EQ(shown("'a.password' =\n'hush\nhush'", 21, 25), "error SL1001: wrong\n  ******'\n  ^^^^^^\n");
}

TEST(PlacedError, HoldsForALineOfBytesThatAreNoCharacters) {
  std::string line(100'000, '\x80');
  EXPECT_LT(shown(line, 50'000, 60'000).size(), 5000U);
}

}  // namespace
}  // namespace sluice
