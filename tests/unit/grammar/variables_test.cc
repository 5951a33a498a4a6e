#include "grammar/variables.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

const grammar::Variables kVariables = {{"NAME", "nexmark"}, {"TPS", "10000"}, {"INNER", "${TPS}"}};

TEST(Variables, AreReplacedInCodeStringsAndNames) {
  Diagnostics diagnostics;
  EXPECT_EQ(grammar::substitute("SELECT '${TPS}', `${NAME}`, ${TPS}${TPS}", 0, kVariables, diagnostics),
            "SELECT '10000', `nexmark`, 1000010000");
  EXPECT_EQ(grammar::substitute("${INNER} $TPS ${} ${a b", 0, kVariables, diagnostics), "${TPS} $TPS ${} ${a b");
  EXPECT_TRUE(diagnostics.ok());
}

TEST(Variables, AreLeftAloneInComments) {
  Diagnostics diagnostics;
  std::string text = "-- ${A}\n/* ${B} */ '--' ${NAME} // ${C}";
  EXPECT_EQ(grammar::substitute(text, 0, kVariables, diagnostics), "-- ${A}\n/* ${B} */ '--' nexmark // ${C}");
  EXPECT_EQ(grammar::substitute("/*+ OPTIONS('a' = '${NAME}') */", 0, kVariables, diagnostics),
            "/*+ OPTIONS('a' = 'nexmark') */");
  EXPECT_TRUE(diagnostics.ok());
}

TEST(Variables, UndefinedOnesAreReportedWithTheirPlace) {
  Diagnostics diagnostics;
  EXPECT_EQ(grammar::substitute("a '${NAMEE}' ${OTHER_THING}", 100, kVariables, diagnostics),
            "a '${NAMEE}' ${OTHER_THING}");
  ASSERT_EQ(diagnostics.count(), 2u);
  EXPECT_EQ(diagnostics.errors()[0].code, ErrorCode::UndefinedVariable);
  EXPECT_EQ(diagnostics.errors()[0].span, (SourceSpan{103, 111}));
  EXPECT_EQ(diagnostics.errors()[0].hint, "Did you mean `NAME`?");
  EXPECT_EQ(diagnostics.errors()[1].hint, "Define it with --var OTHER_THING=VALUE.");
}

}  // namespace
}  // namespace sluice
