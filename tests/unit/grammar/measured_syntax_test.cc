// What Flink's parser was seen to take and to reject: measured_syntax.txt.
#include <fstream>

#include "tests/unit/grammar/parse_fixture.h"

namespace sluice {
namespace {

TEST(MeasuredSyntax, IsTakenAndRejectedAsInFlink) {
  std::ifstream file(SLUICE_SOURCE_DIR "/tests/unit/grammar/measured_syntax.txt");
  int statements = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    ASSERT_GT(line.size(), 2u);
    bool is_taken = line[0] == '+' || line[0] == '>';
    EXPECT_EQ(errors_of(line.substr(2)).empty(), is_taken) << line;
    ++statements;
  }
  EXPECT_GT(statements, 0);
}

}  // namespace
}  // namespace sluice
