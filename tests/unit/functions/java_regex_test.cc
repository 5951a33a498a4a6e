// Where PCRE2 and java.util.regex differ: what a JVM finds, pattern by pattern.
#include <gtest/gtest.h>

#include "catalog/functions/regex.h"

namespace sluice::tests {
namespace {

struct Row {
  std::string_view pattern, text;
  bool found;
};

constexpr Row kRows[] = {
    {"[[:alpha:]]", "x", false},
    {"[[:alpha:]]", ":", true},
    {"[a-c[x-z]]+", "ay", true},
    {"[a-z&&[^b]]", "b", false},
    {"[a-z&&[^b]]", "c", true},
    {"[^a[b]]", "b", false},
    {"[^a[b]]", "c", true},
    {"\\p{Alpha}", "é", false},
    {"\\p{Alpha}", "e", true},
    {"\\p{Punct}", "!", true},
    {"\\p{Lower}\\p{Upper}", "aB", true},
    {"\\P{Alpha}", "1", true},
    {"\\p{IsAlphabetic}", "é", true},
    {"\\p{javaLowerCase}", "é", true},
    {"\\u0041", "A", true},
    {"\\0101", "A", true},
    {"(?u)a", "a", true},
    {"(?i)A", "a", true},
    {"[]a]", "]", true},
    {"[a-d&&[bc]]", "c", true},
    {"[a-d&&[bc]]", "d", false},
    {"\\d", "٣", false},
    {"\\w", "é", false},
    {"\\Qa.b\\E", "axb", false},
    {"\\Qa.b\\E", "a.b", true},
    {"\\h", "\t", true},
    {"a++b", "aab", true},
    {"(?<n>a)\\k<n>", "aa", true},
    {"[\\p{Upper}_]+", "A_", true},
    {"\\R", "\n", true},
    {"x(?=y)", "xy", true},
    {"[[^a]]", "b", true},
    {"[[a][b]]", "b", true},
    {"\\p{IsL}", "é", true},
};

TEST(JavaRegex, FindsWhatAJvmFinds) {
  for (const Row& row : kRows) {
    auto regex = Regex::compile(row.pattern);
    ASSERT_NE(regex, nullptr) << row.pattern;
    RegexGroup group;
    EXPECT_EQ(regex->find(row.text, 0, 0, group), row.found) << row.pattern << " in " << row.text;
  }
}

TEST(JavaRegex, RejectsWhatIsNotValid) {
  for (std::string_view pattern : {"(", "[a", "*a", "a{2,1}"}) EXPECT_EQ(Regex::compile(pattern), nullptr) << pattern;
}

}  // namespace
}  // namespace sluice::tests
